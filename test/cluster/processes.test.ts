import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCases } from '../conformance/cases.ts';
import { cloneDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { runMachtig, startMachtig } from '../support/program.ts';
import { startCluster } from '../support/redis-cluster.ts';

test('sync fills a Redis Cluster, a sidecar is fresh on it, and verify finds no difference', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-cluster-stack-'));
  const [database, cluster] = await Promise.all([cloneDatabase({ empty: true }), startCluster()]);
  const processes: Awaited<ReturnType<typeof startMachtig>>[] = [];
  try {
    const key = () => randomBytes(32).toString('base64');
    const env: Record<string, string> = {
      DATABASE_URL: database.url,
      REDIS_URL: cluster.url,
      MACHTIG_PARTITIONS: '4',
      MACHTIG_HMAC_KEY: key(),
      MACHTIG_SEAL_KEY: key(),
      MACHTIG_ANONYMOUS: 'loopback:bsn,details',
      MACHTIG_LOG_LEVEL: 'warn',
      MACHTIG_RECORDS_FILE: join(folder, 'records.jsonl'),
    };
    const register = join(folder, 'register.json');
    await writeFile(register, JSON.stringify(loadCases().storable));
    expect(await runMachtig(['migrate'], env)).toMatchObject({ code: 0 });
    expect(await runMachtig(['import', register], env)).toMatchObject({ code: 0 });
    processes.push(await startMachtig('sync', env));
    const { DATABASE_URL: _, MACHTIG_SEAL_KEY: __, ...sidecarEnv } = env;
    const sidecar = await startMachtig('sidecar', sidecarEnv);
    processes.push(sidecar);
    await eventually('the data is fresh', async () => (await sidecar.health('/freshz')) === 200, 90_000);
    const verified = await runMachtig(['sync', 'verify'], env);
    expect(verified, verified.err).toMatchObject({ code: 0 });
  } finally {
    await Promise.all(processes.map((one) => one.kill('SIGTERM')));
    await cluster.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
});
