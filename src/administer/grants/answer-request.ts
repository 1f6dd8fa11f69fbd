import { AppError, type Fault } from '../../domain/errors.ts';
import type { Acting, MandateRow } from '../acting.ts';
import type { LifeRow } from '../life/lock.ts';
import { hideUnseen } from '../life/permit.ts';
import { columnsOf } from './columns.ts';
import { recordConsent, waiting } from './grant.ts';
import { periodColumns, startNotBefore } from './period.ts';
import { answerMandates, grantedUnder, grantorOf, refuseFaults, updateMandate } from './rows.ts';
import { lockMandate, refuseUnlessWaiting } from './standing.ts';
import type { Columns, MandateWish, Said } from './wish.ts';

/** What whoever approves may say otherwise than it was asked; only less, never more. */
export type Narrowing = Pick<
  Said<MandateWish>,
  | 'name'
  | 'services'
  | 'sets'
  | 'owner'
  | 'all_services'
  | 'operations'
  | 'branches'
  | 'cases'
  | 'loa'
  | 'reach'
  | 'substitution'
  | 'valid_from'
  | 'valid_until'
  | 'survivor'
  | 'follow_up'
  | 'reads_messages'
  | 'evidence'
>;

export interface ApproveWish {
  mandateId: string;
  /** Revision of the request as he saw it: he approves that and nothing else. */
  seen: string | undefined;
  narrowing: Narrowing;
}

/**
 * Approves a request: from now on it is a mandate (R64), granted by whoever approves. Takes what a grant takes, also
 * that others agree where the grantor's rules ask for it.
 * @throws AppError `not_found` | `act_refused` | `conflict` | `precondition_failed` | `invalid_request`
 */
export async function approveRequest(acting: Acting, wish: ApproveWish): Promise<unknown> {
  const current = await lockMandate(acting, wish.mandateId);
  return hideUnseen(acting, current, () => approve(acting, current, wish));
}

async function approve(
  acting: Acting,
  current: LifeRow,
  { mandateId, seen, narrowing }: ApproveWish,
): Promise<unknown> {
  const faults: Fault[] = [];
  const columns = await approvedColumns(acting, current, narrowing, faults);
  const mandate: MandateRow = { ...current, ...columns };
  await refuseFaults(acting, current.represented, faults);
  const [verdict] = await acting.authorise({ name: 'mandate.approve', current, mandate });
  await refuseUnlessWaiting(acting, current, { act: 'mandate.approve', to: 'active', seen });
  await refuseWidening(acting, mandate, current);
  if (verdict === undefined) throw new AppError('internal', 'an approval without a verdict');
  const granted_under = await grantedUnder(acting.client, verdict, mandate);
  await updateMandate(acting.client, mandateId, { ...columns, granted_under, ...waiting(acting, verdict) });
  if (verdict.holders_required !== null) await recordConsent(acting, mandateId);
  const [view] = await answerMandates(acting, [mandateId]);
  return view;
}

async function approvedColumns(
  acting: Acting,
  current: MandateRow,
  narrowing: Narrowing,
  faults: Fault[],
): Promise<Columns> {
  const said = await columnsOf(acting, narrowing, current.represented, faults);
  const from = said.valid_from ?? startNotBefore(acting.now, current.valid_from);
  const kept = Array.isArray(current.evidence) ? current.evidence : [];
  const { kind, valid_until } = current;
  return {
    ...said,
    ...(narrowing.evidence && { evidence: [...kept, ...narrowing.evidence] }),
    ...(await periodColumns(acting, { kind, valid_until, ...said, valid_from: from }, faults)),
    status: 'active',
    lapses_at: null,
    granted_by: await grantorOf(acting, current.kind),
    granted_at: acting.now.toISOString(),
  };
}

async function refuseWidening({ client }: Acting, approved: MandateRow, asked: MandateRow): Promise<void> {
  const { rows } = await client.query<{ beyond: string | null }>(
    `select beyond_what_was_asked(jsonb_populate_record(null::mandates, $1), jsonb_populate_record(null::mandates, $2))
       as beyond`,
    [JSON.stringify(approved), JSON.stringify(asked)],
  );
  const beyond = rows[0]?.beyond;
  if (beyond == null) return;
  throw new AppError('invalid_request', 'an approval may narrow what was asked, never widen it', {
    faults: [{ at: '', message: beyond }],
  });
}

/** Rejects a request, or an offer that waits for this co-grantor; the reason stays with it. */
export async function rejectRequest(
  acting: Acting,
  wish: { mandateId: string; seen?: string | undefined; reason: string },
): Promise<unknown> {
  return endWaiting(acting, { ...wish, act: 'mandate.reject', to: 'rejected' });
}

/** The intended delegate takes back his request. */
export async function withdrawRequest(
  acting: Acting,
  wish: { mandateId: string; seen?: string | undefined; reason?: string | undefined },
): Promise<unknown> {
  return endWaiting(acting, { ...wish, act: 'mandate.withdraw', to: 'withdrawn' });
}

interface Ending {
  mandateId: string;
  seen?: string | undefined;
  reason?: string | undefined;
  act: 'mandate.reject' | 'mandate.withdraw';
  to: 'rejected' | 'withdrawn';
}

/** Ends what waits. Such a mandate never was in force, and this is final. */
export async function endWaiting(acting: Acting, { mandateId, seen, reason, act, to }: Ending): Promise<unknown> {
  const current = await lockMandate(acting, mandateId);
  await hideUnseen(acting, current, () => acting.authorise({ name: act, current }));
  await refuseUnlessWaiting(acting, current, { act, to, seen });
  await updateMandate(acting.client, mandateId, { status: to, status_cause: reason ?? null, lapses_at: null });
  const [view] = await answerMandates(acting, [mandateId]);
  return view;
}
