import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { toRequest } from './http-client.ts';

const address = z.union([z.object({ port: z.number() }), z.object({ socket: z.string() })]);

/** What every generator is told, as JSON in its first argument. */
export const loadOptions = z.object({
  target: address,
  connections: z.number(),
  /** How long is measured. */
  seconds: z.number(),
  path: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  /** File with one request body a line. */
  bodies: z.string(),
  /** With which line to begin, so that no two runs ask the same. */
  offset: z.number(),
  /** How an allow and a deny are told; without it only the status is looked at. */
  markers: z.object({ allowed: z.string(), denied: z.string() }).optional(),
});

export type LoadOptions = z.infer<typeof loadOptions>;

/** Every body as the bytes of its request. @throws Error when there is none */
export function prebuild({ path, headers, bodies }: Pick<LoadOptions, 'path' | 'headers' | 'bodies'>) {
  const requests = readFileSync(bodies, 'utf8')
    .trimEnd()
    .split('\n')
    .map((body) => toRequest(path, body, headers));
  return (index: number): Buffer => {
    const request = requests[index % requests.length];
    if (request === undefined) throw new Error(`${bodies} holds no questions`);
    return request;
  };
}
