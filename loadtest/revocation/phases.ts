import { setTimeout as sleep } from 'node:timers/promises';
import type { Rig } from '../../test/rig/rig.ts';
import type { Dice } from '../../test/support/dice.ts';

/** Something that happens around a revocation. */
export interface Phase {
  name: string;
  says: string;
  /** The revocation is committed at most so much after it has begun, evenly spread. */
  withinMs: number;
  disturb: (rig: Rig, dice: Dice) => Promise<void>;
  /** Until the next revocation all is as it was. */
  mend?: (rig: Rig) => Promise<void>;
}

/** Of the two syncs the one that leads. */
async function leader(rig: Rig) {
  for (const sync of rig.syncs) {
    if (!sync.isRunning()) continue;
    const metrics = await (await fetch(`${sync.opsUrl}/metrics`)).text();
    if (/^machtig_sync_leader 1/m.test(metrics)) return sync;
  }
  throw new Error('no sync leads');
}

export const PHASES: readonly Phase[] = [
  { name: 'calm', says: 'nothing happens', withinMs: 0, disturb: async () => {} },
  {
    name: 'stream cut',
    says: 'every connection to Redis is killed by Redis',
    withinMs: 20,
    disturb: async (rig) => {
      await rig.redis.primary().call('client', 'kill', 'type', 'normal');
    },
  },
  {
    name: 'leader killed',
    says: 'the sync that leads is killed (-9); the other takes over',
    withinMs: 300,
    disturb: async (rig) => {
      await (await leader(rig)).kill();
    },
    mend: async (rig) => {
      for (const sync of rig.syncs) if (!sync.isRunning()) await sync.start();
      await sleep(4000);
    },
  },
  {
    name: 'Redis fails over',
    says: 'the primary is killed (-9), 100 ms later the replica is the primary under the same address',
    withinMs: 100,
    disturb: async (rig) => {
      const gone = rig.redis.primary();
      await gone.kill();
      await sleep(100);
      await rig.redis.failOver();
    },
    mend: async (rig) => {
      await rig.redis.replica().start({ empty: true });
      await rig.redis.rejoin();
      await sleep(500);
    },
  },
  {
    name: 'sidecar frozen',
    says: 'one of three sidecars is stopped for a second (SIGSTOP) and goes on',
    withinMs: 900,
    disturb: async (rig, dice) => {
      const sidecar = dice.pick(rig.sidecars);
      sidecar.freeze();
      await sleep(1000);
      sidecar.resume();
    },
  },
];
