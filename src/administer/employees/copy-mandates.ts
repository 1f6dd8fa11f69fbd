import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { type Granted, settleGrant } from '../grants/grant.ts';
import { grantorOf } from '../grants/rows.ts';
import { findSides, type Side } from '../grants/sides.ts';
import type { PartyWish } from '../grants/wish.ts';
import type { LifeRow } from '../life/lock.ts';
import { successorOf } from '../life/rows.ts';
import { namedParty } from '../parties/named-party.ts';
import type { PartyRef } from '../party-ref.ts';
import { employerOf } from './employer.ts';

export interface CopyWish {
  employer: PartyRef;
  /** The colleague who has them. */
  employee: PartyId;
  /** Who gets the same. */
  to: PartyWish;
  /** Of his mandates only these. */
  mandates?: readonly string[] | undefined;
  /** Say what he lacks, and grant nothing. */
  dry_run?: boolean | undefined;
}

/**
 * Gives an employee what a colleague may do for this employer and he may not yet, each for the time that it has left
 * (R57, R93). What is held jointly, or was passed on, is granted by itself.
 * @throws AppError `act_refused` | `invalid_request` | `conflict` when he lacks nothing
 */
export async function copyMandates(acting: Acting, wish: CopyWish): Promise<Granted> {
  const employer = await employerOf(acting, await namedParty(acting, wish.employer, '/employer'));
  await acting.authorise({ name: 'party.view', party: employer.partyId });
  const faults: Fault[] = [];
  const [side] = await findSides(acting, [wish.to], '/to', faults);
  if (faults.length > 0 || side === undefined) {
    const here = faults.map(({ at, message }) => ({ at: at.replace('/to/0', '/to'), message }));
    throw new AppError('invalid_request', 'who gets the same cannot be found', { faults: here });
  }
  const found = await lacking(acting, employer.partyId, side, wish);
  if (found.length === 0) throw new AppError('conflict', 'there is nothing that he has not got already');
  const granted_by = await grantorOf(acting, 'employee');
  const rows = found.map((old) => successorOf(acting, old, { granted_by, ...begins(acting, old, side) }));
  const verdicts = await acting.authorise(...rows.map((mandate) => ({ name: 'mandate.grant', mandate }) as const));
  return settleGrant(acting, rows, verdicts, wish.dry_run === true);
}

function begins({ now }: Acting, old: LifeRow, { partyId, kind, branch }: Side) {
  const from = new Date(Math.max(now.getTime(), Date.parse(old.valid_from))).toISOString();
  return { delegate: partyId, delegate_kind: kind, delegate_branch: branch ?? null, valid_from: from };
}

/** In force or still to begin, and of nothing like it has the other the same. */
async function lacking({ client, now }: Acting, employer: PartyId, side: Side, wish: CopyWish): Promise<LifeRow[]> {
  const { rows } = await client.query<{ row: LifeRow }>(
    `select to_jsonb(m) as row from mandates m
     where m.represented = $1 and m.delegate = $2 and m.kind = 'employee' and m.status = 'active'
       and m.valid_until > $4 and m.joint_required is null and m.derived_from is null
       and ($5::uuid[] is null or m.mandate_id = any ($5))
       and not exists (select from mandates o where o.represented = $1 and o.delegate = $3 and o.kind = 'employee'
         and o.status = 'active' and o.valid_until >= m.valid_until and o.joint_required is null
         and (o.services, o.sets, o.all_services, o.all_operations, o.operations, o.all_branches, o.branches, o.all_cases,
              o.cases, o.loa, o.reach) = (m.services, m.sets, m.all_services, m.all_operations, m.operations,
              m.all_branches, m.branches, m.all_cases, m.cases, m.loa, m.reach)
         and o.owner_id is not distinct from m.owner_id and o.substitution = m.substitution)
     order by m.mandate_id limit 100`,
    [employer, wish.employee, side.partyId, now, wish.mandates ?? null],
  );
  return rows.map(({ row }) => row);
}
