import { setImmediate } from 'node:timers/promises';
import { AppError } from '../domain/errors.ts';
import type { Decision, Question, Verdict } from '../domain/evaluation.ts';
import type { Explained, Explanation, NearMiss, RuleNote, RuleVerdict } from '../domain/explanation.ts';
import { elapsedSince, type Moment, momentOf, systemClock } from '../mandates/follow/clock.ts';
import type { Freshness, Lookups } from '../mandates/lookups.ts';
import type { Engine } from '../policy/engine.ts';
import type { PolicyInput } from '../policy/input.ts';
import type { Records } from '../records/entry.ts';
import type { Call } from './call.ts';
import { makeDecide } from './decide.ts';
import { recordExplanation, type ToldWhy } from './explain-record.ts';
import type { Alias, Gathered } from './gather.ts';
import { type Ask, type Asked, nearMisses } from './near-miss.ts';
import { toAppError } from './outcome.ts';
import { makeReading, type Reading, type ReadingDeps } from './reading.ts';
import { type ChangedQuestion, otherLogins, otherQuestions } from './what-if.ts';

export interface ExplainDeps {
  lookups: Lookups;
  freshness: Freshness;
  alias: Alias;
  policy: Engine<Verdict>;
  explain: Engine<Explained>;
  /** What the rules of the bundle in use say of themselves. */
  notes: () => Readonly<Record<string, RuleNote>>;
  records: Pick<Records, 'append'>;
  /** The clock that decides: milliseconds since 1970. */
  now: () => number;
  log: { info(fields: object, message: string): void };
}

/** A question, and the moment for which it is asked when that is not now; milliseconds since 1970. */
export interface ExplainWish {
  question: Question;
  at?: number;
}

/**
 * Says all there is to say about a question: every rule's verdict on every path found, and what would turn the answer.
 * It is no decision, and is recorded under a name of its own; what is not recorded is not told.
 * @throws AppError `forbidden` without the right `details`; for the rest as `Evaluate.one`
 */
export type Explain = (wish: ExplainWish, call: Call) => Promise<Explanation>;

/** What is to be told, and when the facts for it began to be read. */
interface Ready {
  explanation: Explanation;
  began: Moment;
}

/** So long the event loop is kept from deciding. */
const SLICE_MS = 2;
/** More paths than these are not explained: each takes a tenth of a millisecond, during which nothing is decided. */
const MAX_PATHS = 100;
/** Another policy came into use while this one was asked: so often it is asked anew. */
const TRIES = 3;

export function makeExplain(deps: ExplainDeps): Explain {
  const { policy, explain, notes, log } = deps;
  const { readBoth, readOthers } = makeReadings(deps);

  function explainOn(input: PolicyInput, wide: Gathered, decision: Decision): Explained {
    const services = withOthers(input, wide);
    requireFew(services);
    const explained = explain.decide({ ...input, services });
    const same = explained.allow === decision.allow && explained.reasons.join() === decision.reasons.join();
    if (!same) throw new AppError('policy_failed', 'the policy decides one thing and explains another');
    return explained;
  }

  /** Undefined when another policy came into use meanwhile. */
  async function explainOnce(
    { question, at: asked }: ExplainWish,
    call: Call,
    tell: (found: Gathered, wide: Gathered) => void,
  ): Promise<Ready | undefined> {
    const began = momentOf(systemClock);
    const { reading, wide } = await readBoth(question);
    tell(reading.gathered, wide);
    const changes = [...otherLogins(question), ...otherQuestions(question, reading.gathered, wide)];
    const others = await readOthers(changes);
    const { revision } = policy;
    const at = asked ?? deps.now();
    const { decide } = makeDecide({ ...deps, now: () => at, keepInput: true });
    const { answer: decision, input } = decide(question, reading, call.caller);
    if (decision instanceof AppError) throw decision;
    if (input === undefined) throw new AppError('internal', 'decided without an input');
    const explained = explainOn(input, wide, decision);
    const parts = partsOf(explained, input, notes());
    const ask: Ask = (changed) => policy.decide(changed);
    const search = nearMisses({ input, verdict: decision, paths: parts.paths, others }, ask);
    const nearest = await inSlices(search, () => policy.revision === revision);
    if (nearest === undefined) return undefined;
    requireFresh(decision, elapsedSince(began, systemClock), deps.freshness);
    return { explanation: { ...answerOf(decision, asked !== undefined), at, ...parts, nearest }, began };
  }

  /** By one policy from beginning to end. */
  async function explainStill(
    wish: ExplainWish,
    call: Call,
    tell: (found: Gathered, wide: Gathered) => void,
  ): Promise<Ready> {
    for (let tries = 0; tries < TRIES; tries++) {
      const ready = await explainOnce(wish, call, tell);
      if (ready !== undefined) return ready;
    }
    throw new AppError('policy_failed', 'the policy changes faster than it can be asked');
  }

  return async function explainQuestion(wish, call) {
    if (!call.caller.rights.details) throw new AppError('forbidden', 'only callers with the right details may ask why');
    const started = performance.now();
    let found: Pick<ToldWhy, 'gathered' | 'wide'> = { gathered: undefined, wide: undefined };
    const tell = (gathered: Gathered, wide: Gathered) => {
      found = { gathered, wide };
    };
    const ready = await explainStill(wish, call, tell).catch(toAppError);
    const answer = ready instanceof AppError ? ready : ready.explanation;
    const { question, at } = wish;
    await deps.records.append(recordExplanation({ question, at, answer, ...found }, call, deps.now()));
    if (ready instanceof AppError) throw ready;
    const { explanation, began } = ready;
    requireFresh(explanation, elapsedSince(began, systemClock), deps.freshness);
    const { paths, nearest, policy_revision } = explanation;
    const said = { paths: paths.length, nearest: nearest.length, ms: Math.round(performance.now() - started) };
    log.info({ caller: call.caller.name, requestId: call.requestId, policy_revision, ...said }, 'explained');
    return explanation;
  };
}

function makeReadings(deps: ReadingDeps) {
  const { readAll } = makeReading(deps);

  async function read(questions: readonly Question[]): Promise<(Reading | AppError)[]> {
    return questions.length === 0 ? [] : readAll(questions);
  }

  /** What is found for the question, and beside it when no intermediary is named. */
  async function readBoth(question: Question): Promise<{ reading: Reading; wide: Gathered }> {
    const { via, ...without } = question;
    const [reading, wide] = await read(via === undefined ? [question] : [question, without]);
    if (reading === undefined || reading instanceof AppError) throw reading ?? new AppError('internal', 'not read');
    if (wide instanceof AppError) throw wide;
    return { reading, wide: wide?.gathered ?? reading.gathered };
  }

  async function readOthers(changes: readonly ChangedQuestion[]): Promise<Asked['others']> {
    const readings = await read(changes.map(({ question }) => question));
    // What cannot be looked up, such as too many holders at once, is no near miss.
    return readings.flatMap((one, index) => {
      const change = changes[index]?.change;
      return one instanceof AppError || change === undefined ? [] : [{ change, gathered: one.gathered }];
    });
  }

  return { readBoth, readOthers };
}

/** @throws AppError `data_stale` when the facts grew too old while all was asked */
function requireFresh(
  { data_age_ms }: Pick<Decision, 'data_age_ms'>,
  tookMs: number,
  { maxAgeMs }: Pick<Freshness, 'maxAgeMs'>,
): void {
  if (data_age_ms + tookMs <= maxAgeMs) return;
  throw new AppError('data_stale', 'the data became too old before all was explained');
}

/** @throws AppError `invalid_request` for more than can be told at once */
function requireFew(services: PolicyInput['services']): void {
  const paths = services.reduce(
    (sum, { direct, chains }) =>
      chains.reduce((inner, { first, second }) => inner + first.length * second.length, sum + direct.length),
    0,
  );
  if (paths <= MAX_PATHS) return;
  const message = `leads to ${paths} paths, and at most ${MAX_PATHS} are explained at once: name the intermediary in via, or a service behind the portal`;
  throw new AppError('invalid_request', 'too many paths', { faults: [{ at: '', message }] });
}

/** The chains that count, and those through others than whom the question names. */
function withOthers({ services }: PolicyInput, wide: Gathered): PolicyInput['services'] {
  return services.map((asked, index) => {
    const known = new Set(asked.chains.map(({ intermediary }) => intermediary.party_id));
    const others = (wide.services[index]?.chains ?? []).filter(({ intermediary }) => !known.has(intermediary.party_id));
    return others.length === 0 ? asked : { ...asked, chains: [...asked.chains, ...others] };
  });
}

/** Lets decisions pass between slices; undefined as soon as something no longer holds. */
async function inSlices(
  search: Generator<undefined, NearMiss[]>,
  holds: () => boolean,
): Promise<NearMiss[] | undefined> {
  let started = performance.now();
  for (;;) {
    const step = search.next();
    if (step.done) return step.value;
    if (performance.now() - started < SLICE_MS) continue;
    await setImmediate();
    if (!holds()) return undefined;
    started = performance.now();
  }
}

function answerOf(decision: Decision, supposed: boolean) {
  const { id: _, allow, policy_revision, data_revision, data_age_ms, ...verdict } = decision;
  return { ...(supposed ? { would_allow: allow } : { allow }), verdict, policy_revision, data_revision, data_age_ms };
}

type Notes = Readonly<Record<string, RuleNote>>;

function partsOf(explained: Explained, { portal, services }: PolicyInput, notes: Notes) {
  // Inputs may leave out the name of the one service that is asked for.
  const only = (portal ?? services[0]?.service)?.service_id ?? '';
  const paths = explained.paths.map((path) => ({
    ...path,
    service_id: path.service_id === '' ? only : path.service_id,
  }));
  const { question } = explained;
  return { question, paths, rules: notesOf([question, ...paths.map(({ rules }) => rules)].flat(), notes) };
}

function notesOf(verdicts: readonly RuleVerdict[], notes: Notes): Record<string, RuleNote> {
  const occurring = new Set(verdicts.map(({ rule }) => rule));
  return Object.fromEntries(Object.entries(notes).filter(([rule]) => occurring.has(rule)));
}
