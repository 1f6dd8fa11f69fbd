import { type Scenario, type Stage, times } from './scenario.ts';

/** Redis, and the way to it. */
export const REDIS: readonly Scenario[] = [
  {
    name: 'Redis silent',
    does: 'Nothing passes between Redis and one sidecar any more, in either direction, and nothing is closed (half-open).',
    sees: 'The sidecar answers from what it remembers up to the bound, then `data_stale`; a connection without answers is given up after 2 to 3 s.',
    async strike({ rig, sidecar, wait, struck }) {
      sidecar().links.redis.silence();
      struck();
      await wait(rig.maxStalenessMs * 1.3, rig.maxStalenessMs * 2);
    },
  },
  {
    name: 'Redis silent to sync',
    does: 'The same between Redis and the leader, which goes on reading the register.',
    sees: 'No heartbeat, so `data_stale` everywhere, until its connection is given up and made again.',
    async strike({ rig, wait, struck }) {
      for (const one of rig.syncs) one.links.redis.silence();
      struck();
      await wait(rig.maxStalenessMs, rig.maxStalenessMs * 1.5);
    },
  },
  {
    name: 'Redis connections stranded',
    does: 'The connections that there are stay silent for good, to whichever process; new ones get through.',
    sees: 'They are given up and made again.',
    async strike({ rig, dice, wait, struck }) {
      for (const _ of times(3)) {
        dice.pick(rig.links).strand();
        struck();
        await wait(500, 1500);
      }
    },
  },
  {
    name: 'Redis slow',
    does: 'All that Redis says and is told takes 50 to 400 ms, each way, for everybody.',
    sees: 'Data ages as much as it is late; answers say so.',
    async strike({ rig, dice, wait, struck }) {
      for (const _ of times(4)) {
        for (const one of [...rig.sidecars, ...rig.syncs]) one.links.redis.slow(Math.floor(50 + dice.next() * 350));
        struck();
        await wait(500, 900);
      }
    },
  },
  {
    name: 'Redis reset in the middle of a word',
    does: 'Connections are reset after so many bytes of what Redis says, of whichever process, many times.',
    sees: 'Half an answer is none; the connection is made anew and looked at before it is believed.',
    async strike({ rig, dice, wait, struck }) {
      for (const _ of times(25)) {
        dice.pick(rig.links).resetAfter(Math.floor(dice.next() ** 2 * 30_000));
        struck();
        await wait(20, 200);
      }
    },
  },
  {
    name: 'Redis refuses connections',
    does: 'All connections are reset, and new ones too for a while.',
    sees: 'They answer what they remember up to the bound, then `data_stale`; a new connection is looked at before it is believed.',
    async strike({ rig, wait, struck }) {
      for (const one of [...rig.sidecars, ...rig.syncs]) {
        one.links.redis.refuse();
        one.links.redis.reset();
      }
      struck();
      await wait(500, 3000);
    },
  },
  {
    name: 'Redis frozen',
    does: 'The server process stands still and goes on.',
    sees: '`data_stale` beyond the bound; what was sent meanwhile arrives late, and is refused where the position moved on.',
    async strike({ rig, wait, struck }) {
      const server = rig.redis.primary();
      server.freeze();
      struck();
      await wait(rig.maxStalenessMs / 2, rig.maxStalenessMs * 2);
      server.resume();
    },
  },
  {
    name: 'Redis restarted empty',
    does: 'The server is killed and comes back with nothing.',
    sees: '`not_ready` until sync has built the projection anew; never a denial because nothing was found.',
    async strike({ rig, wait, struck }) {
      const server = rig.redis.primary();
      await server.kill();
      struck();
      await wait(0, 300);
      await server.start({ empty: true });
      await wait(500, 1500);
    },
  },
  {
    name: 'Redis emptied while it runs',
    does: 'FLUSHALL, also while the projection is being built anew after the last one.',
    sees: 'The same; a copy of which a part was lost is refused its swap.',
    async strike({ rig, wait, struck }) {
      for (const one of rig.syncs) one.links.redis.slow(5);
      for (const _ of times(6)) {
        await rig.redis.primary().call('flushall');
        struck();
        await wait(20, 700);
      }
    },
  },
  {
    name: 'Redis restarted with an older memory',
    does: 'The server comes back with what it had saved some moments before.',
    sees: 'Sidecars forget everything; nothing is fresh before a heartbeat at or beyond the highest revision that was seen.',
    async strike({ rig, wait, struck }) {
      const server = rig.redis.primary();
      await server.save();
      await wait(300, 1500);
      await server.kill();
      struck();
      await server.start();
      await wait(500);
    },
  },
  {
    name: 'Redis restarted from the middle of a rebuild',
    does: 'It is saved while a copy is being built, and comes back with that half of a copy while sync goes on.',
    sees: 'The copy is refused its swap: it does not remember as many scripts as were sent.',
    async strike({ rig, wait, struck }) {
      const server = rig.redis.primary();
      for (const one of rig.syncs) one.links.redis.slow(15);
      for (const _ of times(2)) {
        await server.call('del', '{m0}:head');
        await wait(100, 700);
        await server.save();
        await wait(20, 200);
        await server.kill();
        await server.start();
        struck();
        await wait(300, 800);
      }
    },
  },
  {
    name: 'Redis read-only',
    does: 'It takes no writes (min-replicas-to-write); reads go on.',
    sees: 'No heartbeats: `data_stale` beyond the bound.',
    strike: (stage) => withConfig(stage, 'min-replicas-to-write', '5', '0'),
  },
  {
    name: 'Redis out of memory',
    does: 'maxmemory is reached: commands that need memory are refused, in the middle of whatever sync writes.',
    sees: 'A batch is written whole or not at all; no heartbeats, `data_stale`.',
    strike: (stage) => withConfig(stage, 'maxmemory', '1', '0'),
  },
  {
    name: 'Redis may evict',
    does: 'Somebody sets maxmemory-policy to allkeys-lru.',
    sees: '`not_ready` within half a second, and no heartbeat: a mandate that was evicted would look like none.',
    strike: (stage) => withConfig(stage, 'maxmemory-policy', 'allkeys-lru', 'noeviction'),
  },
  {
    name: 'Redis fails over',
    does: 'The replica becomes the primary; connections to the old one are reset at once, late, or stay until they are given up.',
    sees: 'Another server has another past: everything is forgotten, the place is taken anew.',
    async strike(stage) {
      const { rig, dice, wait, struck } = stage;
      await rig.redis.failOver();
      struck();
      for (const link of rig.links) {
        if (dice.next() < 0.3) link.strand();
        else if (dice.next() < 0.7) link.reset();
      }
      await wait(300, 2500);
      for (const link of rig.links) link.reset();
      await wait(500);
      await rig.redis.rejoin();
    },
  },
  {
    name: 'Redis fails over to a replica that lags',
    does: 'The replica, behind by up to a second and a half of changes, becomes the primary.',
    sees: 'Sync takes its position anew and applies again what was lost; sidecars answer from there when it has caught up.',
    async strike({ rig, wait, struck }) {
      await rig.redis.caughtUp();
      rig.redis.replication.silence();
      await wait(200, 1500);
      await rig.redis.failOver();
      for (const link of rig.links) link.reset();
      struck();
      await wait(500, 1500);
      await rig.redis.rejoin();
    },
  },
  {
    name: 'Redis fails over and back',
    does: 'Twice in a row, with the first primary and its older memory returning as primary.',
    sees: 'The same: it has another past, however much it looks like the old one.',
    async strike({ rig, wait, struck }) {
      for (const _ of times(2)) {
        await rig.redis.failOver();
        for (const link of rig.links) link.reset();
        struck();
        await wait(200, 1200);
      }
      await rig.redis.rejoin();
    },
  },
];

async function withConfig({ rig, wait, struck }: Stage, name: string, bad: string, good: string): Promise<void> {
  const server = rig.redis.primary();
  for (const _ of times(2)) {
    await server.call('config', 'set', name, bad);
    struck();
    await wait(300, rig.maxStalenessMs * 1.2);
    await server.call('config', 'set', name, good);
    await wait(300, 800);
  }
}
