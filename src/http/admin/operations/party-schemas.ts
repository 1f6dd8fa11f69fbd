import { z } from 'zod';
import { CHECKS, DOCUMENTS, METHODS } from '../../../administer/parties/identifications.ts';
import { holdsPersonalNumber } from '../../../administer/parties/personal-number.ts';
import { INTERVENTIONS } from '../../../domain/administration.ts';
import { PARTY_STATES } from '../../../domain/facts.ts';
import { branch, date, loa, moment, partyView, revision, text, uuid } from '../wire.ts';

/** What the operations on parties, means, interventions and paper have in common on the wire. */

export const partyParams = z.object({ partyId: uuid });
export const reference = text(256).meta({
  description: 'Case, ruling, entry or file on which it rests. Never a personal number.',
});
export const reason = text(256).refine((words) => !holdsPersonalNumber(words), 'looks like a number of a person');
export const verifiedBy = z
  .array(text(64))
  .min(1)
  .max(8)
  .meta({ description: 'Channels over which a court’s word was verified (R104); required of a court.' });
export const branchWish = z.strictObject({ branch, name: text(200).optional() });

export const partyDetails = partyView
  .extend({
    birth_date: date.optional(),
    schemes: z
      .array(z.string())
      .meta({ description: 'Schemes of the identifiers that are known; never a BSN itself.' }),
    states: z.array(
      z.object({
        state: z.enum(PARTY_STATES),
        since: moment,
        until: moment.optional(),
        reference: z.string().optional(),
        source: z.string(),
      }),
    ),
    branches: z.array(z.object({ branch, name: z.string().optional() })),
    revision: revision.optional(),
  })
  .meta({ title: 'A party' });

export const identificationView = z
  .object({
    identification_id: uuid,
    party_id: uuid,
    branch: branch.optional(),
    method: z.enum(METHODS),
    check: z.enum(CHECKS),
    loa,
    document_kind: z.enum(DOCUMENTS).optional(),
    document_valid_until: date.optional(),
    reuses: uuid.optional(),
    reference: z.string().optional(),
    checked_by: z.string(),
    employer: partyView
      .optional()
      .meta({ description: 'Who identified him as an employee: it proves nothing to others.' }),
    checked_at: moment,
    valid_until: moment.optional(),
    recorded_at: moment,
    holds: z.boolean().meta({ description: 'It tells at this moment who the party is.' }),
  })
  .meta({ title: 'That a party was identified' });

export const meansId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits')
  .meta({ examples: ['5f2c1d0e9b8a7c6d5e4f3a2b1c0d9e8f'] });
export const meansParams = z.object({ meansId });

export const meansView = z
  .object({
    means_id: meansId,
    active: z.boolean(),
    person: partyView,
    owner: partyView.optional().meta({ description: 'The employer who issued it; absent: the person’s own.' }),
    registered_at: moment.optional(),
    evidence: z.array(z.looseObject({ kind: z.string() })).optional(),
    revision: revision.optional(),
  })
  .meta({ title: 'A means, by an opaque id' });

export const interventionView = z
  .object({
    intervention_id: uuid,
    party_id: uuid,
    kind: z.enum(INTERVENTIONS),
    state: z.enum(PARTY_STATES).optional(),
    since: moment,
    reference: z.string(),
    source: z.string(),
    verified_by: z.array(z.string()).optional(),
    mandates_ended: z.number().int(),
    successor: uuid.optional().meta({ description: 'The mandate of the curator or new owner.' }),
    recorded_at: moment,
    ended_at: moment.optional(),
    end_reference: z.string().optional(),
  })
  .meta({ title: 'An intervention' });
