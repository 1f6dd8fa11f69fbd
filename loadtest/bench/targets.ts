import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import { startNode } from './processes.ts';

/** What a server counts, by name; empty for constant servers. */
export type Counters = Record<string, number>;

/** One server under test: listens on TCP and on a Unix socket at once. */
export interface Target {
  name: string;
  pid: number;
  port: number;
  socket: string;
  /** File with one request body a line. */
  bodies: string;
  counters(): Promise<Counters>;
  shares(before: Counters, after: Counters): { allowShare?: number; warmShare?: number };
}

const BODY = JSON.stringify({
  subject: { type: 'person', id: 'urn:etoegang:pseudonym:3f0c5a9b2d7e4c1a', properties: { loa: 'eh3' } },
  action: { name: 'urn:etoegang:DV:00000003123456780000:services:1', properties: { operation: 'submit' } },
  resource: { type: 'organisation', id: 'urn:nl:kvk:12345678', properties: { branch: '000012345678' } },
});

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** True once the URL answers 200. */
export const answers = async (url: string, init?: RequestInit): Promise<boolean> =>
  fetch(url, init).then(
    (response) => response.ok,
    () => false,
  );

/** The bare and the Hono constant. */
export async function startConstants(folder: string, lifecycle: Lifecycle): Promise<Target[]> {
  const bodies = join(folder, 'constant.bodies');
  writeFileSync(bodies, `${BODY}\n`);
  return Promise.all(
    ['bare', 'hono'].map(async (name) => {
      const port = await freePort();
      const socket = join(folder, `${name}.sock`);
      const script = fileURLToPath(new URL(`servers/${name}.ts`, import.meta.url));
      const child = await startNode(name, {
        args: ['--import', 'tsx', script, String(port), socket],
        cpu: 0,
        ready: () => answers(`http://127.0.0.1:${port}/access/v1/evaluation`, { method: 'POST', body: '{}' }),
      });
      lifecycle.onClose(name, child.stop);
      return { name, pid: child.pid, port, socket, bodies, counters: async () => ({}), shares: () => ({}) };
    }),
  );
}
