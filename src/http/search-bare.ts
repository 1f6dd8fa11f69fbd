import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { Call } from '../evaluate/call.ts';
import type { SearchKind } from '../evaluate/search/asked.ts';
import type { BareAsked, OpenParty } from '../evaluate/search/bare-candidates.ts';
import type { BareFound, BareSearch } from '../evaluate/search/bare-found.ts';
import { refuse } from './fields.ts';
import { authzenRequest } from './schemas.ts';
import type { FoundAction, FoundParty, SearchPoint, SearchResponse } from './search.ts';
import { SEARCH_LIMITS, subjectSearch } from './search-schemas.ts';
import type { SearchTokens, TokenFor } from './search-token.ts';

export interface BareSearchPointDeps {
  search: BareSearch;
  tokens: SearchTokens;
  /** Whether the policy of now can be searched. */
  isOffered(): boolean;
}

/** Searches over whatever a foreign policy knows, as AuthZEN asks for them. */
export function makeBareSearchPoint({ search, tokens, isOffered }: BareSearchPointDeps): SearchPoint {
  async function find(kind: SearchKind, body: unknown, call: Call): Promise<BareFound & { token: string }> {
    const { caller } = call;
    if (!caller.rights.search) throw new AppError('forbidden', 'the caller has no right to search');
    const { asked, page = {} } = READERS[kind](body);
    const of: TokenFor = { caller, search: kind, query: queryOf(asked) };
    const limit = Math.min(page.limit ?? SEARCH_LIMITS.resultsByDefault, SEARCH_LIMITS.results);
    const after = page.token ? await tokens.open(page.token, of) : undefined;
    const found = await search.find(asked, { limit, ...(after && { after }) }, call);
    return { ...found, token: found.next ? await tokens.seal(found.next, of) : '' };
  }

  const parties = async (kind: 'subject' | 'resource', body: unknown, call: Call) =>
    respond(await find(kind, body, call), (result): FoundParty[] => ('type' in result ? [result] : []));

  return {
    isOffered,
    subject: (body, call) => parties('subject', body, call),
    resource: (body, call) => parties('resource', body, call),
    action: async (body, call) =>
      respond(await find('action', body, call), (result): FoundAction[] => ('name' in result ? [result] : [])),
  };
}

const { subject, action, resource, context } = authzenRequest.shape;
const { page } = subjectSearch.shape;
const SCHEMAS = {
  subject: z.looseObject({ subject: subject.omit({ id: true }), action, resource, context, page }),
  resource: z.looseObject({ subject, action, resource: resource.omit({ id: true }), context, page }),
  action: z.looseObject({ subject, resource, context, page }),
};

interface Read {
  asked: BareAsked;
  page: z.output<typeof page>;
}

/** @throws AppError `invalid_request` */
const READERS: Record<SearchKind, (body: unknown) => Read> = {
  subject(body) {
    const { subject, action, resource, context, page } = parse(SCHEMAS.subject, body);
    const request = { subject: openOf(subject), action, resource, ...(context && { context }) };
    return { asked: { search: 'subject', request }, page };
  },
  resource(body) {
    const { subject, action, resource, context, page } = parse(SCHEMAS.resource, body);
    const request = { subject, action, resource: openOf(resource), ...(context && { context }) };
    return { asked: { search: 'resource', request }, page };
  },
  action(body) {
    const { subject, resource, context, page } = parse(SCHEMAS.action, body);
    return { asked: { search: 'action', request: { subject, resource, ...(context && { context }) } }, page };
  },
};

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw refuse(schema, body);
  return parsed.data;
}

/** An id of what is searched is ignored, as AuthZEN asks; what results do not carry is left out. */
function openOf({ type, properties }: { type: string; properties?: object | undefined }): OpenParty {
  return properties === undefined ? { type } : { type, properties };
}

/** What a next page must ask as well. The trace it belongs to may be another. */
function queryOf({ request }: BareAsked): unknown {
  const { traceparent, ...context }: { traceparent?: unknown } = request.context ?? {};
  return { ...request, context };
}

function respond<Result>(
  { results, token, total, id, policy_revision }: BareFound & { token: string },
  show: (result: BareFound['results'][number]) => Result[],
): SearchResponse<Result> {
  const shown = results.flatMap(show);
  return {
    results: shown,
    page: { next_token: token, count: shown.length, ...(total !== undefined && { total }) },
    context: { id, policy_revision },
  };
}
