import { Client } from 'pg';
import { type Scenario, type Stage, times } from './scenario.ts';

/** Processes of ours that die, stand still, or are two where there should be one. */
export const PROCESSES: readonly Scenario[] = [
  {
    name: 'sidecar frozen',
    does: 'A sidecar is stopped (SIGSTOP) for longer than the bound of staleness, and goes on.',
    sees: 'What it answers when it wakes is of its new position; until it has one, `data_stale`.',
    async strike({ rig, sidecar, wait, struck }) {
      const one = sidecar();
      one.freeze();
      struck();
      await wait(rig.maxStalenessMs * 1.2, rig.maxStalenessMs * 2);
      one.resume();
    },
  },
  {
    name: 'sidecar frozen for a minute',
    does: 'The same for sixty seconds.',
    sees: 'The same.',
    isLong: true,
    async strike({ sidecar, wait, struck }) {
      const one = sidecar();
      one.freeze();
      struck();
      await wait(60_000);
      one.resume();
    },
  },
  {
    name: 'sidecar stuttering',
    does: 'A sidecar is stopped and goes on, again and again, for up to half of the bound.',
    sees: 'It answers while its data is young enough, and no longer.',
    async strike({ rig, sidecar, wait, struck }) {
      const one = sidecar();
      for (const _ of times(6)) {
        one.freeze();
        struck();
        await wait(20, rig.maxStalenessMs / 2);
        one.resume();
        await wait(20, 200);
      }
    },
  },
  {
    name: 'sidecar killed',
    does: 'A sidecar is killed (SIGKILL) and started again.',
    sees: 'Connections break; the next process answers when it is fresh, and not before.',
    async strike({ sidecar, wait, struck }) {
      for (const _ of times(2)) {
        const one = sidecar();
        await one.kill();
        struck();
        await wait(0, 300);
        await one.start();
        await wait(200, 1200);
      }
    },
  },
  {
    name: 'sync killed while it follows',
    does: 'One process of sync after another is killed at a moment of chance, and started again.',
    sees: 'The other leads within a second; nothing is applied twice or left out.',
    async strike({ rig, dice, wait, struck }) {
      for (const _ of times(4)) {
        const one = dice.pick(rig.syncs);
        await one.kill();
        struck();
        await wait(50, 600);
        await one.start();
        await wait(100, 800);
      }
    },
  },
  {
    name: 'sync cut off at any byte',
    does: 'The connections of sync to Redis or PostgreSQL are reset after so many bytes of what it is told, by chance, in following and in rebuilding alike.',
    sees: 'It takes its position anew; half of a batch or of a copy is never read.',
    async strike(stage) {
      for (const round of times(10)) {
        const { links } = stage.sync();
        const link = stage.dice.next() < 0.6 ? links.redis : links.postgres;
        if (round % 3 === 2) await loseTheHead(stage);
        link.resetAfter(Math.floor(stage.dice.next() ** 2 * 20_000));
        stage.struck();
        await stage.wait(50, 400);
      }
    },
  },
  {
    name: 'sync killed while it builds',
    does: 'The projection is lost; whoever builds it anew, step by slow step, is killed at a moment of chance; so is the next.',
    sees: 'No sidecar reads a copy that is not whole; the third builds it.',
    async strike(stage) {
      const { rig, wait, struck } = stage;
      for (const one of rig.syncs) one.links.redis.slow(15);
      for (const _ of times(2)) {
        await loseTheHead(stage);
        for (const one of rig.syncs) {
          await wait(100, 900);
          await one.kill();
          struck();
          await one.start();
        }
      }
    },
  },
  {
    name: 'leader frozen',
    does: 'Sync is stopped until another leads, and goes on with what it had in its hands.',
    sees: 'PostgreSQL ends its session, its fencing number is refused; `data_stale` until the other leads.',
    async strike({ rig, wait, struck }) {
      for (const one of rig.syncs) {
        one.freeze();
        struck();
        await wait(5000, 7000);
        one.resume();
        await wait(300);
      }
    },
  },
  {
    name: 'leader frozen while it builds',
    does: 'The same in the middle of a rebuild; the copy of the one that woke must not take the place of its successor’s.',
    sees: 'The same.',
    isLong: true,
    async strike(stage) {
      const { rig, wait, struck } = stage;
      for (const one of rig.syncs) one.links.redis.slow(15);
      for (const one of rig.syncs) {
        await loseTheHead(stage);
        await wait(100, 700);
        one.freeze();
        struck();
        await wait(5000, 7000);
        one.resume();
        await wait(500);
      }
    },
  },
  {
    name: 'two leaders',
    does: 'The session with the lock is ended again and again while what its owner sent is still on its way to Redis.',
    sees: 'Two write for a moment; the later fencing number wins, and every batch names the place that it joins on to.',
    async strike({ rig, dice, wait, struck }) {
      for (const one of rig.syncs) one.links.redis.slow(Math.floor(20 + dice.next() * 150));
      const client = new Client({ connectionString: rig.postgres.url() });
      await client.connect();
      for (const _ of times(6)) {
        await client.query(
          `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and objsubid = 2`,
        );
        struck();
        await wait(100, 600);
      }
      await client.end();
    },
  },
];

/** Nothing is the live projection any more: whoever leads must build it anew. */
async function loseTheHead({ rig }: Stage): Promise<void> {
  await rig.redis.primary().call('del', '{m0}:head');
}
