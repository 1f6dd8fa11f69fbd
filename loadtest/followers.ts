/**
 * What each further sidecar costs Redis: following the stream, looking at it, connecting, asking for what it does not
 * have. CPU time and instructions of redis-server with 10 to 500 cheap followers that are told real entries.
 * `npx tsx loadtest/followers.ts [--followers 10,50,100,200,500] [--seconds 5] [--rounds 2] [--out FILE]`; writes
 * loadtest/results/followers.json. Some four minutes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startProgress } from '../src/process/progress.ts';
import { describeMachine } from './bench/processes.ts';
import { ENTRIES, type FanOut, measureFanOut, measureWriting, startFollowers } from './scaling/fan-out.ts';
import { costOfFollowing } from './scaling/following.ts';
import { type CountedRedis, startCountedRedis } from './scaling/redis-server.ts';
import { bytesOfConnection, costOfColdDecision, costOfConnection, costOfLook } from './scaling/sidecar-costs.ts';
import { fillProjection } from './scaling/small-projection.ts';

const { values } = parseArgs({
  options: {
    followers: { type: 'string', default: '10,50,100,200,500' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '2' },
    out: { type: 'string', default: join(import.meta.dirname, 'results/followers.json') },
  },
});
const counts = values.followers.split(',').map(Number);
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const MANDATES = 5000;
/** Entries in a node of a stream; Redis puts 100 there if not told otherwise, and reads a node from its beginning. */
const SMALL_NODE = 4;

const lifecycle = makeLifecycle();

async function measureOthers(redis: CountedRedis) {
  await fillProjection(redis.client, MANDATES);
  return {
    look: await costOfLook(redis, 5000),
    connection: await costOfConnection(redis, 500),
    coldDecision: await costOfColdDecision(redis, MANDATES),
    bytesPerWaitingConnection: await bytesOfConnection(redis, 200),
    following: await costOfFollowing(redis, seconds, lifecycle),
  };
}

/** Of the rounds of a step, the one in which least came between. */
function least(steps: FanOut[]): FanOut {
  return steps.reduce((best, step) => (step.cpuUsPerReply < best.cpuUsPerReply ? step : best));
}

async function measureFanOutTo(redis: CountedRedis, counts: readonly number[]): Promise<FanOut[]> {
  const total = ENTRIES.length * counts.length * rounds;
  const progress = startProgress({ label: 'fan-out', unit: 'steps', total, screen: process.stderr });
  const floors = [];
  for (const entry of ENTRIES) floors.push({ entry, floor: await measureWriting(redis, entry, seconds) });
  const followers = startFollowers(redis.port, lifecycle);
  const all: FanOut[] = [];
  for (const count of counts) {
    await followers.grow(count);
    for (const { entry, floor } of floors) {
      const steps: FanOut[] = [];
      for (let round = 0; round < rounds; round++) {
        steps.push(await measureFanOut({ redis, followers, count, entry, floor, seconds }));
        progress.advance(1);
      }
      all.push(least(steps));
    }
  }
  progress.end();
  return all;
}

try {
  const redis = await startCountedRedis(lifecycle);
  const others = await measureOthers(redis);
  const fanOut = await measureFanOutTo(redis, counts);
  const smallNodes = await startCountedRedis(lifecycle, '--stream-node-max-entries', String(SMALL_NODE));
  const fanOutOfSmallNodes = await measureFanOutTo(smallNodes, counts.slice(-1));
  const measured = { ...others, fanOut, smallNode: SMALL_NODE, fanOutOfSmallNodes };
  const result = { machine: describeMachine(), seconds, rounds, ...measured };
  writeFileSync(
    values.out,
    `${JSON.stringify(result, null, 1)
      .replaceAll(/\n {3,}/g, ' ')
      .replaceAll(/\n {2}\}/g, ' }')}\n`,
  );
  process.stdout.write(`${JSON.stringify(others)}\n`);
  for (const step of [...fanOut, ...fanOutOfSmallNodes]) process.stdout.write(`${JSON.stringify(step)}\n`);
} finally {
  await lifecycle.close();
}
