/**
 * `npx tsx loadtest/peers/revoke.ts`: how long an engine that holds the data goes on allowing what it has confirmed to
 * be revoked. Options: --only TEXT (names that contain it), --times N, --out FILE.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { PEERS } from './all.ts';
import { askPeer } from './ask.ts';
import { MACHTIG } from './machtig.ts';
import type { Peer, RunningPeer } from './peer.ts';
import type { PeerQuestion } from './register.ts';
import { sharedVectors } from './vectors.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    times: { type: 'string', default: '20' },
    out: { type: 'string', default: fileURLToPath(new URL('../results/peers-revoke.json', import.meta.url)) },
  },
});

const TIMES = Number(values.times);
/** Asked about each mandate that is being revoked; the figures are no finer. */
const EVERY_MS = 5;
/** Revocations follow each other so that they do not all fall into one moment of an engine's clock. */
const APART_MS = 337;
const PATIENCE_MS = 60_000;

interface Outcome {
  peer: string;
  setting: string;
  version?: string;
  missing?: string;
  /** From the moment at which the engine had confirmed the revocation to its first denial, sorted. */
  lateMs?: number[];
}

/** @returns milliseconds in which what had been confirmed to be revoked was still allowed */
async function late(peer: RunningPeer, question: PeerQuestion): Promise<number> {
  const ask = () => askPeer(peer, { ...question, now: Date.now() });
  if (!(await ask())) throw new Error(`${question.actor} was not allowed to begin with`);
  let confirmedAt = Number.POSITIVE_INFINITY;
  const revoked = peer.revoke?.(question.represented, question.actor).then(() => {
    confirmedAt = performance.now();
  });
  const until = performance.now() + PATIENCE_MS;
  while (await ask()) {
    if (performance.now() > until) throw new Error(`still allowed after ${PATIENCE_MS} ms`);
    await sleep(EVERY_MS);
  }
  const deniedAt = performance.now();
  await revoked;
  return Math.max(0, Math.round(deniedAt - confirmedAt));
}

async function measure(peer: Peer): Promise<Outcome> {
  const about = { peer: peer.name, setting: peer.setting };
  const found = peer.available();
  if ('missing' in found) return { ...about, missing: found.missing };
  const lifecycle = makeLifecycle();
  const folder = mkdtempSync(join(tmpdir(), 'machtig-peer-'));
  lifecycle.onClose('folder', () => rmSync(folder, { recursive: true, force: true }));
  const { register, vectors } = sharedVectors(Date.now(), TIMES + 1000);
  const first = vectors.find(({ question }) => question.actor.endsWith(':crowd0'))?.question;
  if (first === undefined) throw new Error('there is no crowd to revoke');
  try {
    const running = await peer.start({ register, folder, lifecycle, loadSeconds: 120 });
    const lateMs = await Promise.all(
      Array.from({ length: TIMES }, async (_, n) => {
        await sleep(n * APART_MS);
        return late(running, { ...first, actor: first.actor.replace('crowd0', `crowd${n}`) });
      }),
    );
    return { ...about, version: found.version, lateMs: lateMs.sort((a, b) => a - b) };
  } finally {
    await lifecycle.close();
  }
}

const outcomes: Outcome[] = [];
for (const peer of [MACHTIG, ...PEERS]) {
  if (peer.dataClass !== 'data held' || !peer.name.includes(values.only)) continue;
  const outcome = await measure(peer);
  outcomes.push(outcome);
  const { lateMs = [], missing } = outcome;
  const told = `median ${lateMs[Math.floor(lateMs.length / 2)]} ms, longest ${lateMs.at(-1)} ms of ${lateMs.length}`;
  process.stdout.write(`${peer.name}: ${missing ?? told}\n`);
}
writeFileSync(
  values.out,
  `${JSON.stringify({ at: new Date().toISOString(), everyMs: EVERY_MS, outcomes }, null, 2)}\n`,
);
