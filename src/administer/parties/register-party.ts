import { randomUUID } from 'node:crypto';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyKind } from '../../domain/facts.ts';
import { type Identifier, partyKindOf } from '../../domain/identifier.ts';
import { toAliasRow } from '../../register/alias-row.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { type Branch, writeBranches } from './branches.ts';
import { detailsAfter, type PartyDetails } from './party-details.ts';
import { personalNumberFaults } from './personal-number.ts';

export interface PartyWish {
  kind: PartyKind;
  name: string;
  /** `YYYY-MM-DD`; persons only. */
  birthDate?: string;
  /** KvK, RSIN, OIN or BSN; a means is registered by itself. */
  identifiers: readonly Identifier[];
  branches?: readonly Branch[];
}

/**
 * Registers a party that the register does not know yet (R8, R9, R20, R25).
 * @throws AppError `act_refused` | `invalid_request` | `conflict` when an identifier already names a party
 */
export async function registerParty(acting: Acting, wish: PartyWish): Promise<PartyDetails> {
  await acting.authorise({ name: 'party.register' });
  const faults = [
    ...wish.identifiers.flatMap((one, i) => identifierFaults(one, wish.kind, `/identifiers/${i}`)),
    ...personalNumberFaults([
      { at: '/name', text: wish.name },
      ...(wish.branches ?? []).map(({ name }, i) => ({ at: `/branches/${i}/name`, text: name })),
    ]),
  ];
  if (wish.kind === 'organisation' && wish.identifiers.length === 0) {
    faults.push({ at: '/identifiers', message: 'an organisation is known by a number at least' });
  }
  if (wish.birthDate !== undefined && wish.kind !== 'person') {
    faults.push({ at: '/birth_date', message: 'only persons have one' });
  }
  if (faults.length > 0) throw new AppError('invalid_request', 'the party cannot be registered so', { faults });
  await refuseKnown(acting, wish.identifiers);
  const partyId = randomUUID();
  const { kind, name, birthDate: birth_date } = wish;
  await insertRows(acting.client, 'parties', [{ party_id: partyId, kind, name, birth_date }]);
  const rows = wish.identifiers.map((one) => toAliasRow(one, { partyId, kind }, acting.keys));
  for (const row of rows) await insertRows(acting.client, 'aliases', [row]);
  await writeBranches(acting.client, { partyId, kind }, wish.branches ?? [], (i) => `/branches/${i}`);
  return detailsAfter(acting.client, partyId);
}

/** What is wrong with an identifier for a party of this kind. */
export function identifierFaults({ scheme }: Identifier, kind: PartyKind, at: string): Fault[] {
  if (scheme === 'pseudonym') return [{ at, message: 'a pseudonym names a means: register it under /means' }];
  return partyKindOf(scheme) === kind ? [] : [{ at, message: `urn:nl:${scheme} names no ${kind}` }];
}

/**
 * Two parties never share an identifier; which party has it is not told here.
 * @throws AppError `conflict`; two who register the same at once are told apart by the primary key
 */
export async function refuseKnown(acting: Acting, identifiers: readonly Identifier[]): Promise<void> {
  const found = await Promise.all(identifiers.map((one) => acting.find(one)));
  const faults = found.flatMap((party, i) =>
    party === undefined ? [] : [{ at: `/identifiers/${i}`, message: 'names a party that is registered already' }],
  );
  if (faults.length > 0) throw new AppError('conflict', 'an identifier names another party', { faults });
}
