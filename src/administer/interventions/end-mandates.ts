import type pg from 'pg';
import type { PartyId } from '../../domain/facts.ts';
import type { Effect } from './effects.ts';

export interface Ending {
  party: PartyId;
  /** Firms that the party alone owns, locked as it is. */
  firms: readonly PartyId[];
  since: Date;
  effect: Effect;
  /** Becomes the cause of their status. */
  interventionId: string;
}

/**
 * Ends at once what the intervention ends, in any number: what is active or suspended is revoked, what still waits
 * lapses, and what was passed on goes with it (R50, R113, R114). No mandate comes through here one by one.
 * @returns how many ended, onward mandates included
 */
export async function endMandates(client: pg.ClientBase, ending: Ending): Promise<number> {
  const { effect, party, firms, since, interventionId } = ending;
  const cause = `intervention ${interventionId}`;
  const { rowCount } = await client.query(
    `with doomed as (
       select mandate_id from mandates
       where not is_final(status) and (
         represented = $1 and kind = any ($2) and not ($4 and survivor)
           and not ($5 and granted_under is not null and granted_at >= $6)
         or represented = any ($8) and kind in ('employee', 'business')
           and not (granted_under is not null and granted_at >= $6)
         or delegate = $1 and kind = any ($3))
       order by mandate_id for update)
     update mandates m
     set status = case when m.status in ('active', 'suspended') then 'revoked' else 'lapsed' end, status_cause = $7
     from doomed where m.mandate_id = doomed.mandate_id`,
    [
      party,
      effect.granted,
      effect.received,
      effect.keepsSurvivors === true,
      effect.keepsWhatOthersGranted === true,
      since,
      cause,
      firms,
    ],
  );
  const parties = [party, ...firms];
  if (effect.granted.length > 0) await withdrawOffers(client, parties);
  return (rowCount ?? 0) + (await countOnward(client, parties, cause));
}

/** What was offered with a code, and names nobody yet, stands in no mandate. */
async function withdrawOffers(client: pg.ClientBase, parties: readonly PartyId[]): Promise<void> {
  await client.query(
    `update offers set withdrawn_at = greatest(now(), offered_at)
     where represented = any ($1) and activated_at is null and withdrawn_at is null`,
    [parties],
  );
}

/** Those that the register ended with their parents: their cause names the parent. */
async function countOnward(client: pg.ClientBase, parties: readonly PartyId[], cause: string): Promise<number> {
  const { rows } = await client.query<{ ended: number }>(
    `select count(*)::integer as ended from mandates parent join mandates onward on onward.derived_from = parent.mandate_id
     where (parent.represented = any ($1) or parent.delegate = any ($1)) and parent.status_cause = $2
       and onward.status_cause = format('parent %s revoked', parent.mandate_id)`,
    [parties, cause],
  );
  return rows[0]?.ended ?? 0;
}
