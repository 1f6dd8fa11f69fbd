import { AppError, type Fault } from '../../domain/errors.ts';
import type { Loa } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { recordConsent, waiting } from '../grants/grant.ts';
import { grantedUnder, grantorOf, insertMandates, newRow } from '../grants/rows.ts';
import { findSides, representedOf, type Side } from '../grants/sides.ts';
import type { Columns, PartyWish } from '../grants/wish.ts';
import { answerMandate, type MandateAnswer } from '../life/answer.ts';
import type { PartyRef } from '../party-ref.ts';
import { limitColumns } from './limits.ts';

export interface Appointment {
  /** The organisation whose mandates he will manage. */
  party: PartyRef;
  manager: PartyWish;
  name?: string | undefined;
  /** His ceiling: he grants nothing above it (R86). */
  loa: Loa;
  branches: 'all' | readonly string[];
  services: 'all' | readonly string[];
  /** RFC 3339. Absent: now. */
  validFrom?: string | undefined;
  validUntil: string;
  evidence: readonly object[];
}

export interface Appointed extends MandateAnswer {
  /** Other legal representatives must consent first (R51, R92). */
  waits: boolean;
}

/** A manager is appointed by a mandate like any other, on the register's own service (R89, R91, R106). */
export async function appointManager(acting: Acting, wish: Appointment): Promise<Appointed> {
  const represented = await representedOf(acting, wish.party);
  const manager = await findManager(acting, wish, represented);
  const mandate = newRow(represented, manager, await managing(acting, wish, represented, manager));
  const [verdict] = await acting.authorise({ name: 'manager.appoint', mandate });
  if (verdict === undefined) throw new AppError('internal', 'no verdict');
  await requireServices(acting, wish.services);
  await requireLevel(acting, wish.loa);
  const waits = verdict.holders_required !== null;
  const granted_under = await grantedUnder(acting.client, verdict, mandate);
  await insertMandates(acting.client, [{ ...mandate, granted_under, ...waiting(acting, verdict) }]);
  if (waits) await recordConsent(acting, mandate.mandate_id);
  return { ...(await answerMandate(acting.client, mandate.mandate_id)), waits };
}

/** Whoever may appoint nobody is not told whom the register does not know: the represented stands in for the manager. */
async function findManager(acting: Acting, wish: Appointment, represented: Side): Promise<Side> {
  const faults: Fault[] = [];
  const [side] = await findSides(acting, [wish.manager], '/manager', faults);
  if (side && side.kind !== 'person') faults.push({ at: '/manager/0/party', message: 'a manager is a person' });
  if (side && faults.length === 0) return side;
  const standIn: Side = { ...represented, kind: 'person' };
  const mandate = newRow(represented, standIn, await managing(acting, wish, represented, standIn));
  await acting.authorise({ name: 'manager.appoint', mandate });
  const here = faults.map(({ at, message }) => ({ at: at.replace('/manager/0', '/manager'), message }));
  throw new AppError('invalid_request', 'the manager cannot be found', { faults: here });
}

/** @throws AppError `invalid_request`: a limit to what does not exist would look like one */
export async function requireServices({ client }: Acting, services: 'all' | readonly string[]): Promise<void> {
  if (services === 'all') return;
  const { rows } = await client.query<{ place: number }>(
    `select place::integer - 1 as place from unnest($1::uuid[]) with ordinality as asked (service_uuid, place)
     where not exists (select from services s where s.service_uuid = asked.service_uuid)`,
    [services],
  );
  if (rows.length === 0) return;
  const faults = rows.map(({ place }) => ({ at: `/services/${place}`, message: 'no service is known by this' }));
  throw new AppError('invalid_request', 'a service is unknown', { faults });
}

/** @throws AppError `invalid_request`: at a lower level than managing asks he would manage nothing */
export async function requireLevel({ client, manage }: Acting, loa: Loa | undefined): Promise<void> {
  if (loa === undefined) return;
  const { rowCount } = await client.query(
    'select from services where service_uuid = $1 and loa_rank(loa) <= loa_rank($2)',
    [manage.serviceUuid, loa],
  );
  if (rowCount === 1) return;
  const faults = [{ at: '/loa', message: 'is below the level that managing mandates asks' }];
  throw new AppError('invalid_request', 'nobody manages at this level', { faults });
}

async function managing(acting: Acting, wish: Appointment, represented: Side, manager: Side): Promise<Columns> {
  const now = acting.now.toISOString();
  return {
    name: wish.name ?? `${manager.name} beheert machtigingen van ${represented.name}`,
    kind: 'employee',
    status: 'active',
    services: [acting.manage.serviceUuid],
    all_cases: true,
    loa: wish.loa,
    valid_from: wish.validFrom ?? now,
    valid_until: wish.validUntil,
    granted_by: await grantorOf(acting, 'employee'),
    granted_at: now,
    evidence: wish.evidence,
    ...limitColumns(wish),
  };
}
