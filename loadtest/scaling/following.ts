import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Projection, Write } from '../../src/mandates/projection.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import type { Followed } from './real-follower.ts';
import type { CountedRedis } from './redis-server.ts';
import { idOf } from './small-projection.ts';

const FENCE = 1;
const [BEAT_MS, ENTRIES_A_SECOND] = [200, 100];

/** What following costs a sidecar of its own CPU time, µs. */
export interface FollowingCost {
  /** A second in which nothing changes: heartbeats, looks. */
  calmUsPerSecond: number;
  /** More for each entry of one change. */
  usPerEntry: number;
}

function drop(n: number): Write {
  const [represented, delegate] = [idOf('represented', n), idOf('delegate', n)];
  return { drop: 'mandate', represented, delegate, scope: 'e', mandateId: idOf('mandate', n) };
}

/** Behaves like the leader of sync that begins at revision `n`: heartbeats, and so many entries a second of one change. */
async function lead(projection: Projection, n: number, entriesPerSecond: number, seconds: number): Promise<number> {
  const startedAt = performance.now();
  let [at, beatAt] = [n, 0];
  for (let ms = 0; ms < seconds * 1000; ms = performance.now() - startedAt) {
    if (at - n < (ms * entriesPerSecond) / 1000) {
      const [from, to] = [
        { epoch: 1, n: at },
        { epoch: 1, n: at + 1 },
      ];
      await projection.apply({ from, to, hash: '00', writes: [drop(at)] }, FENCE);
      at++;
    }
    if (ms >= beatAt) {
      await projection.heartbeat(await projection.time(), { epoch: 1, n: at }, FENCE);
      beatAt += BEAT_MS;
    }
    await sleep(1);
  }
  return at;
}

export async function costOfFollowing(
  redis: CountedRedis,
  seconds: number,
  lifecycle: Lifecycle,
): Promise<FollowingCost> {
  const projection = await openRedisProjection({ client: redis.client });
  const script = fileURLToPath(new URL('real-follower.ts', import.meta.url));
  const child = fork(script, [String(redis.port)], { execArgv: ['--import', 'tsx'] });
  lifecycle.onClose('the follower', () => child.kill());
  const ask = async (): Promise<Followed> => {
    child.send('tell');
    const [told] = await once(child, 'message');
    return told as Followed;
  };
  let n = 1;
  for (let waited = 0; (await ask()).n !== n; waited++) {
    if (waited > 20) throw new Error('the follower does not get fresh');
    n = await lead(projection, n, 0, 1);
  }
  n = await lead(projection, n, ENTRIES_A_SECOND, 2); // Until its code is compiled.
  const before = await ask();
  n = await lead(projection, n, 0, seconds);
  const calm = await ask();
  const reached = await lead(projection, n, ENTRIES_A_SECOND, seconds);
  const busy = await ask();
  child.kill();
  if (busy.n !== reached) throw new Error(`the follower has come to ${busy.n} of ${reached}`);
  const calmUs = calm.cpuUs - before.cpuUs;
  return {
    calmUsPerSecond: Math.round(calmUs / seconds),
    usPerEntry: Math.round((busy.cpuUs - calm.cpuUs - calmUs) / (reached - n)),
  };
}
