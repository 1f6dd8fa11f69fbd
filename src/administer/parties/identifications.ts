import { randomUUID } from 'node:crypto';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { Loa, PartyId, PartyKind } from '../../domain/facts.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { lockParty } from './lock-party.ts';
import { personalNumberFaults } from './personal-number.ts';

export const METHODS = ['in_person', 'document_copy', 'extract', 'means'] as const;
export const CHECKS = ['in_person', 'lost_document_register', 'bank_transfer', 'handelsregister', 'means'] as const;
export const DOCUMENTS = ['passport', 'identity_card', 'residence_permit', 'driving_licence'] as const;

export interface IdentificationWish {
  method: (typeof METHODS)[number];
  check: (typeof CHECKS)[number];
  loa: Loa;
  /** `validUntil` is the document's last day. Never its number. */
  document?: { kind: (typeof DOCUMENTS)[number]; validUntil: string };
  /** The earlier record whose copy was looked at again (R98); its document need not be named again. */
  reuses?: string;
  /** Organisations: the one branch that was identified (R19). */
  branch?: string;
  reference?: string;
  checkedBy: string;
  checkedAt: Date;
}

export type IdentificationView = Readonly<Record<string, unknown>> & { identification_id: string; holds: boolean };

/**
 * Records that somebody was identified: how, by whom and when (R18, R19, R94, R98, R138).
 * @throws AppError `not_found` | `act_refused` | `invalid_request`
 */
export async function recordIdentification(
  acting: Acting,
  partyId: PartyId,
  wish: IdentificationWish,
): Promise<IdentificationView> {
  const { kind } = await lockParty(acting.client, partyId);
  await acting.authorise({ name: 'party.identify', party: partyId });
  const faults = identificationFaults(acting, wish);
  if (faults.length > 0) throw new AppError('invalid_request', 'that identifies nobody', { faults });
  if (wish.branch !== undefined) await requireBranch(acting, partyId, wish.branch);
  const document = wish.document ?? (await reusedDocument(acting, partyId, wish.reuses));
  return keepIdentification(acting, { party_id: partyId, kind }, { ...wish, ...(document && { document }) });
}

/** Writes what was authorised and found to be right. `employer`: who identified him as an employee of his. */
export async function keepIdentification(
  acting: Acting,
  { party_id, kind }: { party_id: PartyId; kind: PartyKind },
  { document, ...wish }: IdentificationWish,
  employer?: PartyId,
): Promise<IdentificationView> {
  const id = randomUUID();
  await insertRows(acting.client, 'identifications', [
    {
      identification_id: id,
      party_id,
      party_kind: kind,
      employer,
      branch: wish.branch,
      method: wish.method,
      check_done: wish.check,
      loa: wish.loa,
      document_kind: document?.kind,
      document_valid_until: document?.validUntil,
      reuses: wish.reuses,
      reference: wish.reference,
      checked_by: wish.checkedBy,
      checked_at: wish.checkedAt,
      recorded_at: acting.now,
    },
  ]);
  return viewIdentification(acting, id);
}

export function identificationFaults(
  { now }: Acting,
  { reference, checkedBy, checkedAt }: IdentificationWish,
): Fault[] {
  const faults = personalNumberFaults([
    { at: '/reference', text: reference },
    { at: '/checked_by', text: checkedBy },
  ]);
  if (checkedAt > now) faults.push({ at: '/checked_at', message: 'lies in the future' });
  return faults;
}

async function requireBranch({ client }: Acting, partyId: PartyId, branch: string): Promise<void> {
  const { rowCount } = await client.query('select from branches where party_id = $1 and branch = $2', [
    partyId,
    branch,
  ]);
  if (rowCount === 1) return;
  throw new AppError('invalid_request', 'no such branch', {
    faults: [{ at: '/branch', message: 'is no branch of this party' }],
  });
}

async function reusedDocument({ client }: Acting, partyId: PartyId, reuses: string | undefined) {
  if (reuses === undefined) return undefined;
  const { rows } = await client.query<NonNullable<IdentificationWish['document']>>(
    `select document_kind as kind, to_char(document_valid_until, 'YYYY-MM-DD') as "validUntil" from identifications
     where identification_id = $1 and party_id = $2 and document_kind is not null`,
    [reuses, partyId],
  );
  const [document] = rows;
  if (document !== undefined) return document;
  throw new AppError('invalid_request', 'no such copy', {
    faults: [{ at: '/reuses', message: 'is no identification of this party on a document' }],
  });
}

export interface Identified {
  items: IdentificationView[];
  /** At eh2: whether the next request on paper needs a new copy of the document (R98). */
  new_copy_needed: boolean;
}

/**
 * What tells at this moment who the party is, at `loa` or above; without `loa` everything that was ever recorded.
 * @throws AppError `not_found` | `act_refused`
 */
export async function listIdentifications(acting: Acting, partyId: PartyId, loa?: Loa): Promise<Identified> {
  // A person may see how he himself was identified.
  const name = acting.actor === partyId ? 'party.view' : 'party.identify';
  await acting.authorise({ name, party: partyId });
  const items = await holdingIdentifications(acting, partyId, loa);
  const copies = items.filter(({ holds, employer }) => holds && employer === undefined);
  return { items, new_copy_needed: !copies.some(({ document_kind }) => document_kind !== undefined) };
}

/** The strongest first. */
export async function holdingIdentifications(
  { client, now }: Acting,
  partyId: PartyId,
  loa?: Loa,
): Promise<IdentificationView[]> {
  const { rows } = await client.query<{ view: IdentificationView }>(
    `select identification_view(i, $2) as view from identifications i
     where i.party_id = $1 and ($3::text is null or loa_rank(i.loa) >= loa_rank($3) and identification_holds(i, $2))
     order by loa_rank(i.loa) desc, i.checked_at desc, i.identification_id`,
    [partyId, now, loa ?? null],
  );
  return rows.map(({ view }) => view);
}

/**
 * It tells nothing any more: the document was lost, or the check was wrong.
 * @throws AppError `not_found` | `act_refused`
 */
export async function endIdentification(
  acting: Acting,
  partyId: PartyId,
  identificationId: string,
): Promise<IdentificationView> {
  await lockParty(acting.client, partyId);
  await acting.authorise({ name: 'party.identify', party: partyId });
  const { rowCount } = await acting.client.query(
    `update identifications set valid_until = least(coalesce(valid_until, $3), $3)
     where identification_id = $1 and party_id = $2`,
    [identificationId, partyId, acting.now],
  );
  if (rowCount !== 1) throw new AppError('not_found', 'the party has no such identification');
  return viewIdentification(acting, identificationId);
}

async function viewIdentification({ client, now }: Acting, id: string): Promise<IdentificationView> {
  const { rows } = await client.query<{ view: IdentificationView }>(
    'select identification_view(i, $2) as view from identifications i where identification_id = $1',
    [id, now],
  );
  const [found] = rows;
  if (found === undefined) throw new AppError('not_found', 'there is no such identification');
  return found.view;
}
