import { AppError } from '../../domain/errors.ts';
import type { Entry, EventName, Records } from '../../records/entry.ts';
import { makeSpan } from '../../records/trace.ts';
import type { Call } from '../call.ts';
import type { SearchKind } from './asked.ts';
import type { BareAsked } from './bare-candidates.ts';
import type { BareFound } from './bare-found.ts';
import type { Paging } from './found.ts';

/** What became of one search. */
interface Searched {
  asked: BareAsked;
  paging: Paging;
  answered: BareFound | AppError;
}

const EVENTS: Record<SearchKind, EventName> = {
  subject: 'adl.search_subject',
  resource: 'adl.search_resource',
  action: 'adl.search_action',
};

/** The record of one call. Ids of a policy that we do not know may be anybody's: kept only where records hold all input. */
export function recordBareSearch(
  { asked, paging, answered }: Searched,
  { caller, requestId, traceparent }: Call,
  { records, now }: { records: Pick<Records, 'wantsInput'>; now: () => number },
): Entry {
  const attributes: Entry['attributes'] = { 'machtig.caller': caller.name };
  if (requestId !== undefined) attributes['machtig.request_id'] = requestId;
  const isWhole = records.wantsInput;
  return {
    ...makeSpan(traceparent),
    event_name: EVENTS[asked.search],
    timestamp: now(),
    status: answered instanceof AppError ? 'Error' : 'Ok',
    attributes,
    body: {
      'adl.core.request': isWhole
        ? { ...asked.request, page: paging }
        : { ...typesOf(asked), page: { limit: paging.limit } },
      'adl.core.response': responseOf(answered, isWhole),
      ...(!(answered instanceof AppError) && { 'adl.core.policies': { revision: answered.policy_revision } }),
    },
  };
}

function typesOf({ search, request }: BareAsked): object {
  return {
    subject: { type: request.subject.type },
    ...(search !== 'action' && { action: { name: request.action.name } }),
    resource: { type: request.resource.type },
  };
}

function responseOf(answered: BareFound | AppError, isWhole: boolean): object {
  if (answered instanceof AppError) return { error: answered.code };
  const { id, results, next } = answered;
  return { id, count: results.length, ...(isWhole && { results, next }) };
}
