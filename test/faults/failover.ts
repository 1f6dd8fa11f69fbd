import { Client } from 'pg';
import { eventually } from '../support/eventually.ts';
import { type Scenario, type Stage, times } from './scenario.ts';

/** PostgreSQL with a standby that takes its place. */
export const FAILOVER: readonly Scenario[] = [
  {
    name: 'PostgreSQL fails over, nothing lost',
    does: 'Commits wait for the standby; all processes of the primary are killed at a moment of chance, in the middle of writing, and the standby takes its place.',
    sees: 'A new epoch with the copy as it is; no rebuild. `data_stale` only when the standby needs longer than the bound; a `min_revision` of the old epoch is refused (409).',
    stopsWriters: true,
    async strike(stage) {
      const { rig, wait, struck } = stage;
      await (await rig.postgres.follow()).hearBeforeAnyoneSees();
      await wait(300, 1500);
      const copy = await liveCopy(stage);
      await rig.postgres.failOver();
      struck();
      await untilEpochBegun(stage);
      await wait(200, 800);
      await assertCopy(stage, (now) => now === copy);
    },
  },
  {
    name: 'PostgreSQL fails over, a tail lost',
    does: 'The standby hears nothing for a while; what was committed meanwhile, and projected, is lost when it takes the place of the primary.',
    sees: 'A new epoch, and the projection is built anew; what was lost counts no longer, what it had revoked counts again.',
    stopsWriters: true,
    async strike(stage) {
      const { rig, load, wait, struck } = stage;
      const standby = await rig.postgres.follow();
      await standby.cut();
      const before = rig.newest();
      await eventually('something is committed that will be lost', () => rig.newest() !== before);
      await wait(200, 1500);
      await load.pauseWriting();
      const copy = await liveCopy(stage);
      await eventually('it is projected', async () => (await liveRevision(stage)) === rig.newest());
      await rig.recorder.pause();
      await rig.postgres.failOver();
      rig.recorder.go();
      struck();
      load.goOnWriting();
      await untilEpochBegun(stage);
      await wait(200, 800);
      await assertCopy(stage, (now) => now !== copy);
    },
  },
  {
    name: 'sync killed while it changes the epoch',
    on: 'partitions',
    does: 'PostgreSQL fails over, and nothing is lost; whoever takes the copy into the new epoch, partition by slow partition, is killed at a moment of chance, and so is the next.',
    sees: 'No sidecar answers from partitions of two epochs; the third brings all of them there.',
    stopsWriters: true,
    async strike(stage) {
      const { rig, wait, struck } = stage;
      await (await rig.postgres.follow()).hearBeforeAnyoneSees();
      const copy = await liveCopy(stage);
      for (const one of rig.syncs) one.links.redis.slow(15);
      await rig.postgres.failOver();
      for (const _ of times(2)) {
        for (const one of rig.syncs) {
          await wait(50, 500);
          await one.kill();
          struck();
          await one.start();
        }
      }
      for (const one of rig.syncs) one.links.redis.pass();
      await untilEpochBegun(stage);
      await wait(200, 800);
      await assertCopy(stage, (now) => now === copy);
    },
  },
];

const read = async ({ rig }: Stage, field: string) =>
  String(await rig.redis.primary().call('hget', '{m0}:head', field));
const liveCopy = (stage: Stage) => read(stage, 'generation');
const liveRevision = (stage: Stage) => read(stage, 'revision');

/** On a machine that has other things to do. */
const WITHIN_MS = 60_000;

/** The projection is in the epoch of the register, which is another than that of before. */
async function untilEpochBegun(stage: Stage): Promise<void> {
  await eventually(
    'the projection is in the epoch of the register',
    async () => {
      const client = new Client({ connectionString: stage.rig.postgres.url() });
      await client.connect();
      const { rows } = await client.query<{ epoch: number; moved: boolean }>(
        'select epoch, timeline <> current_timeline() as moved from register',
      );
      await client.end();
      const [row] = rows;
      return row?.moved === false && (await liveRevision(stage)).startsWith(`${row.epoch}.`);
    },
    WITHIN_MS,
  );
}

/** What makes the run a proof: that the copy was kept, or was not. */
async function assertCopy(stage: Stage, isRight: (now: string) => boolean): Promise<void> {
  const now = await liveCopy(stage);
  if (!isRight(now)) throw new Error(`the live copy is ${now}`);
}
