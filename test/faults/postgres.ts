import { mkdtemp } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { eventually } from '../support/eventually.ts';
import { type Scenario, times } from './scenario.ts';

/** PostgreSQL, and the way to it. */
export const POSTGRES: readonly Scenario[] = [
  {
    name: 'PostgreSQL silent',
    does: 'Nothing passes between PostgreSQL and one process of sync any more, and nothing is closed (half-open); then the other.',
    sees: 'A statement without an answer costs the leader its session after 2 s; the other leads once PostgreSQL has let go of the lock.',
    async strike({ rig, wait, struck }) {
      for (const one of rig.syncs) {
        one.links.postgres.silence();
        struck();
        await wait(2500, 5000);
        one.links.postgres.pass();
      }
    },
  },
  {
    name: 'PostgreSQL slow',
    does: 'All that it says and is told takes 30 to 300 ms, each way.',
    sees: 'Data ages as much as it is late.',
    async strike({ rig, dice, wait, struck }) {
      for (const _ of times(3)) {
        for (const one of rig.syncs) one.links.postgres.slow(Math.floor(30 + dice.next() * 270));
        struck();
        await wait(700, 1200);
      }
    },
  },
  {
    name: 'PostgreSQL reset in the middle of a word',
    does: 'Connections of sync to it are reset after so many bytes of what it says, many times.',
    sees: 'Another leads, or the same again; half a reading of the register is none.',
    async strike({ rig, dice, wait, struck }) {
      for (const _ of times(15)) {
        dice.pick(rig.syncs).links.postgres.resetAfter(Math.floor(dice.next() ** 2 * 50_000));
        struck();
        await wait(50, 300);
      }
    },
  },
  {
    name: 'PostgreSQL crashes',
    does: 'All its processes are killed; it starts again from its log.',
    sees: 'What was committed is there; `data_stale` beyond the bound until then.',
    stopsWriters: true,
    async strike({ rig, wait, struck }) {
      await rig.postgres.crash();
      struck();
      await wait(100, 1000);
      await rig.postgres.start();
    },
  },
  {
    name: 'PostgreSQL frozen',
    does: 'All its processes stand still and go on.',
    sees: '`data_stale` beyond the bound.',
    stopsWriters: true,
    async strike({ rig, wait, struck }) {
      rig.postgres.freeze();
      struck();
      await wait(rig.maxStalenessMs / 2, rig.maxStalenessMs * 2);
      rig.postgres.resume();
    },
  },
  {
    name: 'PostgreSQL restored to an older state',
    does: 'What it held some seconds ago is put back; commits since then are lost.',
    sees: 'A new epoch; the projection is built anew; a `min_revision` of the old epoch is refused (409).',
    stopsWriters: true,
    async strike({ rig, load, wait, struck }) {
      const saved = await rig.postgres.save();
      await untilWrittenTo(rig.newest);
      await wait(300, 1500);
      await load.pauseWriting();
      // Within what a sidecar has seen: otherwise nobody could tell (decision record 5).
      await wait(500);
      await rig.recorder.pause();
      await rig.postgres.restore(saved);
      rig.recorder.go();
      struck();
      load.goOnWriting();
    },
  },
  {
    name: 'PostgreSQL comes back empty',
    does: 'An empty database cluster stands in its place for a while, then what it held.',
    sees: 'Nothing is projected from it: `data_stale`, never denials because nobody has a mandate.',
    stopsWriters: true,
    async strike({ rig, load, wait, struck }) {
      await load.pauseWriting();
      const saved = await rig.postgres.save();
      await eventually('the recorder reads again', () => rig.recorder.read().then(() => true));
      await rig.recorder.pause();
      await rig.postgres.restore(await mkdtemp('/tmp/machtig-rig-empty-'));
      struck();
      await wait(1000, rig.maxStalenessMs * 2);
      await rig.postgres.restore(saved);
      rig.recorder.go();
      load.goOnWriting();
    },
  },
  {
    name: 'PostgreSQL read-only',
    does: 'It takes no writes (default_transaction_read_only), and the leader changes meanwhile.',
    sees: 'Following goes on; who cannot draw a fencing number does not lead, and data ages.',
    stopsWriters: true,
    async strike({ rig, wait, struck }) {
      const set = (value: string) =>
        withClient(rig.postgres.url(), async (client) => {
          await client.query(`alter system set default_transaction_read_only = ${value}`);
          await client.query('select pg_reload_conf()');
        });
      await set('on');
      struck();
      await wait(300, 800);
      for (const one of rig.syncs) one.links.postgres.reset();
      await wait(1000, 3000);
      await set('off');
    },
  },
  {
    name: 'PostgreSQL takes no more connections',
    does: 'Every connection that it has to give is taken, and those of sync are reset.',
    sees: 'Nobody leads; `data_stale` beyond the bound.',
    async strike({ rig, wait, struck }) {
      const taken: Client[] = [];
      for (const one of rig.syncs) one.links.postgres.refuse();
      for (const one of rig.syncs) one.links.postgres.reset();
      for (const _ of times(100)) {
        const client = new Client({ connectionString: rig.postgres.url() });
        client.on('error', () => {});
        if (
          !(await client.connect().then(
            () => true,
            () => false,
          ))
        )
          break;
        taken.push(client);
      }
      for (const one of rig.syncs) one.links.postgres.pass();
      struck();
      await wait(1000, 3000);
      await Promise.all(taken.map((client) => client.end()));
    },
  },
];

async function withClient(connectionString: string, act: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await act(client);
  } finally {
    await client.end();
  }
}

async function untilWrittenTo(newest: () => string): Promise<void> {
  const before = newest();
  for (const _ of times(200)) {
    if (newest() !== before) return;
    await sleep(10);
  }
}
