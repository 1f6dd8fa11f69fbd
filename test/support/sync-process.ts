import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { runSync } from '../../src/mandates/sync/run.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeRedis, untilReady } from '../../src/store/redis.ts';

/** A sync of its own, to be killed or frozen: `sync-process.ts DATABASE_URL REDIS_URL`; tells what happens, a line each. */
const [databaseUrl = '', redisUrl = ''] = process.argv.slice(2);
const client = makeRedis({ url: redisUrl, name: 'sync process', onError: () => {} });
await untilReady(client);
const say = (line: string) => process.stdout.write(`${line}\n`);
await runSync({
  databaseUrl,
  projection: await openRedisProjection({ client }),
  layout: LAYOUT,
  signal: new AbortController().signal,
  log: makeLog({ level: 'silent' }),
  standbyMs: 50,
  onProgress: ({ view, done, total }) => say(`progress ${view} ${done}/${total}`),
  hooks: {
    onRole: say,
    onRebuild: (reason) => say(`rebuild: ${reason}`),
    onApplied: ({ revision }) => say(`applied ${revision.n}`),
    onFailure: (error) => say(`failure: ${error.message}`),
  },
});
