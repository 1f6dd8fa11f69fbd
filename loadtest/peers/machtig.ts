import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { partyKindOf } from '../../src/domain/identifier.ts';
import { revokeMandate } from '../../src/register/operate.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { makePool } from '../../src/store/postgres.ts';
import { freePort } from '../../test/support/free-port.ts';
import { contained } from './contained.ts';
import { identifierOf } from './facts.ts';
import type { Peer, PeerOptions, RunningPeer } from './peer.ts';
import { answers, findProgram, startServer } from './process.ts';
import { LEVELS, type PeerQuestion, type PeerRegister } from './register.ts';
import { registerFileOf } from './register-file.ts';
import { askOf, candidatesOf } from './wire.ts';

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL('../../bin/machtig.js', import.meta.url));

/** What two ways of asking it differ in. */
interface Way {
  program: string;
  /** Makes the bundle, where it is not the committed one. */
  bundle?: (folder: string, program: string) => Promise<string>;
  body(register: PeerRegister, question: PeerQuestion): string;
}

/**
 * Machtig by its own commands, for the shared vectors and for revocation: import, sync and a sidecar on a private
 * PostgreSQL and Redis. From source; the benchmark starts built sidecars of its own for the registers that it fills.
 */
export const MACHTIG: Peer = contained({
  name: 'machtig, data held',
  engine: 'machtig',
  dataClass: 'data held',
  store: 'Redis',
  setting: 'records written, data of PostgreSQL by way of sync and Redis',
  available,
  start: (options) => start(options, { program: SOURCE, body: (_, question) => JSON.stringify(authzen(question)) }),
});

/**
 * The same sidecar with a policy that knows no mandates: comparable with engines that hold none.
 * @param program `dist/main.js` where it is to be measured
 */
export function machtigTravels(program = SOURCE): Peer {
  return contained({
    name: 'machtig, shared rules, data travels',
    engine: 'machtig',
    dataClass: 'data travels',
    store: 'request',
    setting:
      'records written; the shared rules in some forty lines of Rego, compiled to WASM by `machtig policy build`',
    available,
    start({ register, ...options }) {
      const body = (_: PeerRegister, question: PeerQuestion) => {
        const context = { ask: askOf(register, question), ...candidatesOf(register, question) };
        return JSON.stringify({ ...authzen(question), context });
      };
      const nothing = { ...register, size: 0, mandates: () => [] };
      return start({ ...options, register: nothing }, { program, bundle: buildTravels, body });
    },
  });
}

function available(): { version: string } | { missing: string } {
  if (!findProgram('redis-server')) return { missing: 'redis-server is not installed' };
  return { version: 'of this source tree' };
}

async function buildTravels(folder: string, program: string): Promise<string> {
  const [rules, bundle] = [join(folder, 'travels'), join(folder, 'travels.tar.gz')];
  cpSync(fileURLToPath(new URL('travels', import.meta.url)), rules, { recursive: true });
  mkdirSync(join(rules, 'peers'));
  cpSync(fileURLToPath(new URL('policies/shared.rego', import.meta.url)), join(rules, 'peers/shared.rego'));
  await run(process.execPath, [program, 'policy', 'build', rules, '--output', bundle]);
  return bundle;
}

async function start({ register, folder, lifecycle, cpu }: PeerOptions, way: Way): Promise<RunningPeer> {
  const postgres = await startEmbeddedPostgres();
  lifecycle.onClose('PostgreSQL', postgres.stop);
  const socket = join(folder, 'redis.sock');
  await startServer('Redis', lifecycle, {
    program: 'redis-server',
    args: ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder],
    ready: async () => existsSync(socket),
  });
  const key = () => randomBytes(32).toString('base64');
  const shared = { MACHTIG_HMAC_KEY: key(), MACHTIG_LOG_LEVEL: 'warn', REDIS_URL: socket };
  const env = { ...process.env, ...shared, DATABASE_URL: postgres.url, MACHTIG_SEAL_KEY: key() };
  const machtig = (...args: string[]) => run(process.execPath, [way.program, ...args], { env });

  const file = join(folder, 'register.json');
  writeFileSync(file, JSON.stringify(registerFileOf(register)));
  await machtig('migrate');
  const pool = makePool(postgres.url, { onError: () => {} }); // A broken connection also fails its statement.
  lifecycle.onClose('connections', () => pool.end());
  const began = performance.now();
  await machtig('import', file);
  const loadMs = Math.round(performance.now() - began);
  const [port, opsPort, syncOps] = [await freePort(), await freePort(), await freePort()];
  await startServer('sync', lifecycle, {
    program: process.execPath,
    args: [way.program, 'sync'],
    env: {
      ...shared,
      DATABASE_URL: postgres.url,
      MACHTIG_SEAL_KEY: env.MACHTIG_SEAL_KEY,
      MACHTIG_OPS_PORT: String(syncOps),
    },
    ready: () => answers(`http://127.0.0.1:${syncOps}/readyz`),
  });
  const sidecar = await startServer('sidecar', lifecycle, {
    program: process.execPath,
    args: [way.program, 'sidecar'],
    env: {
      ...shared,
      MACHTIG_PORT: String(port),
      MACHTIG_OPS_PORT: String(opsPort),
      MACHTIG_ANONYMOUS: 'loopback:bsn,details',
      ...(way.bundle && { MACHTIG_BUNDLE: await way.bundle(folder, way.program), MACHTIG_MODE: 'trial' }),
      MACHTIG_RECORDS: 'written',
      MACHTIG_RECORDS_FILE: join(folder, 'records.jsonl'),
    },
    ...(cpu !== undefined && { cpu }),
    ready: () => answers(`http://127.0.0.1:${opsPort}/freshz`),
  });
  return {
    port,
    path: '/access/v1/evaluation',
    headers: { 'content-type': 'application/json' },
    body: (question) => way.body(register, question),
    allowed: '"decision":true',
    denied: '"decision":false',
    pids: () => [sidecar.pid],
    storePids: () => [],
    coldStartMs: sidecar.startedMs,
    loadMs,
    loaded: register.size,
    async revoke(represented, delegate) {
      for (const { id } of register.between(represented, delegate)) await revokeMandate({ pool, mandateId: id });
    },
  };
}

function authzen({ actor, represented, service, operation, branch, level }: PeerQuestion): object {
  return {
    subject: { type: 'person', id: actor, properties: { loa: LEVELS[level] } },
    action: { name: service, ...(operation !== undefined && { properties: { operation } }) },
    resource: {
      type: partyKindOf(identifierOf(represented).scheme),
      id: represented,
      ...(branch !== undefined && { properties: { branch } }),
    },
  };
}
