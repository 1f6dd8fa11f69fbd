import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/free-port.ts';
import type { Peer, PeerOptions, RunningPeer } from './peer.ts';
import { answers, PEERS_FOLDER, startServer } from './process.ts';
import { askOf, candidatesOf } from './wire.ts';

const PACKAGE = join(PEERS_FOLDER, 'node_modules/@cedar-policy/cedar-wasm/package.json');
const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EMPTY = { now: 0, level: 0, required: 4, service: '', operation: '', branch: '' };
const READY = { ask: { ...EMPTY, accepts_chains: false, accepts_branches: false }, direct: [], chains: [] };

/** Cedar as a library, in process: its HTTP server is as small as one can be. */
export const CEDAR: readonly Peer[] = [
  {
    name: 'Cedar, in process, data travels',
    engine: 'Cedar',
    dataClass: 'data travels',
    store: 'request',
    setting: 'its WASM build behind a bare node:http server, policies parsed once, no schema, one call for each path',
    available: () =>
      existsSync(PACKAGE)
        ? { version: String(JSON.parse(readFileSync(PACKAGE, 'utf8')).version) }
        : { missing: 'Cedar is not installed: npx tsx loadtest/peers/install.ts cedar' },
    start,
  },
];

async function start({ register, lifecycle, cpu }: PeerOptions): Promise<RunningPeer> {
  const port = await freePort();
  const body = JSON.stringify({ actor: 'nobody', represented: 'nobody', ...READY });
  const server = await startServer('Cedar', lifecycle, {
    program: process.execPath,
    args: ['--import', 'tsx', beside('servers/cedar.ts'), String(port), PEERS_FOLDER, beside('policies/shared.cedar')],
    ...(cpu !== undefined && { cpu }),
    ready: () => answers(`http://127.0.0.1:${port}/`, { method: 'POST', body }),
  });
  return {
    port,
    path: '/',
    headers: { 'content-type': 'application/json' },
    body: (question) =>
      JSON.stringify({
        actor: question.actor,
        represented: question.represented,
        ask: askOf(register, question),
        ...candidatesOf(register, question),
      }),
    allowed: '"allow":true',
    denied: '"allow":false',
    pids: () => [server.pid],
    storePids: () => [],
    coldStartMs: server.startedMs,
    loadMs: 0,
    loaded: 0,
  };
}
