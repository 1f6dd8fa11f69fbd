import { AppError } from '../domain/errors.ts';
import type { Decision, Question, Verdict } from '../domain/evaluation.ts';
import { elapsedSince, momentOf, systemClock } from '../mandates/follow/clock.ts';
import type { Freshness, Lookups } from '../mandates/lookups.ts';
import type { Engine } from '../policy/engine.ts';
import type { Metrics } from '../process/metrics.ts';
import type { Entry, Records } from '../records/entry.ts';
import type { Uses } from '../records/uses.ts';
import type { Shadow } from '../rollout/shadow.ts';
import { type Call, type Evaluate, type Item, isRefusal, type Refusal, type Semantic } from './call.ts';
import { makeDecide } from './decide.ts';
import type { Dossiers } from './dossier.ts';
import type { Alias } from './gather.ts';
import { withoutDetails } from './masking.ts';
import { type Outcome, toAppError } from './outcome.ts';
import { makeReading, type Reading } from './reading.ts';
import { recordMany, recordOne } from './record.ts';

export interface EvaluateDeps {
  lookups: Lookups;
  freshness: Freshness;
  policy: Engine<Verdict>;
  alias: Alias;
  records: Records;
  uses: Pick<Uses, 'note'>;
  /** The clock that decides: milliseconds since 1970. */
  now: () => number;
  metrics: Pick<Metrics, 'countDecision' | 'countError' | 'decisionSeconds'>;
  shadow?: Pick<Shadow, 'offer'>;
  /** Only where they are told of changes before those count as applied. */
  dossiers?: Dossiers;
}

/** The use case behind every way of asking: look up, decide by policy, record, answer. */
export function makeEvaluate(deps: EvaluateDeps): Evaluate {
  const { readNow, readAll } = makeReading(deps);
  const { decide, refuse } = makeDecide({ ...deps, keepInput: deps.records.wantsInput });

  function outcomeOf(item: Item, reading: Reading | AppError | undefined, call: Call): Outcome {
    if (item instanceof AppError) return { item, answer: item };
    if (isRefusal(item)) return refuse(item);
    if (reading instanceof AppError || reading === undefined) return { item, answer: reading ?? toAppError(reading) };
    return decide(item, reading, call.caller);
  }

  /** Only what was recorded counts. */
  function conclude({ answer }: Outcome): void {
    if (answer instanceof AppError) return deps.metrics.countError(answer.code);
    deps.metrics.countDecision(answer.allow, answer.reasons[0] ?? 'none');
    if (answer.allow) deps.uses.note(answer.mandates, deps.now());
  }

  function answerOf({ answer, gathered }: Outcome, call: Call): Decision | AppError {
    if (answer instanceof AppError || call.caller.rights.details) return answer;
    return withoutDetails(answer, gathered);
  }

  /** The record first, then the answer: what was not recorded was not decided. */
  function answerWhenKept<T>(entry: Entry, started: number, answer: (heldMs: number) => T): T | Promise<T> {
    const decided = momentOf(systemClock);
    const finish = (heldMs: number): T => {
      deps.metrics.decisionSeconds.observe((performance.now() - started) / 1000);
      return answer(heldMs);
    };
    const fail = (thrown: unknown): never => {
      const error = toAppError(thrown);
      deps.metrics.countError(error.code);
      throw error;
    };
    const kept = deps.records.append(entry);
    return kept === undefined ? finish(0) : kept.then(() => finish(elapsedSince(decided, systemClock)), fail);
  }

  function finishOne(outcome: Outcome, call: Call, started: number): Decision | Promise<Decision> {
    return answerWhenKept(recordOne(outcome, call, deps.now()), started, (heldMs) => {
      const fresh = stillFresh(outcome, heldMs, deps.freshness.maxAgeMs);
      conclude(fresh);
      const answer = answerOf(fresh, call);
      if (answer instanceof AppError) throw answer;
      return answer;
    });
  }

  async function waitForOne(question: Question, call: Call, started: number): Promise<Decision> {
    const [reading] = await readAll([question]);
    return finishOne(outcomeOf(question, reading, call), call, started);
  }

  function one(item: Question | Refusal, call: Call): Decision | Promise<Decision> {
    const started = performance.now();
    let reading: Reading | AppError | undefined;
    if (!isRefusal(item)) {
      try {
        reading = readNow(item);
      } catch (thrown) {
        reading = toAppError(thrown);
      }
      if (reading === undefined) return waitForOne(item, call, started);
    }
    return finishOne(outcomeOf(item, reading, call), call, started);
  }

  async function many(items: readonly Item[], semantic: Semantic, call: Call): Promise<(Decision | AppError)[]> {
    const started = performance.now();
    const questions = items.filter((item): item is Question => !(item instanceof AppError) && !isRefusal(item));
    const readings = new Map((await readAll(questions)).map((reading, index) => [questions[index], reading]));
    const outcomes: Outcome[] = [];
    for (const item of items) {
      const outcome = outcomeOf(item, readings.get(item as Question), call);
      outcomes.push(outcome);
      if (isLast(outcome.answer, semantic)) break;
    }
    return answerWhenKept(recordMany(outcomes, call, deps.now()), started, (heldMs) => {
      const fresh = outcomes.map((outcome) => stillFresh(outcome, heldMs, deps.freshness.maxAgeMs));
      for (const outcome of fresh) conclude(outcome);
      return fresh.map((outcome) => answerOf(outcome, call));
    });
  }

  return { one, many };
}

/** What became too old while its record was being written is recorded, but not answered. */
function stillFresh(outcome: Outcome, heldMs: number, maxAgeMs: number): Outcome {
  const { item, answer } = outcome;
  if (answer instanceof AppError || answer.data_age_ms + heldMs <= maxAgeMs) return outcome;
  const why = `the data became too old while the record was written, which took ${Math.round(heldMs)} ms`;
  return { item, answer: new AppError('data_stale', why) };
}

/** An error is no permit: it ends a list that ends at the first denial. */
function isLast(answer: Decision | AppError, semantic: Semantic): boolean {
  const allowed = !(answer instanceof AppError) && answer.allow;
  if (semantic === 'deny_on_first_deny') return !allowed;
  return semantic === 'permit_on_first_permit' && allowed;
}
