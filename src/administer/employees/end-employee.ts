import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { withdrawOffer } from '../grants/offer-life.ts';
import { updateMandate } from '../grants/rows.ts';
import { lockMandate } from '../grants/standing.ts';
import { type BulkRevoked, revokeMany } from '../life/bulk-acts.ts';
import { lockRepresented } from '../life/lock.ts';
import { namedParty } from '../parties/named-party.ts';
import type { PartyRef } from '../party-ref.ts';
import { employerOf } from './employer.ts';

export interface Departure {
  employer: PartyRef;
  employee: PartyId;
  reason: string;
}

export interface Departed extends BulkRevoked {
  /** Requests and offers that waited. */
  withdrawn: number;
  /** Means of this employer that were switched off. */
  means_deactivated: number;
  /** What is not the employer's to end: what the law gives him. */
  remaining: { mandate_id: string; name: string; kind: string }[];
}

/**
 * An employee leaves: what he may do for this employer ends, with all that he passed on from it, what waits for him is
 * taken back, and the means that the employer issued no longer work; all of it at once, or nothing (R57, R70, R71, R77).
 * He stays who he is, and what others granted him stays his.
 * @throws AppError `act_refused`
 */
export async function endEmployee(acting: Acting, wish: Departure): Promise<Departed> {
  const { client } = acting;
  const { partyId: employer } = await employerOf(acting, await namedParty(acting, wish.employer, '/employer'));
  await acting.authorise({ name: 'means.deactivate', party: employer, means_owner: employer });
  const found = await findMandates(acting, employer, wish.employee);
  await lockRepresented(
    client,
    found.map(({ mandate_id }) => mandate_id),
  );
  const known = await client.query('select from aliases where means_owner = $1 and party_id = $2 limit 1', [
    employer,
    wish.employee,
  ]);
  if (found.length === 0 && known.rowCount === 0) {
    throw new AppError('conflict', 'he may do nothing for this employer, and has no means of it');
  }
  const standing = found.filter(({ status }) => status === 'active' || status === 'suspended');
  const ids = standing.filter(({ kind }) => kind === 'employee').map(({ mandate_id }) => mandate_id);
  const revoked =
    ids.length === 0
      ? { revoked: 0, onward: 0, suspended: 0 }
      : await revokeMany(acting, { selection: { ids }, act: 'mandate.revoke', reason: wish.reason });
  const waiting = found.filter(({ status }) => status === 'requested' || status === 'offered');
  for (const { mandate_id, status } of waiting) await takeBack(acting, mandate_id, status, wish.reason);
  const { rowCount } = await client.query(
    'update aliases set means_active = false where means_owner = $1 and party_id = $2 and means_active',
    [employer, wish.employee],
  );
  const remaining = standing
    .filter(({ kind, ended }) => kind !== 'employee' && !ended)
    .map(({ mandate_id, name, kind }) => ({ mandate_id, name, kind }));
  return { ...revoked, withdrawn: waiting.length, means_deactivated: rowCount ?? 0, remaining };
}

interface Found {
  mandate_id: string;
  name: string;
  kind: string;
  status: string;
  ended: boolean;
}

async function findMandates({ client, now }: Acting, employer: PartyId, employee: PartyId): Promise<Found[]> {
  const { rows } = await client.query<Found>(
    `select mandate_id, name, kind, status, coalesce(valid_until <= $3, false) as ended from mandates
     where represented = $1 and delegate = $2 and not is_final(status) order by mandate_id`,
    [employer, employee, now],
  );
  return rows;
}

async function takeBack(acting: Acting, mandateId: string, status: string, reason: string): Promise<void> {
  if (status === 'offered') return withdrawOffer(acting, { mandateId, reason });
  const current = await lockMandate(acting, mandateId);
  await acting.authorise({ name: 'mandate.reject', current });
  await updateMandate(acting.client, mandateId, { status: 'rejected', status_cause: reason, lapses_at: null });
}
