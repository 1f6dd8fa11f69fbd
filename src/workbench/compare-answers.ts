import { isDeepStrictEqual } from 'node:util';
import { DIFFERENCES, type Difference, differenceOf } from '../domain/difference.ts';
import type { Verdict } from '../domain/evaluation.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { Answer } from './ask-cases.ts';
import { askCases } from './ask-cases.ts';
import { makeBlame } from './impact-blame.ts';
import type { LastGood } from './last-good.ts';
import type { ReadyCase } from './ready-cases.ts';

/** A case that is answered otherwise than by the last good bundle. */
export interface ChangedAnswer {
  title: string;
  file: string;
  line: number;
  difference: Difference;
  /** `package.rule`, of those that speak to the reasons that came or went. */
  rules: string[];
}

export interface Comparison {
  against: string;
  /** The gravest first: what was denied and is allowed. */
  changed: ChangedAnswer[];
  /** Sources that differ, by their path in the folder. */
  sources: string[];
}

/** Cases whose answers the two bundles do not share. A case that one of them cannot answer is no part of it. */
export function compareAnswers(
  lastGood: LastGood,
  now: { bundle: Bundle; sources: ReadonlyMap<string, string> },
  cases: readonly ReadyCase[],
  answers: readonly Answer[],
): Comparison {
  const before = askCases(lastGood.bundle, cases);
  const blame = makeBlamer(lastGood.bundle, now.bundle);
  const changed = cases.flatMap((one, index) => {
    const difference = differ(before[index], answers[index]);
    if (difference === undefined) return [];
    const { title, file, line } = one;
    return [{ title, file, line, difference, rules: blame(one, difference) }];
  });
  const gravity = ({ difference }: ChangedAnswer) => DIFFERENCES.indexOf(difference.kind);
  changed.sort((a, b) => gravity(a) - gravity(b));
  return { against: lastGood.name, changed, sources: differentSources(lastGood.sources, now.sources) };
}

/** A reason that came is asked of the new rules, one that went of the old ones: they alone still give it. */
function makeBlamer(before: Bundle, after: Bundle): (one: ReadyCase, difference: Difference) => string[] {
  const decisions = [makeBlame(before), makeBlame(after)] as const;
  // Acts are not explained one by one: their rules say in METADATA which reasons they give.
  const acts = [makeBlame({ ...before, others: [] }), makeBlame({ ...after, others: [] })] as const;
  return ({ input, entrypoint }, { gained, lost }) => {
    const [old, fresh] = entrypoint === undefined ? decisions : acts;
    const spoken = [...fresh(input, gained), ...old(input, lost)];
    // A bundle of before rules had notes knows no names: the new one's say which rule gives such a reason.
    const known = spoken.length > 0 ? spoken : fresh(input, lost);
    return [...new Set(known)].sort();
  };
}

function differ(before: Answer | undefined, after: Answer | undefined): Difference | undefined {
  if (typeof before !== 'object' || typeof after !== 'object') return undefined;
  if (typeof before.decision === 'boolean') return differBare(before, after);
  if ('capacity' in before) return differActs(before, after);
  return differenceOf(toVerdict(before), toVerdict(after));
}

function differBare(before: Record<string, unknown>, after: Record<string, unknown>): Difference | undefined {
  const found = (kind: Difference['kind'], fields: string[]) => ({ kind, lost: [], gained: [], fields });
  if (before.decision !== after.decision) return found(after.decision ? 'deny_to_allow' : 'allow_to_deny', []);
  return isDeepStrictEqual(before.context, after.context) ? undefined : found('details', ['context']);
}

const OF_ACTS = ['capacity', 'authority', 'holders_required'];

/** Whether, and else why not, is told as of decisions; what more an allow says is of its own kind. */
function differActs(before: Record<string, unknown>, after: Record<string, unknown>): Difference | undefined {
  const found = differenceOf(toVerdict(before), toVerdict(after));
  if (found !== undefined && found.kind !== 'details') return found;
  const fields = OF_ACTS.filter((field) => !isDeepStrictEqual(before[field], after[field]));
  return fields.length === 0 ? undefined : { kind: 'details', lost: [], gained: [], fields };
}

/** Answers about mandates were read by `readVerdict` before they came here. */
function toVerdict(answer: Record<string, unknown>): Verdict {
  return answer as unknown as Verdict;
}

function differentSources(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  return paths.filter((path) => a.get(path) !== b.get(path));
}
