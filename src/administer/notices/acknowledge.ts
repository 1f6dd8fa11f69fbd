import type { Acting } from '../acting.ts';
import { unlessHidden } from '../insight/hidden.ts';

/**
 * Notes that a notice was read, by whom and when; the first time counts.
 * @throws AppError `not_found`, also for a notice of a party that is not his to see
 */
export async function acknowledgeNotice(acting: Acting, noticeId: string): Promise<{ acknowledged_at: string }> {
  return unlessHidden('no such notice, or it is not yours to see', async () => {
    const { rows } = await acting.client.query<{ party_id: string }>(
      'select party_id from notices where notice_id = $1 for update',
      [noticeId],
    );
    const party = rows[0]?.party_id;
    if (party === undefined) return undefined;
    await acting.authorise({ name: 'mandate.view', party });
    const { rows: noted } = await acting.client.query<{ acknowledged_at: string }>(
      `update notices set acknowledged_at = coalesce(acknowledged_at, $2),
         acknowledged_by = case when acknowledged_at is null then $3 else acknowledged_by end
       where notice_id = $1 returning utc(acknowledged_at) as acknowledged_at`,
      [noticeId, acting.now, acting.actor ?? null],
    );
    return noted[0];
  });
}
