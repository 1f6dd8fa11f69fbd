/**
 * Kills sync (-9) in the middle of the first bootstrap and in the middle of a stream of changes, lets another take
 * over each time, and compares the projection with the register, record for record.
 * `npx tsx loadtest/takeover.ts [--mandates 1000000]`; writes loadtest/results/takeover.json.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import pg from 'pg';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { describeMachine } from './bench/processes.ts';

const { values } = parseArgs({ options: { mandates: { type: 'string', default: '1000000' } } });
const mandates = Number(values.mandates);
const PROGRAM = join(import.meta.dirname, '../bin/machtig.js');
const run = promisify(execFile);
const lifecycle = makeLifecycle();
const steps: { step: string; seconds: number; [what: string]: unknown }[] = [];
const began = performance.now();

function note(step: string, more: object = {}): void {
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  steps.push({ step, seconds, ...more });
  process.stderr.write(`${seconds} s: ${step} ${Object.keys(more).length > 0 ? JSON.stringify(more) : ''}\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'machtig-takeover-'));
lifecycle.onClose('the folder', () => rm(folder, { recursive: true, force: true }));
const postgres = await startEmbeddedPostgres({
  settings: { fsync: 'off', shared_buffers: '512MB', max_wal_size: '4GB' },
});
lifecycle.onClose('PostgreSQL', postgres.stop);
const socket = join(folder, 'redis.sock');
const redis = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder]);
lifecycle.onClose('Redis', () => redis.kill());
const env = {
  ...process.env,
  DATABASE_URL: postgres.url,
  REDIS_URL: socket,
  MACHTIG_HMAC_KEY: randomBytes(32).toString('base64'),
  MACHTIG_SEAL_KEY: randomBytes(32).toString('base64'),
  MACHTIG_OPS_PORT: '0',
};
const machtig = (...args: string[]) => run(process.execPath, [PROGRAM, ...args], { env, maxBuffer: 2 ** 26 });

/** Starts a sync whose progress is watched; `sees` resolves when its output matches. */
function startSync() {
  const child = spawn(process.execPath, [PROGRAM, 'sync'], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  return {
    async sees(pattern: RegExp) {
      while (!pattern.test(output)) {
        if (child.exitCode !== null) throw new Error(output);
        await sleep(20);
      }
    },
    async kill(signal: NodeJS.Signals) {
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

interface Verified {
  equal: boolean;
  revision?: string;
  records: number;
  differences: object;
}

/** Compares, also while the projection is still catching up. */
async function verified(): Promise<Verified> {
  const { stdout } = await machtig('sync', 'verify').catch((failed: { stdout: string }) => failed);
  return JSON.parse(stdout) as Verified; // The command's own output.
}

async function generation(): Promise<string> {
  const { stdout } = await run('redis-cli', ['-s', socket, 'hget', '{m0}:head', 'generation']);
  return stdout.trim();
}

try {
  await machtig('migrate');
  await machtig('seed', '--mandates', String(mandates));
  note('seeded', { mandates });

  const first = startSync();
  await first.sees(/mandate_facts: [0-9,]+ of [0-9,]+ \((2[0-9]|[3-7][0-9])%\)/);
  await first.kill('SIGKILL');
  note('killed the first sync in the middle of its bootstrap', { liveGeneration: (await generation()) || 'none' });

  const second = startSync();
  while ((await generation()) === '') await sleep(100);
  note('a second sync has built the projection');
  const afterBootstrap = await verified();
  note('compared', { equal: afterBootstrap.equal, records: afterBootstrap.records });

  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query<{ mandate_id: string }>(
    `select mandate_id from mandates where status = 'active' order by mandate_id limit 3000`,
  );
  let third: ReturnType<typeof startSync> | undefined;
  for (const [index, { mandate_id }] of rows.entries()) {
    await client.query('begin');
    await client.query(`select set_config('machtig.acted_by', '{"who":"operator","channel":"operator"}', true)`);
    await client.query(`update mandates set status = 'revoked', status_cause = 'drill' where mandate_id = $1`, [
      mandate_id,
    ]);
    await client.query('commit');
    if (index === 1500) {
      await second.kill('SIGKILL');
      note('killed the second sync in a stream of revocations', { revoked: index });
      third = startSync();
    }
  }
  await client.end();
  note('revoked all', { revoked: rows.length });
  const afterStream = await verified();
  note('compared', { equal: afterStream.equal, revision: afterStream.revision, records: afterStream.records });
  await third?.kill('SIGTERM');
  const result = { machine: describeMachine(), mandates, steps };
  await writeFile(join(import.meta.dirname, 'results/takeover.json'), `${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = afterBootstrap.equal && afterStream.equal ? 0 : 1;
} finally {
  await lifecycle.close();
}
