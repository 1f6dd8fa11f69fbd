import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { toAliasRow } from '../../register/alias-row.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { refuseNamed } from './branches.ts';
import { lockParty } from './lock-party.ts';
import { detailsAfter, type PartyDetails } from './party-details.ts';
import { identifierFaults, refuseKnown } from './register-party.ts';

/**
 * Gives a party one more identifier: KvK and RSIN of one firm are one party (R20).
 * @throws AppError `not_found` | `act_refused` | `invalid_request` | `conflict` when it names a party already
 */
export async function addIdentifier(acting: Acting, partyId: PartyId, identifier: Identifier): Promise<PartyDetails> {
  const { kind } = await lockParty(acting.client, partyId);
  await acting.authorise({ name: 'party.change', party: partyId });
  const faults = identifierFaults(identifier, kind, '/identifier');
  if (faults.length > 0) throw new AppError('invalid_request', 'not for this party', { faults });
  if ((await acting.find(identifier)) !== partyId) {
    await refuseKnown(acting, [identifier]);
    if (identifier.scheme === 'kvk') await refuseBranchOfThatName(acting, partyId, identifier);
    await insertRows(acting.client, 'aliases', [toAliasRow(identifier, { partyId, kind }, acting.keys)]);
  }
  return detailsAfter(acting.client, partyId);
}

/**
 * Takes an identifier away that was wrong. The party keeps one at least, or nobody could find it any more; a means is
 * deactivated, never taken away.
 * @throws AppError `not_found` | `act_refused` | `invalid_request` | `conflict`
 */
export async function removeIdentifier(
  acting: Acting,
  partyId: PartyId,
  identifier: Identifier,
): Promise<PartyDetails> {
  const { kind } = await lockParty(acting.client, partyId);
  await acting.authorise({ name: 'party.change', party: partyId });
  const faults = identifierFaults(identifier, kind, '/identifier');
  if (faults.length > 0) throw new AppError('invalid_request', 'not of this party', { faults });
  if ((await acting.find(identifier)) !== partyId) throw new AppError('not_found', 'the party has no such identifier');
  const { rows } = await acting.client.query<{ others: number }>(
    `select count(*)::integer as others from aliases where party_id = $1 and alias <> decode($2, 'hex')`,
    [partyId, acting.keys.alias(identifier)],
  );
  if (rows[0]?.others === 0) throw new AppError('conflict', 'it is the last identifier of this party');
  if (identifier.scheme === 'kvk') await refuseBranchesLeft(acting, partyId, identifier);
  await acting.client.query(`delete from aliases where alias = decode($1, 'hex')`, [acting.keys.alias(identifier)]);
  return detailsAfter(acting.client, partyId);
}

/** A KvK number must not make a branch of what stands for having none (R24). */
async function refuseBranchOfThatName({ client }: Acting, partyId: PartyId, { value }: Identifier): Promise<void> {
  const { rowCount } = await client.query('select from branches where party_id = $1 and branch = $2', [
    partyId,
    `0000${value}`,
  ]);
  if (rowCount !== 0) throw new AppError('conflict', 'a branch of this party has that number');
}

/** Branches belong to a KvK number, and mandates may name its stand-in for having none. */
async function refuseBranchesLeft({ client }: Acting, partyId: PartyId, { value }: Identifier): Promise<void> {
  const { rowCount } = await client.query('select from branches where party_id = $1 limit 1', [partyId]);
  if (rowCount !== 0) throw new AppError('conflict', 'the party has branches of this KvK number');
  await refuseNamed(client, partyId, `0000${value}`);
}
