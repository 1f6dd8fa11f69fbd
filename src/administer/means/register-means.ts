import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { toAliasRow } from '../../register/alias-row.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { lockParty } from '../parties/lock-party.ts';
import { namedParty } from '../parties/named-party.ts';
import { personalNumberFaults } from '../parties/personal-number.ts';
import type { PartyRef } from '../party-ref.ts';
import { type MeansView, meansAfter } from './view-means.ts';

export interface MeansWish {
  /** Pseudonym of the login scheme. */
  identifier: Identifier;
  person: PartyRef;
  /** The employer who issued it; absent: the person's own. */
  owner?: PartyRef;
  /** How it was established that it is this person's (R13, R138). */
  evidence: readonly { kind: string; reference?: string; checked_at?: string; valid_until?: string }[];
}

/**
 * Links a means to the person who has it. A person may have several, of several login schemes, and stays one person in
 * all of them (R14): whoever links one hands its holder all that the person may do.
 * @throws AppError `invalid_request` | `act_refused` | `conflict` when the pseudonym is somebody's already
 */
export async function registerMeans(acting: Acting, wish: MeansWish): Promise<MeansView> {
  const person = await namedParty(acting, wish.person, '/person');
  const owner = wish.owner && (await namedParty(acting, wish.owner, '/owner'));
  const { kind } = await lockParty(acting.client, person);
  await acting.authorise({ name: 'means.register', party: person, ...(owner && { means_owner: owner }) });
  const faults = await faultsOf(acting, wish, kind, owner);
  if (faults.length > 0) throw new AppError('invalid_request', 'the means cannot be registered so', { faults });
  if ((await acting.find(wish.identifier)) !== undefined) {
    throw new AppError('conflict', 'this means is registered already', {
      faults: [{ at: '/identifier', message: 'is registered already' }],
    });
  }
  const meansId = acting.keys.alias(wish.identifier);
  await insertRows(acting.client, 'aliases', [
    { ...toAliasRow(wish.identifier, { partyId: person, kind }, acting.keys), means_active: true, means_owner: owner },
  ]);
  await insertRows(acting.client, 'means_evidence', [
    { alias: `\\x${meansId}`, evidence: wish.evidence, registered_at: acting.now },
  ]);
  return meansAfter(acting, meansId);
}

async function faultsOf(
  { client }: Acting,
  { identifier, evidence }: MeansWish,
  kind: string,
  owner: PartyId | undefined,
): Promise<Fault[]> {
  const faults = personalNumberFaults(
    evidence.map(({ reference }, i) => ({ at: `/evidence/${i}/reference`, text: reference })),
  );
  if (identifier.scheme !== 'pseudonym') faults.push({ at: '/identifier', message: 'must be a pseudonym' });
  if (kind !== 'person') faults.push({ at: '/person', message: 'only persons have means' });
  if (owner === undefined) return faults;
  const { rowCount } = await client.query(`select from parties where party_id = $1 and kind = 'organisation'`, [owner]);
  if (rowCount !== 1) faults.push({ at: '/owner', message: 'must be an organisation: the employer who issued it' });
  return faults;
}
