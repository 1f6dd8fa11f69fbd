import { setTimeout as wait } from 'node:timers/promises';
import { afterWriting, casePaths, type Fingerprint, fingerprintOf, isSame, watchedPaths } from './fingerprint.ts';
import { type PolicyFolder, readFolder } from './folder.ts';
import { makeLastGood } from './last-good.ts';
import { makeLongStages } from './long-stages.ts';
import { check, type Report } from './pipeline.ts';
import { type ReadyCase, readyCases } from './ready-cases.ts';
import type { RunTool } from './toolbox.ts';

export interface WatchDeps {
  path: string;
  run: RunTool;
  /** Ends the watching. */
  signal: AbortSignal;
  /** Twice of each state that stood still long enough: while tests still run, and at last; `ms` since it was saved. */
  tell(report: Report, folder: PolicyFolder, ms: number): void;
  /** A sentence when nothing could be looked at: a tool that is not there, a policy.yaml that says nothing. */
  fail(message: string): void;
  pollMs?: number;
}

/** Looks at a folder of rules now, and whenever something was saved, until it is told to end. */
export async function watch({ path, run, signal, tell, fail, pollMs = 100 }: WatchDeps): Promise<void> {
  const casesOf = makeCaseReader();
  const long = makeLongStages();
  const lastGoods = new Map<string | undefined, ReturnType<typeof makeLastGood>>();
  let savedAt: number | undefined;
  while (!signal.aborted) {
    const startedAt = Date.now();
    const round = new AbortController();
    const stop = () => round.abort();
    signal.addEventListener('abort', stop);
    let seen = look(path);
    const looking = (async () => {
      const folder = readFolder(path);
      const lastGood = lastGoods.get(folder.bundle) ?? makeLastGood(folder);
      lastGoods.set(folder.bundle, lastGood);
      const readCases = () => casesOf(folder);
      const wrote = (file: string) => {
        seen = afterWriting(seen, file);
      };
      const told = (report: Report) => {
        if (!round.signal.aborted) tell(report, folder, Date.now() - (savedAt ?? startedAt));
      };
      const known = { readCases, lastGood, long };
      const deps = { folder, run, write: true, ...known, wrote, soon: told, signal: round.signal };
      told(await check(deps));
    })().catch((thrown: unknown) => {
      if (!round.signal.aborted) fail(thrown instanceof Error ? thrown.message : String(thrown));
    });
    savedAt = await nextSave(path, () => seen, signal, pollMs);
    round.abort();
    await looking;
    signal.removeEventListener('abort', stop);
  }
}

/** When something was saved, if that was a moment ago by the clock of the disk. */
async function nextSave(
  path: string,
  seen: () => Fingerprint,
  signal: AbortSignal,
  pollMs: number,
): Promise<number | undefined> {
  while (!signal.aborted) {
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
    const now = look(path);
    if (isSame(now, seen()) || signal.aborted) continue;
    const age = Date.now() - now.latest;
    return age >= 0 && age < 10 * pollMs ? now.latest : Date.now();
  }
  return undefined;
}

/** A folder that cannot be read is still looked at: its author is about to mend it. */
function look(path: string): Fingerprint {
  try {
    return fingerprintOf(watchedPaths(readFolder(path)));
  } catch {
    return fingerprintOf([path]);
  }
}

/** Cases are gathered once for each state of their files: the rules change far more often. */
function makeCaseReader(): (folder: PolicyFolder) => Promise<ReadyCase[]> {
  let known: { kind: string; seen: Fingerprint; cases: Promise<ReadyCase[]> } | undefined;
  return (folder) => {
    const kind = `${folder.input} ${folder.acts?.manage}`;
    const seen = fingerprintOf(casePaths(folder));
    if (known?.kind !== kind || !isSame(known.seen, seen)) known = { kind, seen, cases: readyCases(folder) };
    return known.cases;
  };
}
