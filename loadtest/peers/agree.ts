/**
 * `npx tsx loadtest/peers/agree.ts`: asks every engine that is installed the shared vectors and a sample of the seeded
 * questions, and compares. Exit code 1 when one disagrees.
 * Options: --only TEXT (names that contain it), --many N (mandates of one party), --sample N, --out FILE.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { PEERS } from './all.ts';
import { askPeer } from './ask.ts';
import { MACHTIG, machtigTravels } from './machtig.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { shouldAllow } from './reference.ts';
import type { PeerQuestion, PeerRegister } from './register.ts';
import { drawPeerQuestions, seededRegister } from './seeded.ts';
import { sharedVectors } from './vectors.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    many: { type: 'string', default: '70000' },
    sample: { type: 'string', default: '500' },
    out: { type: 'string', default: fileURLToPath(new URL('../results/peers-agree.json', import.meta.url)) },
  },
});

interface Expected {
  name: string;
  question: PeerQuestion;
  allow: boolean;
  atMoment?: boolean;
}

interface Outcome {
  peer: string;
  version?: string;
  missing?: string;
  register?: string;
  asked?: number;
  differ?: string[];
  loadMs?: number;
}

async function compare(running: RunningPeer, expected: readonly Expected[]): Promise<string[]> {
  const differ: string[] = [];
  for (const { name, question, allow } of expected) {
    const answer = await askPeer(running, question).catch((thrown: unknown) => String(thrown));
    if (answer !== allow) differ.push(`${name}: expected ${allow}, got ${answer}`);
  }
  return differ;
}

async function judge(peer: Peer, register: PeerRegister, expected: readonly Expected[]): Promise<Outcome> {
  const found = peer.available();
  if ('missing' in found) return { peer: peer.name, missing: found.missing };
  const lifecycle = makeLifecycle();
  const folder = mkdtempSync(join(tmpdir(), 'machtig-peer-'));
  lifecycle.onClose('folder', () => rmSync(folder, { recursive: true, force: true }));
  const about = { peer: peer.name, version: found.version, register: register.name };
  try {
    const running = await peer.start({ register, folder, lifecycle, loadSeconds: 300 });
    const differ = await compare(running, expected);
    return { ...about, asked: expected.length, differ, loadMs: running.loadMs };
  } catch (thrown) {
    return { ...about, differ: [String(thrown)] };
  } finally {
    await lifecycle.close();
  }
}

const { register, vectors } = sharedVectors(Math.floor(Date.now() / 1000) * 1000, Number(values.many));
const size = { mandates: 10_000, seed: 1 };
const seeded = seededRegister(size);
const sample: Expected[] = Array.from(
  drawPeerQuestions({ ...size, count: Number(values.sample) }),
  ({ question }, index) => ({ name: `question ${index}`, question, allow: shouldAllow(seeded, question) }),
);
const wrong = vectors.filter(({ question, allow }) => shouldAllow(register, question) !== allow);
if (wrong.length > 0) throw new Error(`the reference itself differs: ${wrong.map(({ name }) => name).join('; ')}`);

const outcomes: Outcome[] = [];
for (const peer of [MACHTIG, machtigTravels(), ...PEERS].filter(({ name }) => name.includes(values.only))) {
  for (const [data, expected] of [[register, vectors] as const, [seeded, sample] as const]) {
    // Machtig goes by its own clock.
    const asked = peer === MACHTIG ? expected.filter(({ atMoment }) => !atMoment) : expected;
    const outcome = await judge(peer, data, asked);
    outcomes.push(outcome);
    const { differ, missing } = outcome;
    process.stdout.write(
      `${peer.name}, ${data.name}: ${missing ?? `${asked.length} asked, ${differ?.length} differ`}\n`,
    );
    for (const line of differ ?? []) process.stdout.write(`  ${line}\n`);
    if (missing !== undefined) break;
  }
}
writeFileSync(values.out, `${JSON.stringify({ at: new Date().toISOString(), outcomes }, null, 2)}\n`);
process.exitCode = outcomes.some(({ differ }) => differ !== undefined && differ.length > 0) ? 1 : 0;
