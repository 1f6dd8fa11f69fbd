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
  /** With which line to begin, where they are asked in turn. */
  offset: z.number(),
  /** Seed of independent draws from the lines; without it they are asked in turn, over and over. */
  stream: z.number().optional(),
  /** How an allow and a deny are told; without it only the status is looked at. */
  markers: z.object({ allowed: z.string(), denied: z.string() }).optional(),
});

export type LoadOptions = z.infer<typeof loadOptions>;

/**
 * Every body as the bytes of its request; asked for once for each request, in order.
 * @throws Error when there is none
 */
export function prebuild({
  path,
  headers,
  bodies,
  stream,
}: Pick<LoadOptions, 'path' | 'headers' | 'bodies' | 'stream'>) {
  const requests = readFileSync(bodies, 'utf8')
    .trimEnd()
    .split('\n')
    .map((body) => toRequest(path, body, headers));
  const draw = stream === undefined ? undefined : makeDraws(stream, requests.length);
  return (index: number): Buffer => {
    const request = requests[draw?.() ?? index % requests.length];
    if (request === undefined) throw new Error(`${bodies} holds no questions`);
    return request;
  };
}

const WORD = 2 ** 32;

/** Independent draws of 0 to `count` - 1: a linear congruential generator, of which wrk.lua has a copy. */
export function makeDraws(seed: number, count: number): () => number {
  let state = seed;
  return () => {
    // Exact in doubles: the product stays below 2 ** 53.
    state = (state * 1_664_525 + 1_013_904_223) % WORD;
    return Math.floor((state / WORD) * count);
  };
}

/** A seed for a stream of draws by its name (FNV-1a), so that whoever is asked under one name is asked the same. */
export function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
