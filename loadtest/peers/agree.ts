/**
 * `npx tsx loadtest/peers/agree.ts`: asks every engine that is installed the shared vectors and a sample of the seeded
 * questions, and compares. Exit code 1 when one disagrees.
 * Options: --only TEXT (names that contain it), --many N (mandates of one party), --sample N, --out FILE.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { PEERS } from './all.ts';
import { askPeer } from './ask.ts';
import { MACHTIG, machtigTravels } from './machtig.ts';
import { DoesNotFit, type Peer, type RunningPeer } from './peer.ts';
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
  /** Why the register could not be loaded. */
  doesNotFit?: string;
  at?: string;
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
  const about = {
    peer: peer.name,
    version: found.version,
    register: register.name,
    at: new Date().toISOString(),
  };
  try {
    const running = await peer.start({ register, folder, lifecycle, loadSeconds: 240 });
    const differ = await compare(running, expected);
    return { ...about, asked: expected.length, differ };
  } catch (thrown) {
    if (thrown instanceof DoesNotFit) return { ...about, doesNotFit: thrown.message };
    return { ...about, differ: [String(thrown)] };
  } finally {
    await lifecycle.close();
  }
}

function tell({ peer, register, missing, doesNotFit, asked, differ = [] }: Outcome): void {
  const found = missing ?? doesNotFit ?? `${asked ?? 0} asked, ${differ.length} differ`;
  process.stdout.write(`${[peer, register, found].filter((text) => text !== undefined).join(', ')}\n`);
  for (const line of differ) process.stdout.write(`  ${line}\n`);
}

/** What earlier runs found of others stays: a run of all of them takes long. */
function write(outcomes: readonly Outcome[]): void {
  const known = existsSync(values.out)
    ? (JSON.parse(readFileSync(values.out, 'utf8')) as { outcomes: Outcome[] })
    : undefined;
  const names = new Set(outcomes.map(({ peer }) => peer));
  const others = known?.outcomes.filter(({ peer }) => !names.has(peer)) ?? [];
  writeFileSync(values.out, `${JSON.stringify({ outcomes: [...others, ...outcomes] }, null, 2)}\n`);
}

const now = Math.floor(Date.now() / 1000) * 1000;
const crowds = [Number(values.many), 1000].map((many) => sharedVectors(now, many));
for (const { register, vectors } of crowds) {
  const wrong = vectors.filter(({ question, allow }) => shouldAllow(register, question) !== allow);
  if (wrong.length > 0) throw new Error(`the reference itself differs: ${wrong.map(({ name }) => name).join('; ')}`);
}
const size = { mandates: 10_000, seed: 1 };
const seeded = seededRegister(size);
const sample: Expected[] = Array.from(
  drawPeerQuestions({ ...size, count: Number(values.sample) }),
  ({ question }, index) => ({ name: `question ${index}`, question, allow: shouldAllow(seeded, question) }),
);

/** The vectors, beside fewer others where all do not fit, and the sample. */
async function* outcomesOf(peer: Peer): AsyncGenerator<Outcome> {
  // Machtig goes by its own clock.
  const askable = (all: readonly Expected[]) => (peer === MACHTIG ? all.filter(({ atMoment }) => !atMoment) : all);
  for (const { register, vectors } of crowds) {
    const outcome = await judge(peer, register, askable(vectors));
    yield outcome;
    if (outcome.missing !== undefined) return;
    if (outcome.doesNotFit === undefined) break;
  }
  yield judge(peer, seeded, sample);
}

const outcomes: Outcome[] = [];
for (const peer of [MACHTIG, machtigTravels(), ...PEERS].filter(({ name }) => name.includes(values.only))) {
  for await (const outcome of outcomesOf(peer)) {
    outcomes.push(outcome);
    tell(outcome);
    write(outcomes);
  }
}
process.exitCode = outcomes.some(({ differ = [] }) => differ.length > 0) ? 1 : 0;
