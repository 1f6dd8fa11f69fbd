import type pg from 'pg';
import type { PartyId } from '../../domain/facts.ts';

/** What may be told of a party, never a personal number; the shape is `partyDetails` in src/http/admin/operations/party-schemas.ts. */
export interface PartyDetails extends Readonly<Record<string, unknown>> {
  party_id: PartyId;
  /** Absent when it was loaded without a change of its own. */
  revision?: string;
}

export async function detailsOf(client: pg.ClientBase, ids: readonly PartyId[]): Promise<PartyDetails[]> {
  const { rows } = await client.query<{ details: PartyDetails }>(
    `select party_details(p) as details from unnest($1::uuid[]) with ordinality as asked (party_id, place)
     join parties p using (party_id) order by place`,
    [ids],
  );
  return rows.map(({ details }) => details);
}

/**
 * One that was just written, with the revision that this transaction gives it. The last thing a use case does: drawing
 * the revision makes all other writers wait.
 */
export async function detailsAfter(client: pg.ClientBase, id: PartyId): Promise<PartyDetails> {
  await client.query('set constraints all immediate');
  return detailsOfOne(client, id);
}

/** One that is known to be there. */
export async function detailsOfOne(client: pg.ClientBase, id: PartyId): Promise<PartyDetails> {
  const [details] = await detailsOf(client, [id]);
  return details ?? { party_id: id };
}
