import { AppError } from '../domain/errors.ts';
import type { Question } from '../domain/evaluation.ts';
import type { Explanation, NearMiss } from '../domain/explanation.ts';
import type { Entry } from '../records/entry.ts';
import { makeSpan } from '../records/trace.ts';
import type { Call } from './call.ts';
import type { Gathered } from './gather.ts';
import { questionNamed } from './record.ts';
import { intermediaryName } from './what-if.ts';

/** What was asked to be explained, and what became of it. */
export interface ToldWhy {
  question: Question;
  /** The moment it was asked for, when that was not now; milliseconds since 1970. */
  at: number | undefined;
  answer: Explanation | AppError;
  /** What the question names, once it was found. */
  gathered: Gathered | undefined;
  /** What is found when no intermediary is named. */
  wide: Gathered | undefined;
}

/**
 * The record of one call. It decides nothing, and has a name of its own; but it tells about people what a denial
 * withholds, so it says whom it was told about: by `party_id`, and by the ids of mandates.
 */
export function recordExplanation(told: ToldWhy, { caller, requestId, traceparent }: Call, timestamp: number): Entry {
  const { question, at, answer, gathered, wide } = told;
  const attributes: Entry['attributes'] = { 'machtig.caller': caller.name };
  if (requestId !== undefined) attributes['machtig.request_id'] = requestId;
  const about = [gathered?.represented.party, gathered?.actor.party].find((party) => party?.kind === 'person');
  if (about) attributes['dpl.core.data_subject_id'] = about.party_id;
  return {
    ...makeSpan(traceparent),
    event_name: 'machtig.explanation',
    timestamp,
    status: answer instanceof AppError ? 'Error' : 'Ok',
    attributes,
    body: {
      'adl.core.request': { ...questionNamed(question, gathered), at },
      'adl.core.response': responseOf(answer, wide),
      ...provenanceOf(answer),
    },
  };
}

function responseOf(answer: Explanation | AppError, wide: Gathered | undefined): object {
  if (answer instanceof AppError) return { error: answer.code };
  const { allow, would_allow, verdict, paths, nearest } = answer;
  return {
    allow,
    would_allow,
    reasons: verdict.reasons,
    paths: paths.length,
    mandates: distinct(paths.flatMap(({ mandates }) => mandates)),
    intermediaries: distinct(paths.flatMap(({ intermediary }) => intermediary ?? [])),
    nearest: nearest.map((miss) => nearestOf(miss, wide)),
  };
}

/** Through whom it might go is said by number: the record has the party. */
function nearestOf({ change, to, mandate }: NearMiss, wide: Gathered | undefined): object {
  if (change !== 'via' || to === 'none') return { change, to, mandate };
  const intermediaries = (wide?.services ?? []).flatMap(({ chains }) => chains.map(({ intermediary }) => intermediary));
  const found = intermediaries.find((one) => intermediaryName(one) === to);
  return { change, to: found?.party_id ?? null };
}

function provenanceOf(answer: Explanation | AppError): object {
  if (answer instanceof AppError) return {};
  return {
    'adl.core.policies': { revision: answer.policy_revision },
    'adl.core.information': { revision: answer.data_revision, age_ms: answer.data_age_ms },
  };
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
