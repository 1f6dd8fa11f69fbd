import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { askedParty, type Sight } from '../insight/asked-party.ts';
import { visibleOnly } from '../insight/visible.ts';

/**
 * Notes that a notice was read, by whom and when; the first time counts.
 * @throws AppError `not_found`, also for a notice of a party that is not his to see
 */
export async function acknowledgeNotice(acting: Acting, noticeId: string): Promise<{ acknowledged_at: string }> {
  const { rows } = await acting.client.query<{ party_id: string; mandate_id: string | null }>(
    'select party_id, mandate_id from notices where notice_id = $1',
    [noticeId],
  );
  const hidden = () => new AppError('not_found', 'no such notice, or it is not yours to see');
  const [notice] = rows;
  if (notice === undefined) throw hidden();
  const sight = await askedParty(acting, { partyId: notice.party_id });
  if (!(await isHis(acting, sight, notice.mandate_id))) throw hidden();
  const { rows: noted } = await acting.client.query<{ acknowledged_at: string }>(
    `update notices set acknowledged_at = coalesce(acknowledged_at, $2),
       acknowledged_by = case when acknowledged_at is null then $3 else acknowledged_by end
     where notice_id = $1 returning utc(acknowledged_at) as acknowledged_at`,
    [noticeId, acting.now, acting.actor ?? null],
  );
  const [first] = noted;
  if (first === undefined) throw hidden();
  return first;
}

async function isHis(acting: Acting, sight: Sight, mandateId: string | null): Promise<boolean> {
  if (sight.owner) return false;
  if (mandateId === null) return !sight.isPartial;
  return (await visibleOnly(acting, sight, [mandateId])).length > 0;
}
