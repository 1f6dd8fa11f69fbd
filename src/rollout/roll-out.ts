import type { Bundle } from '../policy/bundle.ts';
import { BundleRefusal } from '../policy/bundle-refusal.ts';
import { loop } from '../process/loop.ts';
import { type ActivePolicy, makeActivePolicy, type SwappablePolicy } from './active.ts';
import { toRefusal } from './examine.ts';
import { type IntakeDeps, makeIntake, mayPass } from './intake.ts';
import { inSlices } from './slices.ts';
import { type Listeners, makeBoard, type PolicyStatus } from './status.ts';

export interface RollOutDeps extends Pick<IntakeDeps, 'source' | 'signing' | 'now' | 'limitMs'>, Listeners {
  /** Pause between two looks at the source. */
  pollMs: number;
}

export interface RollOut {
  policy: ActivePolicy;
  status(): PolicyStatus;
  /** Looks at the source now. */
  look(): void;
  /** Ends what is under way; what answers goes on answering. */
  close(): Promise<void>;
}

/**
 * Gets the first bundle, and from then on each next one: verified, tried, warmed up, kept on disk, swapped in. Whatever
 * fails on the way, what answers goes on answering. At first the last good one on disk stands in for a source that
 * fails, or that gives what is refused.
 * @throws BundleRefusal when there is neither: start-up must fail
 */
export async function openRollOut(deps: RollOutDeps): Promise<RollOut> {
  const stop = new AbortController();
  const { source, signing, now, pollMs, limitMs } = deps;
  const board = makeBoard(source, deps, now);
  const intake = makeIntake({
    source,
    board,
    now,
    signal: stop.signal,
    ...(signing && { signing }),
    ...(limitMs !== undefined && { limitMs }),
  });
  const policy = await first(intake, board, source.name);

  /** A source that fails is asked ever less often; one that gives what is refused is asked as before. */
  async function step(): Promise<void> {
    try {
      const fetched = await intake.fetch();
      if (fetched) await intake.take(fetched, ({ bundle }) => policy.prepare(bundle, inSlices(stop.signal)));
    } catch (thrown) {
      if (stop.signal.aborted) return;
      const refusal = board.refused(thrown);
      if (mayPass(refusal)) throw refusal;
    }
  }

  const backoff = { minMs: Math.min(1000, pollMs), maxMs: Math.max(60_000, pollMs) };
  // Each process at a pace of its own: a fleet that was started at once does not ask at once for ever.
  const intervalMs = Math.round(pollMs * (0.9 + Math.random() * 0.2));
  const looking = loop(stop.signal, step, { intervalMs, backoff });
  return {
    policy,
    status: board.status,
    look: looking.wake,
    close() {
      stop.abort();
      return looking.done;
    },
  };
}

type Intake = ReturnType<typeof makeIntake>;
type Board = ReturnType<typeof makeBoard>;

async function first(intake: Intake, board: Board, name: string): Promise<SwappablePolicy> {
  let policy: SwappablePolicy | undefined;
  try {
    const fetched = await intake.fetch();
    if (fetched) {
      await intake.take(fetched, async ({ bundle }) => () => {
        policy = makeActivePolicy(bundle);
      });
    }
  } catch (thrown) {
    policy = await standIn(intake, board, name, board.refused(thrown));
  }
  if (policy === undefined) throw new BundleRefusal('source_answer', `${name} gives no policy`);
  return policy;
}

async function standIn(intake: Intake, board: Board, name: string, refusal: BundleRefusal): Promise<SwappablePolicy> {
  const none = `no policy to begin with: ${name}: ${refusal.message}`;
  let kept: Awaited<ReturnType<Intake['fromDisk']>>;
  try {
    kept = await intake.fromDisk();
  } catch (thrown) {
    const { code, message } = toRefusal(thrown);
    throw new BundleRefusal(code, `${none} (${refusal.code}); the last good one on disk: ${message} (${code})`);
  }
  if (kept === undefined) throw new BundleRefusal(refusal.code, `${none} (${refusal.code})`);
  board.active(kept, 'last_good');
  return makeActivePolicy(kept.bundle);
}

/** The policy that comes with the program: it never changes while the process runs. */
export function fixedRollOut(bundle: Bundle, listeners: Listeners, now: () => number): RollOut {
  const board = makeBoard(undefined, listeners, now);
  board.active({ bundle }, 'program');
  return { policy: makeActivePolicy(bundle), status: board.status, look: () => {}, close: async () => {} };
}
