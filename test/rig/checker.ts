import { isDeepStrictEqual } from 'node:util';
import data from '../../policies/data.json' with { type: 'json' };
import type { Question } from '../../src/domain/evaluation.ts';
import type { Identifier } from '../../src/domain/identifier.ts';
import { formatRevision, isBefore, parseRevision, type Revision } from '../../src/domain/revision.ts';
import { toTime } from '../../src/http/answer.ts';
import { decide } from '../oracle/oracle.ts';
import type { OracleVerdict } from '../oracle/report.ts';
import type { Era, History } from './history.ts';
import type { Observation, Reply, SaidVerdict } from './observation.ts';

/** What a sidecar promises; `docs/decisions/0029-…` says which rule rests on which sentence. */
export type Rule =
  /** No committed state between the one named and the newest at that moment gives this answer. */
  | 'wrong_answer'
  /** A revision that nobody committed, or not before the answer came. */
  | 'unknown_revision'
  /** In the middle of a transaction. */
  | 'half_a_transaction'
  /** Something was committed longer before than the declared age, and is not in it. */
  | 'older_than_declared'
  /** Older than a sidecar may be at all, whatever it declares. */
  | 'older_than_allowed'
  /** Of an epoch that was over for longer than that. */
  | 'epoch_was_over'
  /** Before the `min_revision` that was asked for, or of another epoch. */
  | 'before_min_revision'
  /** One process (or, of several that share a door, one connection) was answered from an older revision than before. */
  | 'went_back'
  /** An error that is no 409, 429 or 503 as problem+json, or that says something like a decision. */
  | 'malformed_refusal';

export interface Violation {
  rule: Rule;
  says: string;
  observation: Observation;
}

export interface Tally {
  answers: number;
  allows: number;
  denials: number;
  /** Answers of a later committed state than the one that they name. */
  newerThanSaid: number;
  silences: number;
  /** By code. */
  refusals: Record<string, number>;
  /** Of any answer, ms. */
  oldestMs: number;
  /** Between two answers of one sidecar, ms. */
  longestGapMs: number;
}

export interface CheckerOptions {
  history: History;
  questions: readonly Question[];
  alias: (identifier: Identifier) => string;
  /** `MACHTIG_MAX_STALENESS_MS` */
  maxStalenessMs: number;
  /** How far a sidecar's clock may be off, where a fault moves it. */
  skewMs?: number;
}

/** What owners of services ask besides: part of the rules, not of the register. */
const CONDITIONS = new Map<string, unknown>(Object.entries(data.tables.conditions));

const REFUSALS = new Set([409, 429, 503]);

/**
 * Replays answers against the history of commits. Give it each answer once, in the order in which they were received, and
 * only when the history is known up to that moment.
 */
export function makeChecker(options: CheckerOptions) {
  const { history, maxStalenessMs } = options;
  const judge = makeJudge(options);
  const goesBack = makeMonotony();
  const lastAnswer = new Map<string, number>();
  const tally: Tally = {
    answers: 0,
    allows: 0,
    denials: 0,
    newerThanSaid: 0,
    silences: 0,
    refusals: {},
    oldestMs: 0,
    longestGapMs: 0,
  };

  function checkAnswer(observation: Observation, reply: Answered): Violation[] {
    const violations: Violation[] = [];
    const blame: Blame = (rule, says) => violations.push({ rule, says, observation });
    const revision = parseRevision(reply.revision);
    const eras = revision ? history.erasAt(revision.epoch) : [];
    if (revision === undefined || eras.length === 0) {
      blame('unknown_revision', `${reply.revision} is of no epoch that there was`);
      return violations;
    }
    const { minRevision } = observation;
    const wanted = minRevision === undefined ? undefined : parseRevision(minRevision);
    if (wanted && (wanted.epoch !== revision.epoch || isBefore(revision, wanted))) {
      blame('before_min_revision', `${reply.revision}, asked for ${minRevision}`);
    }
    const before = goesBack.from(observation, revision);
    if (before) blame('went_back', `${reply.revision}, after ${formatRevision(before)}`);
    const found = eras.map((era) => checkIn(era, observation, reply, revision.n));
    const [best] = found.sort((a, b) => a.violations.length - b.violations.length);
    if (best?.newer) tally.newerThanSaid++;
    return [...violations, ...(best?.violations ?? [])];
  }

  function checkIn(era: Era, observation: Observation, reply: Answered, n: number) {
    const violations: Violation[] = [];
    const blame: Blame = (rule, says) => violations.push({ rule, says, observation });
    const upTo = history.newestPossible(era, observation.receivedMs);
    if (n > upTo || n < era.base.n) {
      blame('unknown_revision', `${reply.revision}, at most ${upTo} was committed`);
      return { violations, newer: false };
    }
    if (!history.isWhole(era, n)) blame('half_a_transaction', reply.revision);
    checkAge(observation, reply, era, n, blame);
    const at = judge(observation, reply.verdict, era, n, upTo);
    if (at === 'none') blame('wrong_answer', JSON.stringify(reply.verdict));
    return { violations, newer: at !== 'none' && at > n };
  }

  /** The state of an answer was the newest at some moment no longer before the question than the age. */
  function checkAge({ sentMs }: Observation, reply: Answered, era: Era, n: number, blame: Blame): void {
    for (const [rule, ageMs] of [
      ['older_than_declared', reply.ageMs],
      ['older_than_allowed', maxStalenessMs],
    ] as const) {
      const known = history.newestKnown(era, sentMs - ageMs);
      if (n < known) blame(rule, `${reply.revision}, though ${known} was committed ${ageMs} ms before it was asked`);
    }
    const next = history.eras[history.eras.indexOf(era) + 1];
    if (next !== undefined && next.base.began <= sentMs - Math.min(reply.ageMs, maxStalenessMs)) {
      blame('epoch_was_over', `${reply.revision}, though the register had been put back, in epoch ${next.epoch}`);
    }
  }

  /** Begins with the first question. */
  function noteGap({ sidecar, sentMs, receivedMs }: Observation): void {
    tally.longestGapMs = Math.max(tally.longestGapMs, receivedMs - (lastAnswer.get(sidecar) ?? sentMs));
    lastAnswer.set(sidecar, receivedMs);
  }

  return {
    tally,
    /** For runs of hours; nothing may be checked any more that was asked before. */
    forgetBefore(moment: number): void {
      history.forgetBefore(moment - maxStalenessMs);
      goesBack.forgetBefore(moment);
    },
    check(observation: Observation): Violation[] {
      const { reply } = observation;
      if (reply.kind === 'silence') {
        tally.silences++;
        return [];
      }
      if (reply.kind === 'refusal') {
        const name = reply.code ?? `status ${reply.status}`;
        tally.refusals[name] = (tally.refusals[name] ?? 0) + 1;
        const right = reply.wellFormed && reply.code !== undefined && REFUSALS.has(reply.status);
        return right ? [] : [{ rule: 'malformed_refusal', says: `${reply.status} ${reply.code}`, observation }];
      }
      tally.answers++;
      tally[reply.verdict.allow ? 'allows' : 'denials']++;
      tally.oldestMs = Math.max(tally.oldestMs, reply.ageMs);
      noteGap(observation);
      return checkAnswer(observation, reply);
    },
  };
}

type Blame = (rule: Rule, says: string) => void;
type Answered = Extract<Reply, { kind: 'answer' }>;

/** Finds the committed state, from `n` on, that gives this answer at some moment between question and reply. */
function makeJudge({ history, questions, alias, skewMs = 0 }: CheckerOptions) {
  return (observation: Observation, said: SaidVerdict, era: Era, n: number, upTo: number): number | 'none' => {
    const question = questions[observation.question];
    if (question === undefined) throw new Error(`there is no question ${observation.question}`);
    const [from, until] = [observation.sentMs - skewMs, observation.receivedMs + skewMs];
    for (let state = n; state <= upTo; state++) {
      if (state > n && !history.isWhole(era, state)) continue;
      const register = { ...era.versions.registerFor(question, state, alias), conditions: CONDITIONS };
      let now: number | null = from;
      while (now !== null && now <= until) {
        const verdict = decide(register, question, now);
        if (isDeepStrictEqual(comparable(toSaid(verdict)), comparable(said))) return state;
        now = verdict.changes_at;
      }
    }
    return 'none';
  };
}

export function toSaid({ changes_at, ...verdict }: OracleVerdict): SaidVerdict {
  return { ...verdict, changes_at: changes_at === null ? null : toTime(changes_at) };
}

/** Field by field, lists that have no order sorted. */
function comparable(verdict: SaidVerdict): object {
  const { allow, reasons, basis, mandates, branches, changes_at, loa_required, services, holders_required } = verdict;
  return {
    ...{ allow, reasons, basis, mandates, changes_at, loa_required, holders_required },
    branches: Array.isArray(branches) ? [...branches].sort() : branches,
    services: Array.isArray(services) ? [...services].sort() : services,
  };
}

/** The revision of an answer that one process had given before it was asked, if that was later. */
function makeMonotony() {
  const byProcess = new Map<string, { receivedMs: number; highest: Revision }[]>();
  return {
    from(observation: Observation, revision: Revision): Revision | undefined {
      const { sidecar, incarnation, connection = '', sentMs, receivedMs } = observation;
      const name = `${sidecar} ${incarnation} ${connection}`;
      const given = byProcess.get(name) ?? [];
      byProcess.set(name, given);
      const before = given.findLast((one) => one.receivedMs < sentMs)?.highest;
      const last = given.at(-1)?.highest;
      if (last === undefined || isBefore(last, revision)) given.push({ receivedMs, highest: revision });
      return before && isBefore(revision, before) ? before : undefined;
    },
    forgetBefore(moment: number): void {
      for (const given of byProcess.values()) {
        const newest = given.findLastIndex(({ receivedMs }) => receivedMs < moment);
        if (newest > 0) given.splice(0, newest);
      }
    },
  };
}
