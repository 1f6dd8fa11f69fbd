import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import { freePort } from '../../test/support/free-port.ts';
import { answers } from '../peers/process.ts';
import type { Markers } from './http-client.ts';
import type { Counters, Shares } from './metrics.ts';
import { startNode } from './processes.ts';

/** Who brings the mandates: the server keeps them, or every question carries the few that matter to it. */
export type DataClass = 'floor' | 'data held' | 'data travels';

/** One server under test. */
export interface Target {
  name: string;
  dataClass: DataClass;
  /** How many mandates it holds or is asked about; none for a constant. */
  mandates?: number;
  /** Its processes: their CPU is summed. */
  pids(): number[];
  /** Those of its database, where it asks one: summed apart. */
  storePids(): number[];
  port: number;
  /** Where it listens on a Unix socket too. */
  socket?: string;
  path: string;
  headers?: Record<string, string>;
  /** How its answers are read; without it every 200 counts. */
  markers?: Markers;
  /** File with one request body a line. */
  bodies: string;
  /** How often it is asked all of them beforehand, where each of several processes must have come across them. */
  askedBefore?: number;
  counters(): Promise<Counters>;
  shares(before: Counters, after: Counters): Shares;
}

export const EVALUATION = '/access/v1/evaluation';
export const AUTHZEN_MARKERS: Markers = { allowed: '"decision":true', denied: '"decision":false' };

const BODY = JSON.stringify({
  subject: { type: 'person', id: 'urn:etoegang:pseudonym:3f0c5a9b2d7e4c1a', properties: { loa: 'eh3' } },
  action: { name: 'urn:etoegang:DV:00000003123456780000:services:1', properties: { operation: 'submit' } },
  resource: { type: 'organisation', id: 'urn:nl:kvk:12345678', properties: { branch: '000012345678' } },
});

export interface ConstantOptions {
  names: readonly ('bare' | 'hono')[];
  folder: string;
  lifecycle: Lifecycle;
  cpu: number;
}

/** Servers that answer a constant: bare `node:http`, and Hono. */
export async function startConstants({ names, folder, lifecycle, cpu }: ConstantOptions): Promise<Target[]> {
  const bodies = join(folder, 'constant.bodies');
  writeFileSync(bodies, `${BODY}\n`);
  return Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      const socket = join(folder, `${name}.sock`);
      const script = fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url));
      const child = await startNode(name, {
        args: ['--import', 'tsx', script, String(port), socket],
        cpu,
        ready: () => answers(`http://127.0.0.1:${port}${EVALUATION}`, { method: 'POST', body: '{}' }),
      });
      lifecycle.onClose(name, child.stop);
      return {
        name,
        dataClass: 'floor',
        pids: () => [child.pid],
        storePids: () => [],
        port,
        socket,
        path: EVALUATION,
        markers: AUTHZEN_MARKERS,
        bodies,
        counters: async () => ({}),
        shares: () => ({}),
      };
    }),
  );
}
