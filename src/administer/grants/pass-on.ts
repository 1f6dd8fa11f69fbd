import { AppError, type Fault } from '../../domain/errors.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { hideUnseen } from '../life/permit.ts';
import { columnsOf } from './columns.ts';
import { type Granted, named, settleGrant } from './grant.ts';
import { periodColumns, startNotBefore } from './period.ts';
import { grantorOf, refuseFaults } from './rows.ts';
import { findSides, readSides, type Side } from './sides.ts';
import { lockMandate } from './standing.ts';
import type { Columns, MandateWish, PartyWish, Said } from './wish.ts';

export interface PassOnWish extends Said<MandateWish> {
  parentId: string;
  delegates: readonly PartyWish[];
  dry_run?: boolean | undefined;
}

/** What a mandate that is passed on takes from its parent when nothing else is said. */
const INHERITED = [
  'kind',
  'services',
  'sets',
  'owner_id',
  'all_services',
  'all_operations',
  'operations',
  'all_branches',
  'branches',
  'all_cases',
  'cases',
  'loa',
  'reach',
  'joint_required',
  'joint_with',
  'valid_until',
  'survivor',
  'follow_up',
  'reads_messages',
] as const;

/**
 * Passes a mandate on under the right of substitution (R50): onward mandates derive from it, stay within it (the
 * register refuses what does not) and end with it.
 * @throws AppError `not_found` | `act_refused` | `invalid_request` with all faults
 */
export async function passOn(acting: Acting, wish: PassOnWish): Promise<Granted> {
  const parent = await lockMandate(acting, wish.parentId);
  return hideUnseen(acting, parent, () => passOnSeen(acting, parent, wish));
}

async function passOnSeen(acting: Acting, parent: MandateRow, wish: PassOnWish): Promise<Granted> {
  const faults: Fault[] = [];
  const [represented] = await readSides(acting, [parent.represented]);
  if (represented === undefined) throw new AppError('not_found', 'there is no such mandate');
  const delegates = await findSides(acting, wish.delegates, '/delegates', faults);
  const columns = await onwardColumns(acting, wish, parent, represented, faults);
  await refuseFaults(acting, parent.delegate, faults);
  const rows = await named(acting, represented, delegates, columns);
  const verdicts = await acting.authorise(...rows.map((mandate) => ({ name: 'mandate.pass_on', mandate }) as const));
  return settleGrant(acting, rows, verdicts, wish.dry_run === true);
}

async function onwardColumns(
  acting: Acting,
  wish: PassOnWish,
  parent: MandateRow,
  represented: Side,
  faults: Fault[],
): Promise<Columns> {
  const said = await columnsOf(acting, wish, represented.partyId, faults);
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, parent[name]]));
  const columns: Columns = {
    ...inherited,
    ...said,
    derived_from: parent.mandate_id,
    parent_delegate: parent.delegate,
    valid_from: said.valid_from ?? startNotBefore(acting.now, parent.valid_from),
  };
  const isEmployee = columns.kind === 'employee';
  return {
    ...columns,
    ...(!isEmployee && said.reach === undefined && { reach: null }),
    ...(await periodColumns(acting, columns, faults)),
    granted_by: await grantorOf(acting, columns.kind),
    granted_at: acting.now.toISOString(),
    status: 'active',
  };
}
