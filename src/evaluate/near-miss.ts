import type { Verdict } from '../domain/evaluation.ts';
import type { ExplainedPath, NearMiss } from '../domain/explanation.ts';
import type { MandateFacts } from '../domain/facts.ts';
import type { PolicyInput } from '../policy/input.ts';
import type { Gathered } from './gather.ts';
import { type Change, earlierMoments, iso, mandatesOf, otherMandates, withMandate } from './what-if.ts';

/** Asks the policy what it would say. */
export type Ask = (input: PolicyInput) => Verdict;

export interface Asked {
  input: PolicyInput;
  verdict: Verdict;
  /** As explained: the paths on which to look for what is nearest. */
  paths: readonly ExplainedPath[];
  /** The question with one thing changed, and what was found for that. */
  others: readonly { change: Change; gathered: Gathered }[];
}

/** So many moments after another at which the answer might change by itself are looked at. */
const HOPS = 12;
/** The mandates of so many paths are imagined otherwise, those on which the fewest rules fail. */
const PATHS = 4;

/**
 * What, changed alone, gives the other answer, by asking the policy again: nothing here knows a rule. Of every kind of
 * change it gives the first that does it, and every branch, operation or mandate that does. The generator yields after
 * each question, so that whoever runs it can pause.
 */
export function* nearMisses({ input, verdict, paths, others }: Asked, ask: Ask): Generator<undefined, NearMiss[]> {
  const found: NearMiss[] = [];
  const then = verdict.allow ? 'it would be denied' : 'it would be allowed';
  const add = (change: Change, supposed = supposedly(change)) =>
    found.push({ ...change, says: `${supposed}, ${then}.` });
  function* turns(changed: PolicyInput): Generator<undefined, boolean> {
    const { allow } = ask(changed);
    yield;
    return allow !== verdict.allow;
  }

  // The weakest login that lifts a denial, the strongest that no longer suffices.
  const logins = others.filter(({ change }) => change.change === 'loa');
  for (const { change, gathered } of verdict.allow ? logins.toReversed() : logins) {
    if (!(yield* turns({ ...gathered, now: input.now }))) continue;
    add(change);
    break;
  }
  for (const { change, gathered } of verdict.allow ? [] : others) {
    if (change.change !== 'loa' && (yield* turns({ ...gathered, now: input.now }))) add(change);
  }
  const mandates = nearestMandates(input, paths, verdict);
  for (const mandate of mandates) {
    const changes = verdict.allow ? [revoked(mandate)] : otherMandates(mandate, input, input.now);
    for (const { change, facts, supposed } of changes) {
      if (!(yield* turns(withMandate(input, mandate.mandate_id, facts)))) continue;
      add(change, supposed);
      break;
    }
  }
  const moments = [
    yield* laterMoment(input, verdict, ask),
    verdict.allow ? undefined : yield* earlierMoment(input, turns),
  ];
  for (const moment of moments) {
    if (moment !== undefined) add({ change: 'moment', from: iso(input.now), to: iso(moment) });
  }
  return found;
}

/** From one moment at which the policy says it may change to the next. */
function* laterMoment(input: PolicyInput, verdict: Verdict, ask: Ask): Generator<undefined, number | undefined> {
  let at = verdict.changes_at;
  for (let hop = 0; hop < HOPS && at !== null; hop++) {
    const then = ask({ ...input, now: at });
    yield;
    if (then.allow !== verdict.allow) return at;
    if (then.changes_at !== null && then.changes_at <= at) return undefined;
    at = then.changes_at;
  }
  return undefined;
}

function* earlierMoment(
  input: PolicyInput,
  turns: (changed: PolicyInput) => Generator<undefined, boolean>,
): Generator<undefined, number | undefined> {
  for (const moment of earlierMoments(input, input.now)) {
    if (yield* turns({ ...input, now: moment })) return moment;
  }
  return undefined;
}

/** On an allow the mandates that carry it; on a denial those of the paths on which the fewest rules fail. */
function nearestMandates(input: PolicyInput, paths: readonly ExplainedPath[], verdict: Verdict): MandateFacts[] {
  const failing = ({ rules }: ExplainedPath) => rules.filter(({ holds }) => !holds).length;
  const nearest = [...paths].sort((a, b) => failing(a) - failing(b)).slice(0, PATHS);
  const ids = new Set(verdict.allow ? verdict.mandates : nearest.flatMap(({ mandates }) => mandates));
  const found = new Map(mandatesOf(input).map((one) => [one.mandate_id, one]));
  return [...ids].flatMap((id) => found.get(id) ?? []).slice(0, 2 * PATHS);
}

function revoked({ mandate_id, status }: MandateFacts) {
  const change: Change = { change: 'mandate', from: status, to: 'revoked', mandate: mandate_id };
  return { change, facts: { status: 'revoked' as const }, supposed: `Were mandate ${mandate_id} revoked` };
}

/** What is supposed, as the beginning of a sentence. */
function supposedly({ change, to }: Change): string {
  switch (change) {
    case 'loa':
      return `With a login at ${to}`;
    case 'branch':
      return `At branch ${to}`;
    case 'operation':
      return `For the operation ${to}`;
    case 'case':
      return `For the case ${to}`;
    case 'via':
      return to === 'none' ? 'Without naming an intermediary' : `Through ${to}`;
    case 'together':
      return `Together with ${to}, logged in at the same level`;
    case 'moment':
      return `At ${to}`;
    case 'mandate':
      return 'With another mandate';
  }
}
