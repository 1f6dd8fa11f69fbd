import { AppError, type Fault } from '../../domain/errors.ts';
import type { FollowUp, Loa, REACHES } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { findSides } from '../grants/sides.ts';
import type { PartyWish } from '../grants/wish.ts';
import { managersLeft } from '../managers/left.ts';
import { answerMandate, type MandateAnswer } from './answer.ts';
import type { LifeRow } from './lock.ts';
import { type OneMandate, openMandate, permit, refuseAlone } from './permit.ts';
import { type Columns, hasEnded, updateMandate } from './rows.ts';

/** What is absent stays as it is; null takes away. */
export interface MandateChange {
  name?: string | undefined;
  services?: readonly string[] | undefined;
  /** Without a version: the one confirmed before, or of a set that is new to it the newest. */
  sets?: readonly { set_id: string; version?: number | undefined }[] | undefined;
  /** OIN of the owner all of whose services it covers. */
  owner?: string | null | undefined;
  all_services?: boolean | undefined;
  operations?: 'all' | readonly string[] | undefined;
  branches?: 'all' | readonly string[] | undefined;
  cases?: 'all' | readonly string[] | undefined;
  loa?: Loa | undefined;
  reach?: (typeof REACHES)[number] | undefined;
  substitution?: boolean | undefined;
  joint?: { required: number; with: readonly PartyWish[] } | null | undefined;
  delegate_branch?: string | null | undefined;
  valid_until?: string | undefined;
  follow_up?: FollowUp | null | undefined;
  reads_messages?: boolean | undefined;
  /** Added to what was shown before. */
  evidence?: readonly object[] | undefined;
}

/** Narrower or wider, at once (R70, R78); never another party, kind or beginning, never beyond five years (R60). */
export async function changeMandate(
  acting: Acting,
  wish: OneMandate & { change: MandateChange },
): Promise<MandateAnswer> {
  const current = await openMandate(acting, wish);
  const mandate: LifeRow = { ...current, ...(await columnsOf(acting, current, wish.change)) };
  await permitChange(acting, wish, { name: 'mandate.change', current, mandate });
  await updateMandate(acting.client, mandate);
  return answerMandate(acting.client, wish.mandateId);
}

/** @throws AppError `not_found` | `act_refused` | `conflict` | `precondition_failed` | `invalid_request` */
export async function permitChange(
  acting: Acting,
  wish: OneMandate,
  act: { name: 'mandate.change' | 'manager.change'; current: LifeRow; mandate: LifeRow },
): Promise<void> {
  const { current, mandate } = act;
  if (await endsManaging(acting, current, mandate)) await permitDismissal(acting, wish, current);
  refuseAlone(await permit(acting, wish, act, current.status));
  if (hasEnded(current, acting.now)) throw new AppError('conflict', 'the mandate has ended: renew it');
  if (hasEnded(mandate, acting.now)) {
    const faults = [{ at: '/valid_until', message: 'lies in the past: revoke the mandate instead' }];
    throw new AppError('invalid_request', 'a mandate is not ended before now', { faults });
  }
}

/** Whether somebody may end what makes another a manager (R92). */
export async function permitDismissal(acting: Acting, wish: OneMandate, current: LifeRow): Promise<void> {
  const left = await managersLeft(acting, current.represented, [current.mandate_id]);
  const act = { name: 'manager.dismiss', current, ...(left !== undefined && { managers_left: left }) } as const;
  await permit(acting, wish, act, 'revoked');
}

/** Whether a change takes a manager away, or limits one who was not: then it is a dismissal as well. */
async function endsManaging({ client, manage, now }: Acting, current: LifeRow, mandate: LifeRow): Promise<boolean> {
  const { rows } = await client.query<{ goes: boolean }>(
    `select is_managing(c, $3, $4) and not (is_managing(n, $3, $4) and (is_unlimited(n) or not is_unlimited(c))) as goes
     from jsonb_populate_record(null::mandates, $1) as c, jsonb_populate_record(null::mandates, $2) as n`,
    [JSON.stringify(current), JSON.stringify(mandate), manage.serviceUuid, now],
  );
  return rows[0]?.goes === true;
}

/** The columns that a change sets. Whether they make sense together, the register says. */
export async function columnsOf(acting: Acting, row: LifeRow, change: MandateChange): Promise<Columns> {
  const columns: Columns = {
    ...plainColumns(change),
    ...listColumns('operations', change.operations),
    ...listColumns('branches', change.branches),
    ...listColumns('cases', change.cases),
  };
  if (change.owner !== undefined) columns.owner_id = await ownerColumn(acting, change.owner);
  if (change.sets) columns.sets = await setColumn(acting, row, change.sets);
  if (change.evidence) columns.evidence = [...row.evidence, ...change.evidence];
  if (change.joint !== undefined) Object.assign(columns, await jointColumns(acting, change.joint));
  return columns;
}

const PLAIN = [
  'name',
  'services',
  'all_services',
  'loa',
  'reach',
  'substitution',
  'delegate_branch',
  'valid_until',
  'follow_up',
  'reads_messages',
] as const;

function plainColumns(change: MandateChange): Columns {
  return Object.fromEntries(PLAIN.flatMap((name) => (change[name] === undefined ? [] : [[name, change[name]]])));
}

/** Unlimited is a flag of its own, and the list beside it is then empty. */
function listColumns(name: 'operations' | 'branches' | 'cases', list: 'all' | readonly string[] | undefined): Columns {
  if (list === undefined) return {};
  return { [`all_${name}`]: list === 'all', [name]: list === 'all' ? [] : list };
}

async function ownerColumn({ client }: Acting, oin: string | null): Promise<string | null> {
  if (oin === null) return null;
  const { rows } = await client.query<{ owner_id: string }>('select owner_id from service_owners where oin = $1', [
    oin,
  ]);
  const owner = rows[0]?.owner_id;
  if (owner !== undefined) return owner;
  const faults = [{ at: '/owner', message: 'no service owner is known by this' }];
  throw new AppError('invalid_request', 'a service owner is unknown', { faults });
}

async function setColumn(
  { client }: Acting,
  row: LifeRow,
  sets: NonNullable<MandateChange['sets']>,
): Promise<{ set: string; version: number }[]> {
  const { rows } = await client.query<{ set_id: string; version: number }>(
    'select set_id, version from service_sets where set_id = any ($1) for share',
    [sets.map(({ set_id }) => set_id)],
  );
  const newest = new Map(rows.map(({ set_id, version }) => [set_id, version]));
  return sets.map(({ set_id, version }, place) => {
    const confirmed = row.sets.find(({ set }) => set === set_id)?.version;
    const chosen = version ?? confirmed ?? newest.get(set_id);
    if (chosen !== undefined && newest.has(set_id)) return { set: set_id, version: chosen };
    const faults = [{ at: `/sets/${place}/set_id`, message: 'no set is known by this' }];
    throw new AppError('invalid_request', 'a service set is unknown', { faults });
  });
}

async function jointColumns(acting: Acting, joint: MandateChange['joint']): Promise<Columns> {
  if (!joint) return { joint_required: null, joint_with: [] };
  const faults: Fault[] = [];
  const holders = await findSides(acting, joint.with, '/joint/with', faults);
  if (faults.length > 0) throw new AppError('invalid_request', 'a co-holder is unknown', { faults });
  return { joint_required: joint.required, joint_with: holders.map(({ partyId }) => partyId) };
}
