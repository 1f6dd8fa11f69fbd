import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';

export interface ReconfirmationsAsked {
  party: PartyId;
  open: boolean;
  limit: number;
  /** (asked_at, id) of the last one of the page before. */
  after?: readonly [string, string];
}

export interface ReconfirmationView {
  reconfirmation_id: string;
  asked_at: string;
  [field: string]: unknown;
}

/**
 * What a party is asked to confirm, newest first, for whoever sees all its mandates (R123).
 * @throws AppError `act_refused`
 */
export async function listReconfirmations(acting: Acting, asked: ReconfirmationsAsked): Promise<ReconfirmationView[]> {
  await acting.authorise({ name: 'mandate.view', party: asked.party });
  const [at, id] = asked.after ?? [null, null];
  const { rows } = await acting.client.query<{ view: ReconfirmationView }>(
    `select jsonb_strip_nulls(jsonb_build_object(
       'reconfirmation_id', r.reconfirmation_id, 'represented', party_view(r.represented),
       'delegate', party_view(r.delegate), 'mandates', r.mandates, 'asked_of', r.asked_of,
       'asked_at', utc(r.asked_at), 'repeated_at', utc(r.repeated_at), 'due_at', utc(r.due_at),
       'outcome', r.outcome, 'settled_at', utc(r.settled_at))) as view
     from reconfirmations r
     where r.represented = $1 and (not $2 or r.settled_at is null)
       and ($3::timestamptz is null or (r.asked_at, r.reconfirmation_id) < ($3::timestamptz, $4::uuid))
     order by r.asked_at desc, r.reconfirmation_id desc limit $5`,
    [asked.party, asked.open, at, id, asked.limit],
  );
  return rows.map(({ view }) => view);
}
