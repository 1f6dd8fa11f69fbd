import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';
import type { PartyId, PartyKind } from '../../domain/facts.ts';
import type { Act, Acting } from '../acting.ts';

export interface LockedParty {
  party_id: PartyId;
  kind: PartyKind;
  name: string;
  birth_date: string | null;
}

/**
 * Locks a party against everybody who authorises an act on it, and against whoever refers to it: what is read of it
 * afterwards stays so until the commit. Acts that only rest on it lock it FOR SHARE (authorise.ts).
 * @throws AppError `not_found`
 */
export async function lockParty(client: pg.ClientBase, partyId: PartyId): Promise<LockedParty> {
  const { rows } = await client.query<LockedParty>(
    `select party_id, kind, name, to_char(birth_date, 'YYYY-MM-DD') as birth_date
     from parties where party_id = $1 for update`,
    [partyId],
  );
  const [party] = rows;
  if (party === undefined) throw new AppError('not_found', 'there is no such party');
  return party;
}

/**
 * Whoever may not say what became of a party makes nobody wait: what asking locks is let go again.
 * @throws AppError `not_found` | `act_refused`
 */
export async function refuseEarly(acting: Acting, partyId: PartyId, ...acts: readonly Act[]): Promise<void> {
  const { rowCount } = await acting.client.query('select from parties where party_id = $1', [partyId]);
  if (rowCount !== 1) throw new AppError('not_found', 'there is no such party');
  await acting.client.query('savepoint asking');
  await acting.authorise(...acts);
  await acting.client.query('rollback to savepoint asking');
}
