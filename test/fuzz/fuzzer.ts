import { toError } from '../../src/domain/errors.ts';
import { type Dice, makeDice } from '../support/dice.ts';
import { mutate, reduce } from './mutate.ts';
import type { Reached } from './reached.ts';
import type { Target } from './target.ts';

export interface FuzzOptions {
  seed: number;
  /** Both bound a run; whichever comes first. */
  until: { executions?: number; ms?: number };
  /** Inputs kept by earlier runs. */
  corpus?: readonly Uint8Array[];
  /** Watched in the first third of the run; watching costs far more than most tries. Absent: nothing is kept. */
  reached?: Reached;
  onProgress?: (executions: number) => void;
}

export interface Finding {
  says: string;
  /** Reduced. */
  input: Uint8Array;
}

export interface FuzzReport {
  seed: number;
  executions: number;
  seconds: number;
  /** How often each outcome came. */
  outcomes: Record<string, number>;
  /** Inputs that reached something new, in the order in which they did. */
  kept: Uint8Array[];
  reached?: { functions: number; characters: number };
  findings: Finding[];
}

/** Different faults to look for; the same sentence twice is one. */
const FINDINGS_AT_MOST = 20;
const BATCH = 16;
const WATCHED = 1 / 3;
/** How often an input is made anew rather than mutated. */
const MADE = 0.4;

/** Gives a target one input after another: the corpus, then what is nearly right, and mutations of what reached most. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, until, corpus = [], reached, onProgress } = options;
  const dice = makeDice(seed);
  const kept: Uint8Array[] = [];
  const first = [...target.seeds, ...corpus];
  const outcomes: Record<string, number> = {};
  const findings = new Map<string, Finding>();
  const started = performance.now();
  const spent = () => performance.now() - started;
  let executions = 0;

  async function attempt(input: Uint8Array): Promise<void> {
    try {
      const outcome = await target.try(input);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (thrown) {
      const says = saysOf(thrown);
      const kind = kindOf(says);
      if (!findings.has(kind)) findings.set(kind, { says, input: await reduced(target, input, says) });
    }
    executions += 1;
    onProgress?.(executions);
  }

  /** A look costs much: one for all of them, and one for each only when they reached something together. */
  async function watch(inputs: readonly Uint8Array[], watcher: Reached): Promise<void> {
    for (const input of inputs) await attempt(input);
    if (watcher.look('forget') === 0) return;
    for (const input of inputs) {
      await attempt(input);
      if (watcher.look('keep') > 0) kept.push(input);
    }
  }

  const left = (share = 1) =>
    executions < (until.executions ?? Infinity) * share &&
    spent() < (until.ms ?? Infinity) * share &&
    findings.size < FINDINGS_AT_MOST;
  const fresh = () => next(target, dice, [...first, ...kept]);
  if (reached) {
    reached.begin();
    for (let at = 0; at < first.length && left(); at += BATCH) await watch(first.slice(at, at + BATCH), reached);
    while (left(WATCHED)) await watch(Array.from({ length: BATCH }, fresh), reached);
    reached.end();
  } else for (const input of first) await attempt(input);
  while (left()) await attempt(fresh());
  return {
    ...{ seed, executions, seconds: Math.round(spent()) / 1000, outcomes, kept },
    ...(reached && { reached: reached.total() }),
    findings: [...findings.values()],
  };
}

function next(target: Target, dice: Dice, known: readonly Uint8Array[]): Uint8Array {
  if (known.length === 0 || dice.next() < MADE) return target.make(dice);
  const base = dice.next() < 0.3 ? target.make(dice) : dice.pick(known);
  return mutate(base, dice, known, target.words);
}

/** The kind of fault: numbers and quoted values differ from input to input. */
function saysOf(thrown: unknown): string {
  const { name, message, stack = '' } = toError(thrown);
  const at = /\((?:file:\/\/)?\S*?((?:src|test)\/\S+?):\d+:\d+\)/.exec(stack)?.[1] ?? '';
  return `${name}: ${message.split('\n', 1)[0]?.slice(0, 300)} (${at})`;
}

const kindOf = (says: string): string => says.replace(/[0-9a-f]*\d[0-9a-f]*|'[^']*'|"[^"]*"/g, '#').slice(0, 80);

async function reduced(target: Target, input: Uint8Array, says: string): Promise<Uint8Array> {
  return reduce(input, async (shorter) => {
    try {
      await target.try(shorter);
      return false;
    } catch (thrown) {
      return kindOf(saysOf(thrown)) === kindOf(says);
    }
  });
}
