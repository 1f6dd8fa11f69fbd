import { setTimeout as sleep } from 'node:timers/promises';
import type { Acts } from './acts.ts';
import { startAsking } from './asker.ts';
import { makeChecker, type Tally, type Violation } from './checker.ts';
import { startCommitting } from './committer.ts';
import type { Observation } from './observation.ts';
import { diceFor, type Rig } from './rig.ts';

export interface LoadOptions {
  /** To each sidecar. */
  connections?: number;
  pauseMs?: number;
  commitsPerSecond?: number;
  writers?: number;
  /** What is committed; all kinds unless said otherwise. */
  acts?: Acts;
  timeoutMs?: number;
  skewMs?: number;
  /** Checks when all is over, so that it costs nothing meanwhile. */
  checkLater?: boolean;
  /** For runs of hours: what is over for minutes is forgotten. No register may be put back meanwhile. */
  forgets?: boolean;
}

const FORGET_AFTER_MS = 120_000;

export interface LoadReport extends Tally {
  seed: number;
  commits: { committed: number; refused: number; failed: number };
  /** The first hundred. */
  violations: Violation[];
}

/** What a scenario may do to the load. */
export interface Load {
  /** Nobody writes from then on, and all that was written is in the history. */
  pauseWriting(): Promise<void>;
  goOnWriting(): void;
  /** Of the moment. */
  tally: Readonly<Tally>;
}

const KEPT = 100;

/** Asks and commits all the while, lets `scenario` do its worst, and checks every answer against the history. */
export async function underLoad(
  rig: Rig,
  options: LoadOptions,
  scenario: (load: Load) => Promise<void>,
): Promise<LoadReport> {
  const { connections = 4, pauseMs = 10, commitsPerSecond = 100, timeoutMs = 10_000, skewMs = 0 } = options;
  const { checkLater = false, forgets = false, writers, acts } = options;
  const { seed, questions, keys, recorder, sidecars, maxStalenessMs } = rig;
  const common = { history: recorder.history, questions, alias: keys.alias };
  const checker = makeChecker({ ...common, maxStalenessMs, skewMs });
  const violations: Violation[] = [];
  const waiting: Observation[] = [];

  /** Those received before the history was read, in turns, so that the asking goes on. */
  async function check(): Promise<void> {
    const received = waiting.length;
    await recorder.read();
    let since = performance.now();
    for (const observation of waiting.splice(0, received)) {
      const found = checker.check(observation);
      if (violations.length < KEPT) violations.push(...found);
      if (performance.now() - since < 5) continue;
      await sleep(0);
      since = performance.now();
    }
    if (forgets) checker.forgetBefore(Date.now() - Math.max(FORGET_AFTER_MS, 2 * timeoutMs));
  }

  let checking = true;
  const keepChecking = async () => {
    while (checking) {
      if (!checkLater) await check().catch(() => {}); // The register is away; what is waiting, waits.
      await sleep(100);
    }
  };
  const committer = await startCommitting({
    url: rig.postgres.url,
    candidates: rig.candidates,
    dice: diceFor(seed, 'commits'),
    perSecond: commitsPerSecond,
    ...(writers !== undefined && { writers }),
    ...(acts !== undefined && { acts }),
    onCommitted: recorder.noteCommitted,
  });
  const asker = startAsking({
    ...{ sidecars, questions, connections, pauseMs, timeoutMs },
    dice: diceFor(seed, 'questions'),
    newest: rig.newest,
    onObservation: (observation) => waiting.push(observation),
  });
  const checked = keepChecking();
  try {
    await scenario({
      async pauseWriting() {
        await committer.pause();
        await recorder.read();
      },
      goOnWriting: committer.go,
      tally: checker.tally,
    });
  } finally {
    await asker.stop();
    await committer.stop();
    checking = false;
    await checked;
  }
  await check();
  return { seed, ...checker.tally, commits: committer.counts, violations };
}
