import type { Decision, Verdict } from '../domain/evaluation.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { PolicyInput } from '../policy/input.ts';
import { writeInput } from '../policy/input-json.ts';
import { type Budget, makeBudget } from './shadow-budget.ts';
import { makeShadowOutcome, type ShadowListener, type ShadowOutcome } from './shadow-outcome.ts';
import { makeShadowThread, type ShadowThread, type ThreadFailure } from './shadow-thread.ts';

/** A candidate bundle beside the active one. It sees what was decided, and nothing waits for it or hears of it. */
export interface Shadow {
  /** Takes a decision to be compared later, or leaves it. Never throws. */
  offer(input: PolicyInput, decision: Decision): void;
  status(): ShadowStatus;
  close(): Promise<void>;
}

export interface ShadowStatus extends ShadowOutcome {
  /** Revision of the bundle that is tried. */
  candidate: string;
  share: number;
  /** Of one core: allowed, and used since the start. */
  cpu: { percent: number; spent_ms: number };
}

export interface ShadowOptions extends ShadowListener {
  /** With `input: mandates`. */
  bundle: Bundle;
  /** Of all decisions, above 0 to 1. */
  share: number;
  /** Of one core, above 0 to 100: for writing inputs and comparing here, and for evaluating in its thread. */
  cpuPercent: number;
  now: () => number;
  /** In place of a thread of its own. */
  thread?: ShadowThread;
}

/** Decisions wait so long that their answers have left. */
const AFTER_MS = 50;
/** Handing a batch over costs as much as writing some inputs, and holds others up as long as writing them all. */
const BATCH = 32;
const MAX_WAITING = 512;
const LIMIT_MS = 2000;
const START_MS = 10_000;
const REST_MS = { least: 1000, most: 60_000 };

type Sampled = [PolicyInput, Decision];

export function makeShadow(options: ShadowOptions): Shadow {
  const { bundle, share, cpuPercent, now } = options;
  const thread = options.thread ?? makeShadowThread({ candidate: bundle, limitMs: LIMIT_MS, startMs: START_MS });
  const budget = makeBudget(cpuPercent / 100, clock);
  const outcome = makeShadowOutcome(now, options);
  const rest = makeRest();
  let waiting: Sampled[] = [];
  let timer: NodeJS.Timeout | undefined;
  let busy = false;

  function takeLater(afterMs: number): void {
    timer ??= setTimeout(() => void take(), afterMs).unref();
  }

  async function take(): Promise<void> {
    timer = undefined;
    if (busy || waiting.length === 0) return;
    busy = true;
    const batch = waiting.splice(0, BATCH);
    const failure = await compareBatch(batch, { thread, budget, outcome }).catch(() => 'crashed' as const);
    busy = false;
    if (failure === undefined) rest.end();
    else {
      outcome.fail(failure, batch.length);
      for (const _ of waiting.splice(0)) outcome.drop('resting');
      rest.begin();
    }
    if (waiting.length > 0) takeLater(waiting.length < BATCH ? AFTER_MS : 0);
  }

  return {
    offer(input, decision) {
      if (Math.random() >= share) return;
      if (rest.isOn()) return outcome.drop('resting');
      if (!budget.isOpen()) return outcome.drop('budget');
      if (waiting.length >= MAX_WAITING) return outcome.drop('queue');
      waiting.push([input, decision]);
      if (!busy) takeLater(AFTER_MS);
    },
    status: () => ({
      candidate: bundle.revision,
      share,
      cpu: { percent: cpuPercent, spent_ms: Math.round(budget.spent()) },
      ...outcome.now(),
    }),
    async close() {
      clearTimeout(timer);
      waiting = [];
      await thread.close();
    },
  };
}

interface Comparing {
  thread: ShadowThread;
  budget: Budget;
  outcome: ReturnType<typeof makeShadowOutcome>;
}

/** Resolves to why the whole batch was not answered. What a failure took counts as used, for a core may have run hot. */
async function compareBatch(batch: readonly Sampled[], { thread, budget, outcome }: Comparing) {
  const began = clock();
  const inputs = batch.map(([input]) => writeInput(input));
  budget.spend(clock() - began);
  const reply = await thread.ask(inputs);
  if (typeof reply === 'string') {
    budget.spend(clock() - began);
    return reply;
  }
  const back = clock();
  for (const [index, [input, decision]] of batch.entries()) {
    const verdict: Verdict | null | undefined = reply.verdicts[index];
    if (verdict) outcome.compare(input, decision, verdict);
    else outcome.fail('no_decision', 1);
  }
  budget.spend(reply.ms + clock() - back);
  return undefined satisfies ThreadFailure | undefined;
}

/** What fails is tried again, ever more seldom. */
function makeRest() {
  let until = 0;
  let ms = REST_MS.least;
  return {
    isOn: () => until > 0 && clock() < until,
    begin() {
      until = clock() + ms;
      ms = Math.min(REST_MS.most, ms * 2);
    },
    end() {
      until = 0;
      ms = REST_MS.least;
    },
  };
}

function clock(): number {
  return performance.now();
}
