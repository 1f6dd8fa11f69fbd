import { z } from 'zod';
import { findByIdentifier, findByName } from '../../../administer/parties/find-parties.ts';
import { AppError } from '../../../domain/errors.ts';
import { PARTY_KINDS } from '../../../domain/facts.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { date, identifier, pageLimit, pageToken, text } from '../wire.ts';
import { partyDetails } from './party-schemas.ts';

const search = defineOperation({
  id: 'searchParties',
  method: 'post',
  path: '/parties/_search',
  tag: 'Parties',
  summary: 'Find a party by exactly one identifier; for the registrar also by name',
  description:
    'By identifier there is one party or none; one that may not be seen is none. By the beginning of a name, and for ' +
    'persons by date of birth as well, the registrar alone looks, so that nobody is registered twice.',
  requirements: ['R8', 'R20', 'R26', 'R138'],
  body: z.strictObject({
    identifier: identifier.optional(),
    name: text(200).min(2).optional().meta({ description: 'How the name begins.' }),
    kind: z.enum(PARTY_KINDS).optional(),
    birth_date: date.optional(),
    page: z.strictObject({ limit: pageLimit, token: pageToken.optional() }).default({ limit: 50 }),
  }),
  answers: {
    200: {
      description: 'One page, by name.',
      schema: z.object({ items: z.array(partyDetails), next: z.string().optional() }),
    },
  },
  async handle({ session, body, administer, pages }) {
    const { page, identifier: number, ...filters } = body;
    const { name, kind, birth_date: birthDate } = filters;
    if ((number === undefined) === (name === undefined)) {
      const faults = [{ at: '', message: 'must have either identifier or name' }];
      throw new AppError('invalid_request', 'what is looked for?', { faults });
    }
    if (number !== undefined) {
      const items = await administer.read(session, (acting) => findByIdentifier(acting, number));
      return { status: 200, body: { items } };
    }
    const after = pages.read(page.token, filters) as [string, string] | undefined; // As `write` was given it below.
    const { items, next } = await administer.read(session, (acting) =>
      findByName(acting, {
        name: name ?? '',
        limit: page.limit,
        ...(kind && { kind }),
        ...(birthDate !== undefined && { birthDate }),
        ...(after && { after: { name: after[0], partyId: after[1] } }),
      }),
    );
    return { status: 200, body: { items, ...(next && { next: pages.write([next.name, next.partyId], filters) }) } };
  },
});

export const partySearchOperations: readonly Operation[] = [search];
