/**
 * `tsx loadtest/roll-out.ts`: what a process that decides notices of a roll-out. Decides without a pause, gives the
 * event loop a turn after each, and notes how long each turn took: at rest, and while signed releases of the committed
 * bundle come one after another. Writes loadtest/results/roll-out.json; judges nothing.
 */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { makeAdminEngine } from '../src/policy/admin-engine.ts';
import { makeEngine } from '../src/policy/engine.ts';
import { makeRawInstance } from '../src/policy/raw-instance.ts';
import { readVerdict } from '../src/policy/result.ts';
import { fileSource } from '../src/rollout/file-source.ts';
import { openLastGood } from '../src/rollout/last-good.ts';
import { openRollOut } from '../src/rollout/roll-out.ts';
import { makePair, revised, signedBundle, unpacked } from '../test/support/signing.ts';
import { describeMachine } from './bench/processes.ts';
import { aSpreadOfInputs } from './roll-out-inputs.ts';

const RELEASES = Number(process.env.RELEASES ?? 30);
const REST_MS = 10_000;
const T = 1_700_000_000;

const folder = await mkdtemp(join(tmpdir(), 'machtig-roll-out-'));
const file = join(folder, 'bundle.tar.gz');
const pair = makePair();
const committed = unpacked('bundles/mandates.tar.gz');

async function publish(release: number): Promise<void> {
  const files = revised(committed, (held) => held.set('release', Buffer.from(String(release))));
  await writeFile(`${file}.next`, await signedBundle(files, pair, T + release));
  await rename(`${file}.next`, file);
}

await publish(0);
let active = 0;
const rollOut = await openRollOut({
  source: await fileSource(file),
  signing: { trust: await pair.trust(), lastGood: await openLastGood(join(folder, 'state')) },
  pollMs: 20,
  now: Date.now,
  onTried: () => {},
  onHeard: () => {},
  onActive: () => {
    active += 1;
  },
});
const options = { makeInstance: makeRawInstance };
const engine = rollOut.policy.follow((bundle) => makeEngine(bundle, readVerdict, options));
rollOut.policy.follow((bundle) => makeAdminEngine(bundle, options));
const inputs = await aSpreadOfInputs();

let turns: number[] = [];
let asking = true;
const deciding = (async () => {
  for (let index = 0; asking; index += 1) {
    const began = performance.now();
    engine.decide(inputs[index % inputs.length] ?? {});
    await setImmediate();
    turns.push(performance.now() - began);
  }
})();

function take() {
  const sorted = turns.toSorted((a, b) => a - b);
  turns = [];
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { turns: sorted.length, p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999), longest_ms: at(1) };
}

const round = (ms: number) => Math.round(ms * 1000) / 1000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

await sleep(2000);
take();
await sleep(REST_MS);
const atRest = take();
const took: number[] = [];
const during: ReturnType<typeof take>[] = [];
for (let release = 1; release <= RELEASES; release += 1) {
  await publish(release);
  const [began, before] = [performance.now(), active];
  turns = [];
  while (active === before) await sleep(5);
  took.push(performance.now() - began);
  during.push(take());
}
asking = false;
await deciding;
await rollOut.close();
await rm(folder, { recursive: true, force: true });

const median = (values: number[]) => round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
const result = {
  machine: describeMachine(),
  releases: RELEASES,
  from_file_to_active_ms: { median: median(took), longest: round(Math.max(...took)) },
  turn_at_rest: atRest,
  turn_while_rolling_out: {
    p50_ms: median(during.map(({ p50_ms }) => p50_ms)),
    p99_ms: median(during.map(({ p99_ms }) => p99_ms)),
    longest_ms: {
      median: median(during.map(({ longest_ms }) => longest_ms)),
      each: during.map((one) => one.longest_ms),
    },
  },
};
await writeFile(join(import.meta.dirname, 'results/roll-out.json'), `${JSON.stringify(result, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
