import { AppError } from '../domain/errors.ts';
import type { Engine } from '../policy/engine.ts';
import type { AuthzenAnswer } from '../policy/result.ts';
import type { Metrics } from '../process/metrics.ts';
import type { Entry, EntryBody, Records } from '../records/entry.ts';
import { makeSpan } from '../records/trace.ts';
import type { Call, Semantic } from './call.ts';
import { toAppError } from './outcome.ts';

/** A request of AuthZEN 1.0, its required members checked; the rest is between caller and policy. */
export interface AuthzenRequest {
  subject: { type: string; id: string };
  action: { name: string };
  resource: { type: string; id: string };
  context?: object;
}

/**
 * Evaluates bundles with `input: authzen`: `authz/decision` reads the bare request, without lookups, and answers
 * `{decision: boolean, context?: object}`, which goes out as it is.
 */
export interface EvaluateAuthzen {
  /** @throws AppError `policy_failed` | `records_unavailable` | `invalid_request` */
  one(request: AuthzenRequest, call: Call): Promise<AuthzenAnswer>;
  /** As `Evaluate.many`: an error stands in its item's place. @throws AppError `records_unavailable` */
  many(
    requests: readonly (AuthzenRequest | AppError)[],
    semantic: Semantic,
    call: Call,
  ): Promise<(AuthzenAnswer | AppError)[]>;
}

export interface EvaluateAuthzenDeps {
  policy: Engine<AuthzenAnswer>;
  records: Records;
  now: () => number;
  metrics: Pick<Metrics, 'countDecision' | 'countError' | 'decisionSeconds'>;
}

/** Deeper nesting could exhaust the stack of the policy instance. */
const MAX_DEPTH = 32;

export function makeEvaluateAuthzen({ policy, records, now, metrics }: EvaluateAuthzenDeps): EvaluateAuthzen {
  function decide(request: AuthzenRequest | AppError): AuthzenAnswer | AppError {
    const answer = attempt(request);
    if (answer instanceof AppError) metrics.countError(answer.code);
    else metrics.countDecision(answer.decision, 'none');
    return answer;
  }

  function attempt(request: AuthzenRequest | AppError): AuthzenAnswer | AppError {
    if (request instanceof AppError) return request;
    try {
      if (!isWithin(request, MAX_DEPTH)) throw new AppError('invalid_request', `nested deeper than ${MAX_DEPTH}`);
      return policy.decide(request);
    } catch (thrown) {
      return toAppError(thrown);
    }
  }

  async function keep(entry: Entry, started: number): Promise<void> {
    await records.append(entry);
    metrics.decisionSeconds.observe((performance.now() - started) / 1000);
  }

  function entryOf(
    call: Call,
    answers: (AuthzenAnswer | AppError)[],
    event: Pick<Entry, 'event_name'> & { body: EntryBody },
  ): Entry {
    const attributes: Entry['attributes'] = { 'machtig.caller': call.caller.name };
    if (call.requestId !== undefined) attributes['machtig.request_id'] = call.requestId;
    return {
      ...makeSpan(call.traceparent),
      timestamp: now(),
      status: answers.length > 0 && answers.every((answer) => answer instanceof AppError) ? 'Error' : 'Ok',
      attributes,
      event_name: event.event_name,
      body: { ...event.body, 'adl.core.policies': { revision: policy.revision } },
    };
  }

  return {
    async one(request, call) {
      const started = performance.now();
      const answer = decide(request);
      const body = { 'adl.core.request': asRecorded(request), 'adl.core.response': toRecord(answer) };
      await keep(entryOf(call, [answer], { event_name: 'adl.access_evaluation', body }), started);
      if (answer instanceof AppError) throw answer;
      return answer;
    },
    async many(requests, semantic, call) {
      const started = performance.now();
      const answers: (AuthzenAnswer | AppError)[] = [];
      for (const request of requests) {
        const answer = decide(request);
        answers.push(answer);
        const allowed = !(answer instanceof AppError) && answer.decision;
        if (semantic === 'deny_on_first_deny' ? !allowed : semantic === 'permit_on_first_permit' && allowed) break;
      }
      const body = {
        'adl.core.request': { evaluations: requests.slice(0, answers.length).map(asRecorded) },
        'adl.core.response': { evaluations: answers.map(toRecord) },
      };
      await keep(entryOf(call, answers, { event_name: 'adl.access_evaluations', body }), started);
      return answers;
    },
  };

  /** Ids of a policy that we do not know may be anybody's: they are kept only where records hold all input. */
  function asRecorded(request: AuthzenRequest | AppError): unknown {
    if (request instanceof AppError) return { faults: request.faults.map(({ at }) => at) };
    if (records.wantsInput) return request;
    const { subject, action, resource } = request;
    return { subject: { type: subject.type }, action: { name: action.name }, resource: { type: resource.type } };
  }
}

function toRecord(answer: AuthzenAnswer | AppError): unknown {
  return answer instanceof AppError ? { error: answer.code } : answer;
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((item) => isWithin(item, depth - 1));
}
