import { z } from 'zod';
import { NEVER_CHANGED } from '../../../administer/if-match.ts';
import { registerMeans } from '../../../administer/means/register-means.ts';
import { searchMeans } from '../../../administer/means/search-means.ts';
import { activateMeans, deactivateMeans } from '../../../administer/means/switch-means.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { evidence, identifier, pageLimit, pageToken, party } from '../wire.ts';
import { meansParams, meansView, reason } from './party-schemas.ts';

const register = defineOperation({
  id: 'registerMeans',
  method: 'post',
  path: '/means',
  tag: 'Means',
  summary: 'Link a means to the person who has it, with evidence',
  description:
    'A person may have several, of several login schemes, and stays one person in all of them. Whoever holds a means can ' +
    'do all that the person may do: it is linked by the registrar.',
  requirements: ['R13', 'R14', 'R71', 'R108', 'R109', 'R138'],
  body: z.strictObject({
    identifier: identifier.meta({ description: 'The pseudonym of the login scheme.' }),
    person: party,
    owner: party.optional().meta({ description: 'The employer who issued it.' }),
    evidence: evidence.min(1),
  }),
  answers: { 201: { description: 'Linked, and active.', schema: meansView } },
  etag: 'answered',
  async handle({ session, body, administer, idempotency }) {
    const { owner, evidence: shown, ...wish } = body;
    const { value, revision } = await administer.write(session, { idempotency }, (acting) =>
      registerMeans(acting, { ...wish, evidence: shown.map(toEvidence), ...(owner && { owner }) }),
    );
    return { status: 201, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const search = defineOperation({
  id: 'searchMeans',
  method: 'post',
  path: '/means/_search',
  tag: 'Means',
  summary: 'The means that an employer issued, or those of a person; without either: one’s own',
  requirements: ['R13', 'R71', 'R108'],
  body: z.strictObject({
    owner: party.optional(),
    person: party.optional(),
    active: z.boolean().optional(),
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 }),
  }),
  answers: {
    200: { description: 'One page.', schema: z.object({ items: z.array(meansView), next: z.string().optional() }) },
  },
  async handle({ session, body, administer, pages }) {
    const { page, ...filters } = body;
    const after = pages.read(page.token, filters) as [string] | undefined; // As `write` was given it below.
    const { items, next } = await administer.read(session, (acting) =>
      searchMeans(acting, {
        limit: page.limit,
        ...(filters.owner && { owner: filters.owner }),
        ...(filters.person && { person: filters.person }),
        ...(filters.active !== undefined && { active: filters.active }),
        ...(after && { after: after[0] }),
      }),
    );
    return { status: 200, body: { items, ...(next !== undefined && { next: pages.write([next], filters) }) } };
  },
});

const switching = z.strictObject({ reason });

const activate = defineOperation({
  id: 'activateMeans',
  method: 'post',
  path: '/means/{meansId}/activations',
  tag: 'Means',
  summary: 'Make a means usable: by a manager of the employer who issued it, or the registrar',
  requirements: ['R71'],
  params: meansParams,
  body: switching,
  answers: { 200: { description: 'Usable in every decision from this revision on.', schema: meansView } },
  etag: 'answered',
  async handle({ session, params, body, administer, idempotency }) {
    const options = { reason: body.reason, idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      activateMeans(acting, params.meansId),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

const deactivate = defineOperation({
  id: 'deactivateMeans',
  method: 'post',
  path: '/means/{meansId}/deactivations',
  tag: 'Means',
  summary: 'Stop a means at once: by its holder, a manager of the employer who issued it, or the registrar',
  requirements: ['R71'],
  params: meansParams,
  body: switching,
  answers: { 200: { description: 'No decision accepts it from this revision on.', schema: meansView } },
  etag: 'answered',
  async handle({ session, params, body, administer, idempotency }) {
    const options = { reason: body.reason, idempotency };
    const { value, revision } = await administer.write(session, options, (acting) =>
      deactivateMeans(acting, params.meansId),
    );
    return { status: 200, body: value, etag: value.revision ?? NEVER_CHANGED, revision };
  },
});

/** Without what was left open. */
export function toEvidence({ kind, ...rest }: z.output<typeof evidence>[number]) {
  const { reference, checked_at, valid_until } = rest;
  return {
    kind,
    ...(reference !== undefined && { reference }),
    ...(checked_at !== undefined && { checked_at }),
    ...(valid_until !== undefined && { valid_until }),
  };
}

export const meansOperations: readonly Operation[] = [register, search, activate, deactivate];
