import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEngine } from '../../src/policy/engine.ts';
import { makeRawInstance } from '../../src/policy/raw-instance.ts';
import { readAuthzenAnswer } from '../../src/policy/result.ts';
import { openLastGood } from '../../src/rollout/last-good.ts';
import { openRollOut, type RollOut, type RollOutDeps } from '../../src/rollout/roll-out.ts';
import type { Source } from '../../src/rollout/source.ts';
import type { ActiveStatus, TriedStatus } from '../../src/rollout/status.ts';
import type { Pair } from './signing.ts';

export interface World {
  rollOut: RollOut;
  tried: TriedStatus[];
  active: ActiveStatus[];
  /** What the policy answers now, and under which revision. */
  ask(): { release: unknown; revision: string };
}

export interface WorldWish {
  source: Source;
  pair?: Pair;
  /** Folder of the last good bundle. */
  folder: string;
  rollback?: string;
  now?: () => number;
  pollMs?: number;
}

/** A roll-out as a process has it. */
export async function startRollOut(wish: WorldWish): Promise<World> {
  const { source, pair, folder, rollback, now = Date.now, pollMs = 20 } = wish;
  const tried: TriedStatus[] = [];
  const active: ActiveStatus[] = [];
  const deps: RollOutDeps = {
    source,
    now,
    pollMs,
    onTried: (one) => tried.push(one),
    onActive: (one) => active.push(one),
    onHeard: () => {},
    ...(pair && {
      signing: {
        trust: await pair.trust(),
        lastGood: await openLastGood(folder),
        ...(rollback !== undefined && { rollback }),
      },
    }),
  };
  const rollOut = await openRollOut(deps);
  const engine = rollOut.policy.follow((bundle) =>
    makeEngine(bundle, readAuthzenAnswer, { makeInstance: makeRawInstance }),
  );
  return {
    rollOut,
    tried,
    active,
    ask: () => ({ release: engine.decide({}).context?.release, revision: engine.revision }),
  };
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'machtig-rollout-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
