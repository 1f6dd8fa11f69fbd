import type { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import { AppError } from '../domain/errors.ts';
import type { Question } from '../domain/evaluation.ts';
import { type OpenHandle, toUrn } from '../domain/identifier.ts';
import { type Call, isRefusal } from '../evaluate/call.ts';
import type { Asked, SearchKind } from '../evaluate/search/asked.ts';
import type { Found, RefusedSearch, Search } from '../evaluate/search/found.ts';
import type { NamedHit } from '../evaluate/search/names.ts';
import { type Fields, isFields, refuse } from './fields.ts';
import type { Handles } from './handles.ts';
import { isPartyKind, readEvaluation } from './read-evaluation.ts';
import { requireRights } from './rights.ts';
import { evaluationRequest } from './schemas.ts';
import type { FoundAction, FoundParty, SearchPoint, SearchResponse } from './search.ts';
import { actionSearch, resourceSearch, SEARCH_LIMITS, subjectSearch } from './search-schemas.ts';
import type { SearchTokens, TokenFor } from './search-token.ts';

export interface MandateSearchDeps {
  search: Search;
  tokens: SearchTokens;
  handles: Handles;
  /** The BSN's URN behind a sealed one; absent where this process has no key for them: then persons go by handle. */
  unseal?: (sealed: Buffer, alias: string) => string;
}

const SCHEMAS = { subject: subjectSearch, resource: resourceSearch, action: actionSearch };

/** Searches over mandates, as AuthZEN asks for them. */
export function makeMandateSearchPoint(deps: MandateSearchDeps): SearchPoint {
  const { search, tokens, handles } = deps;
  const urnOf = makeUrnOf(deps);

  async function find(kind: SearchKind, body: unknown, call: Call): Promise<Found & { token: string }> {
    const { caller } = call;
    if (!caller.rights.search) throw new AppError('forbidden', 'the caller has no right to search');
    const { asked, page } = readSearch(kind, body, caller, handles.opener(caller));
    const of: TokenFor = { caller, search: kind, query: queryOf(asked) };
    const limit = Math.min(page.limit ?? SEARCH_LIMITS.resultsByDefault, SEARCH_LIMITS.results);
    const after = page.token ? await tokens.open(page.token, of) : undefined;
    const found = await search.find(asked, { limit, ...(after && { after }) }, call);
    return { ...found, token: found.next ? await tokens.seal(found.next, of) : '' };
  }

  async function parties(kind: 'subject' | 'resource', body: unknown, call: Call): Promise<SearchResponse<FoundParty>> {
    const found = await find(kind, body, call);
    const given = propertiesOf(kind, body);
    return respond(found, ({ part, ...hit }): FoundParty[] => {
      if (hit.party === undefined) return [];
      const properties = { ...given, ...(part !== undefined && { branch: part }) };
      const entity = { type: hit.party.kind, id: urnOf(hit, call.caller) };
      return [Object.keys(properties).length > 0 ? { ...entity, properties } : entity];
    });
  }

  return {
    subject: (body, call) => parties('subject', body, call),
    resource: (body, call) => parties('resource', body, call),
    async action(body, call) {
      const found = await find('action', body, call);
      return respond(found, ({ id, part }): FoundAction[] => [
        part === undefined ? { name: id } : { name: id, properties: { operation: part } },
      ]);
    },
  };
}

interface Read {
  asked: Asked | RefusedSearch;
  page: { limit?: number | undefined; token?: string | undefined };
}

/** Stands in the open place while the rest is read. */
const ANYBODY = 'urn:machtig:handle:AAAAAAAAAAAAAAAAAAAAAA';

/** @throws AppError `invalid_request` | `forbidden` */
function readSearch(search: SearchKind, body: unknown, caller: Caller, open: OpenHandle): Read {
  const schema: z.ZodType<{ page?: Read['page'] | undefined }> = SCHEMAS[search];
  const parsed = schema.safeParse(body);
  if (!parsed.success || !isFields(body)) throw refuse(schema, body);
  const { page = {} } = parsed.data;
  const filled = search === 'action' ? { action: { name: 'any' } } : { [search]: withId(body[search]) };
  const question = readEvaluation({ ...body, ...filled }, open);
  // What a schema of searches takes and a reader of evaluations does not, would be a fault of ours.
  if (question === undefined) throw refuse(evaluationRequest, { ...body, ...filled });
  if (isRefusal(question)) return { asked: { search, refused: question.refused }, page };
  requireRights(question, caller);
  return { asked: toAsked(search, question, body), page };
}

function withId(entity: unknown): unknown {
  return isFields(entity) ? { ...entity, id: ANYBODY } : entity;
}

function toAsked(search: SearchKind, question: Question, body: Fields): Asked | RefusedSearch {
  const { actor, represented, service, operation, ...rest } = question;
  const what = operation === undefined ? { service } : { service, operation };
  if (search === 'action') return { search, question: { ...rest, actor, represented } };
  const entity = body[search];
  const type = isFields(entity) && typeof entity.type === 'string' ? entity.type : '';
  if (!isPartyKind(type)) return { search, refused: ['identifier_invalid'] };
  if (search === 'subject') return { search, kind: type, question: { ...rest, ...what, represented } };
  return { search, kind: type, question: { ...rest, ...what, actor } };
}

/** What a next page must ask as well. The time is only recorded, and may go on. */
function queryOf(asked: Asked | RefusedSearch): unknown {
  if ('refused' in asked) return asked.refused;
  const { time, ...question } = asked.question;
  return { ...asked, question };
}

/** What the searched entity itself brought, so that a result can stand in its place as it is. */
function propertiesOf(kind: 'subject' | 'resource', body: unknown): Record<string, unknown> {
  const entity = isFields(body) ? body[kind] : undefined;
  const given = isFields(entity) && isFields(entity.properties) ? entity.properties : {};
  const names = kind === 'subject' ? ['loa', 'via'] : ['branch', 'case'];
  return Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

function respond<Result>(
  { hits, token, total, id, reasons, policy_revision, data_revision, data_age_ms }: Found & { token: string },
  show: (hit: NamedHit) => Result[],
): SearchResponse<Result> {
  const results = hits.flatMap(show);
  return {
    results,
    page: { next_token: token, count: results.length, ...(total !== undefined && { total }) },
    context: { id, ...(reasons.length > 0 && { reasons }), policy_revision, data_revision, data_age_ms },
  };
}

/** Organisations by their public numbers; persons by BSN to those who may know it. All others by handle. */
function makeUrnOf({ handles, unseal }: MandateSearchDeps) {
  return function urnOf({ id, party, names }: NamedHit, caller: Caller): string {
    if (party?.kind === 'organisation') {
      if (party.kvk !== undefined) return toUrn({ scheme: 'kvk', value: party.kvk });
      if (names?.rsin !== undefined) return toUrn({ scheme: 'rsin', value: names.rsin });
      if (names?.oin !== undefined) return toUrn({ scheme: 'oin', value: names.oin });
    }
    if (names?.bsn && unseal && caller.rights.bsn) {
      return unseal(Buffer.from(names.bsn.sealed, 'base64'), names.bsn.alias);
    }
    return handles.of(caller, id);
  };
}
