import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const REGISTER = join(import.meta.dirname, '../../examples/register.yaml');
const key = () => randomBytes(32).toString('base64');

let folder: string;
let database: TestDatabase;
let redis: TestRedis;
let client: Redis;
let env: Record<string, string>;
let sync: Process;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-verify-'));
  database = await cloneDatabase({ empty: true });
  redis = await startRedis();
  client = await redis.client();
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: key(),
    MACHTIG_SEAL_KEY: key(),
    MACHTIG_LOG_LEVEL: 'warn',
    MACHTIG_RECONCILE_PERCENT: '0',
  };
  for (const command of [['migrate'], ['import', REGISTER]]) {
    const done = await runMachtig(command, env);
    expect(done, done.err).toMatchObject({ code: 0 });
  }
  sync = await startMachtig('sync', env);
  await eventually('the projection stands', async () => (await client.exists('{m0}:head')) === 1);
});

afterAll(async () => {
  await sync?.kill('SIGTERM');
  await redis?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function verify(...options: string[]) {
  const { code, out, err } = await runMachtig(['sync', 'verify', ...options], env);
  return { code, found: JSON.parse(out || '{}'), err };
}

/** Some alias vanishes from Redis, as it would by a hand that slipped. */
async function loseAliases(): Promise<number> {
  const generation = await client.hget('{m0}:head', 'generation');
  const [lost] = await client.keysBuffer(`[{]m0[}]:${generation}:a:*`);
  if (lost === undefined) throw new Error('there are no aliases');
  const count = await client.hlen(lost);
  await client.del(lost);
  return count;
}

describe('machtig sync verify', () => {
  it('says that all is equal', async () => {
    const { code, found, err } = await verify();
    expect({ code, found }, err).toMatchObject({ code: 0, found: { equal: true, differences: {}, undecided: 0 } });
    expect(found.records).toBeGreaterThan(100);
  });

  it('says what differs and ends with 1, and has the leader repair it when asked to', async () => {
    const missing = await loseAliases();
    const differing = { differences: { alias: { missing } } };
    expect(await verify()).toMatchObject({ code: 1, found: { equal: false, repaired: 0, ...differing } });
    expect(await verify('--repair')).toMatchObject({
      code: 0,
      found: { equal: true, repaired: missing, ...differing },
    });
    expect(await verify()).toMatchObject({ code: 0, found: { equal: true, differences: {} } });
  });

  it('leads itself where no sync runs', async () => {
    await sync.kill('SIGKILL');
    const missing = await loseAliases();
    expect(await verify('--repair')).toMatchObject({ code: 0, found: { equal: true, repaired: missing } });
  });
});
