import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { askedParty } from '../insight/asked-party.ts';
import { visibleOnly } from '../insight/visible.ts';
import type { PartyRef } from '../party-ref.ts';
import { type NoticeFacts, noticeText } from './notice-text.ts';

export interface NoticesWish {
  /** By default the party he logged in for, or himself. */
  party?: PartyRef;
  unacknowledged: boolean;
  mandateId?: string;
  /** Place of the last item of the page before. */
  after?: number;
  limit: number;
}

interface Row extends NoticeFacts {
  notice_id: string;
  place: string;
  mandate_id: string | null;
  revision: string | null;
  created_at: string;
  acknowledged_at: string | null;
  acknowledged_by: unknown;
}

/**
 * What a party was told, newest first (R124).
 * @throws AppError `not_found` | `act_refused` | `invalid_request`
 */
export async function searchNotices(
  acting: Acting,
  wish: NoticesWish,
): Promise<{ items: Record<string, unknown>[]; next?: number }> {
  const sight = await askedParty(acting, wish.party);
  // A service owner is told by the feed of events.
  if (sight.owner) throw new AppError('not_found', "a party's notices are for the party");
  const { rows } = await acting.client.query<Row>(NOTICES, [
    sight.party,
    wish.unacknowledged,
    wish.mandateId ?? null,
    wish.after ?? null,
    wish.limit + 1,
  ]);
  const page = rows.slice(0, wish.limit);
  const last = rows.length > wish.limit ? page.at(-1) : undefined;
  const about = page.flatMap(({ mandate_id }) => (mandate_id === null ? [] : [mandate_id]));
  const seen = new Set(await visibleOnly(acting, sight, [...new Set(about)]));
  const own = page.filter(({ mandate_id }) => (mandate_id === null ? !sight.isPartial : seen.has(mandate_id)));
  return { items: own.map(toItem), ...(last && { next: Number(last.place) }) };
}

const NOTICES = `
  select n.notice_id, n.place, n.party_id, n.mandate_id, n.kind, n.details, utc(n.created_at) as created_at,
    (select c.epoch || '.' || c.revision from changes c where c.revision = n.revision) as revision,
    utc(n.acknowledged_at) as acknowledged_at, party_view(n.acknowledged_by) as acknowledged_by,
    (select jsonb_build_object('name', m.name, 'cause', m.status_cause, 'represented', party_view(m.represented), 'delegate', party_view(m.delegate))
      from mandates m where m.mandate_id = n.mandate_id) as mandate
  from notices n
  where n.party_id = $1 and (not $2 or n.acknowledged_at is null) and ($3::uuid is null or n.mandate_id = $3)
    and ($4::bigint is null or n.place < $4)
  order by n.place desc limit $5`;

function toItem(row: Row): Record<string, unknown> {
  const { notice_id, kind, created_at, mandate_id, revision, acknowledged_at, acknowledged_by } = row;
  return {
    notice_id,
    party_id: row.party_id,
    kind,
    text: noticeText({ ...row, ...(row.mandate ? { mandate: row.mandate } : {}) }),
    created_at,
    details: row.details,
    ...(mandate_id && { mandate_id }),
    ...(revision && { revision }),
    ...(acknowledged_at && { acknowledged_at }),
    ...(acknowledged_by ? { acknowledged_by } : {}),
  };
}
