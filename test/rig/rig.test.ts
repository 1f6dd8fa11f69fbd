import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHistory } from './history.ts';
import { untilFresh } from './program.ts';
import { takeSnapshot } from './recorder.ts';
import { type Rig, startRig } from './rig.ts';
import { type LoadReport, underLoad } from './under-load.ts';

/** The rig itself: that it does to the processes what it says, that its history is the register's, and that it sees what is wrong. */
let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ seed: 1, sidecars: 2, syncs: 2, maxStalenessMs: 2000 });
}, 120_000);
afterAll(() => rig?.close());

function expectTrue({ violations, answers, allows, denials, commits }: LoadReport): void {
  expect(violations).toEqual([]);
  expect(answers).toBe(allows + denials);
  expect(allows).toBeGreaterThan(10);
  expect(denials).toBeGreaterThan(10);
  expect(commits.committed).toBeGreaterThan(10);
}

test('answers under load are true, while a sidecar is frozen and the leader is killed', async () => {
  const report = await underLoad(rig, {}, async () => {
    await sleep(500);
    rig.sidecars[0]?.freeze();
    await rig.syncs[0]?.kill();
    await sleep(2500);
    await rig.heal();
    await sleep(500);
  });
  expectTrue(report);
  expect(report.commits.failed).toBe(0);
  expect(report.longestGapMs).toBeGreaterThan(2000);
});

test('a register that was put back begins a new epoch, and its answers are true', async () => {
  const saved = await rig.postgres.save();
  const epochBefore = rig.recorder.history.last().epoch;
  const report = await underLoad(rig, {}, async (load) => {
    await sleep(1500);
    await load.pauseWriting();
    await rig.recorder.pause();
    await rig.postgres.restore(saved);
    rig.recorder.go();
    load.goOnWriting();
    await rig.heal();
    await sleep(1000);
  });
  expectTrue(report);
  expect(rig.recorder.history.last().epoch).toBeGreaterThan(epochBefore);
});

test('the history, folded, is the register', async () => {
  await rig.recorder.read();
  const client = new Client({ connectionString: rig.postgres.url() });
  await client.connect();
  const now = makeHistory(await takeSnapshot(client));
  await client.end();
  expect(rig.recorder.history.latest()).toEqual(now.latest());
  const { n } = now.latest();
  expect(rig.recorder.history.last().versions.registerAt(n)).toEqual(now.last().versions.registerAt(n));
});

test('records that went missing from Redis are seen in the answers', async () => {
  const [sidecar] = rig.sidecars;
  if (sidecar === undefined) throw new Error('no sidecar');
  // It has asked for nothing yet, and is asked before `sync` finds what is missing and puts it back.
  await sidecar.kill();
  await sidecar.start();
  await untilFresh(sidecar);
  // Their keys are binary.
  const dropAll = `for _, key in ipairs(redis.call('keys', ARGV[1])) do redis.call('del', key) end`;
  await rig.redis.primary().call('eval', dropAll, 0, '{m0}:[0-9]*');
  const { violations } = await underLoad(rig, { commitsPerSecond: 1 }, () => sleep(1500));
  expect(violations.map(({ rule }) => rule)).toContain('wrong_answer');
});
