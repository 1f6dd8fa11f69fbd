import { AppError } from '../../domain/errors.ts';
import type { Question } from '../../domain/evaluation.ts';
import type { Entry, EventName } from '../../records/entry.ts';
import { makeSpan } from '../../records/trace.ts';
import type { Call } from '../call.ts';
import type { Gathered } from '../gather.ts';
import { partiesNamed } from '../record.ts';
import type { Asked, SearchKind } from './asked.ts';
import type { Found, Paging, RefusedSearch } from './found.ts';

/** What became of one search. */
export interface Searched {
  asked: Asked | RefusedSearch;
  paging: Paging;
  answer: Found | AppError;
  /** What the question names, once it was found. */
  gathered: Gathered | undefined;
}

const EVENTS: Record<SearchKind, EventName> = {
  subject: 'adl.search_subject',
  resource: 'adl.search_resource',
  action: 'adl.search_action',
};

/** The record of one call. Whoever was found stands in it by `party_id`; the page before it ended at `after`. */
export function recordSearch(searched: Searched, call: Call, timestamp: number): Entry {
  const { asked, paging, answer, gathered } = searched;
  const { trace_id, span_id, parent_span_id } = makeSpan(call.traceparent);
  const attributes: Entry['attributes'] = { 'machtig.caller': call.caller.name };
  if (call.requestId !== undefined) attributes['machtig.request_id'] = call.requestId;
  const about = [gathered?.represented.party, gathered?.actor.party].find((party) => party?.kind === 'person');
  if (about) attributes['dpl.core.data_subject_id'] = about.party_id;
  const entry: Entry = {
    trace_id,
    span_id,
    event_name: EVENTS[asked.search],
    timestamp,
    status: answer instanceof AppError ? 'Error' : 'Ok',
    attributes,
    body: {
      'adl.core.request': { ...requestOf(asked, gathered), page: paging },
      'adl.core.response': responseOf(answer),
      ...provenanceOf(answer),
    },
  };
  if (parent_span_id !== undefined) entry.parent_span_id = parent_span_id;
  return entry;
}

function requestOf(asked: Asked | RefusedSearch, gathered: Gathered | undefined): object {
  if ('refused' in asked) return { refused: asked.refused };
  const {
    loa,
    branch,
    service,
    operation,
    case: caseId,
    min_loa,
    min_revision,
    time,
  }: Partial<Question> = asked.question;
  const { actor, represented, ...others } = partiesNamed(asked.question, gathered);
  return {
    ...(asked.search !== 'subject' && { actor }),
    ...(asked.search !== 'resource' && { represented }),
    ...('kind' in asked && { kind: asked.kind }),
    service,
    loa,
    branch,
    operation,
    case: caseId,
    min_loa,
    min_revision,
    time,
    ...others,
  };
}

function responseOf(answer: Found | AppError): object {
  if (answer instanceof AppError) return { error: answer.code };
  const { id, hits, next, reasons } = answer;
  return {
    id,
    count: hits.length,
    results: hits.map(({ id: found, part }) => (part === undefined ? { id: found } : { id: found, part })),
    next,
    reasons: reasons.length > 0 ? reasons : undefined,
  };
}

function provenanceOf(answer: Found | AppError): object {
  if (answer instanceof AppError) return {};
  return {
    'adl.core.policies': { revision: answer.policy_revision },
    'adl.core.information': { revision: answer.data_revision, age_ms: answer.data_age_ms },
  };
}
