import type { InterventionKind } from '../../domain/administration.ts';
import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { viewParty } from '../parties/find-parties.ts';
import { lockParty } from '../parties/lock-party.ts';
import { personalNumberFaults } from '../parties/personal-number.ts';
import { sourceOf } from '../parties/source.ts';
import { type InterventionView, viewIntervention } from './intervene.ts';

export interface EndWish {
  partyId: PartyId;
  interventionId: string;
  /** From then on the party is no longer in the state. */
  endedAt: Date;
  reference: string;
  /** Channels over which a court's word was verified (R104). */
  verifiedBy?: readonly string[];
}

interface Said {
  kind: InterventionKind;
  state: string | null;
  since: Date;
  source: string;
  ended_at: Date | null;
}

/**
 * A bankruptcy was lifted, a bewind ended: the state ends, and nothing else. What was revoked stays revoked and is
 * granted again by whoever may. A source takes back what it said itself; what another said, only whoever keeps the
 * register of parties.
 * @throws AppError `not_found` | `act_refused` | `invalid_request` | `conflict` (has ended at another moment)
 */
export async function endIntervention(acting: Acting, wish: EndWish): Promise<InterventionView> {
  const { client } = acting;
  const { partyId, interventionId, endedAt, reference } = wish;
  await lockParty(client, partyId);
  const verified = wish.verifiedBy && { verified_by: [...wish.verifiedBy] };
  const said = await lockSaid(acting, wish);
  await acting.authorise({ name: 'party.intervene', party: partyId, intervention: said.kind, ...verified });
  if (said.source !== sourceOf(acting)) await acting.authorise({ name: 'party.change', party: partyId });
  if (said.ended_at !== null) {
    if (said.ended_at.getTime() === endedAt.getTime()) return viewIntervention(acting, interventionId);
    throw new AppError('conflict', 'it has ended already');
  }
  const faults = personalNumberFaults([{ at: '/reference', text: reference }]);
  if (endedAt <= said.since) faults.push({ at: '/ended_at', message: 'must be after the intervention began' });
  if (faults.length > 0) throw new AppError('invalid_request', 'it cannot end so', { faults });
  await client.query('update interventions set ended_at = $2, end_reference = $3 where intervention_id = $1', [
    interventionId,
    endedAt,
    reference,
  ]);
  // Another intervention may rest on the same state: then the party stays in it.
  await client.query(
    `update party_states s set until = $5
     where s.party_id = $1 and s.state = $2 and s.since = $3 and s.source = $4 and not exists (
       select from interventions i where (i.party_id, i.state, i.since, i.source) = (s.party_id, s.state, s.since, s.source)
         and i.ended_at is null)`,
    [partyId, said.state, said.since, said.source, endedAt],
  );
  return viewIntervention(acting, interventionId);
}

async function lockSaid({ client }: Acting, { partyId, interventionId }: EndWish): Promise<Said> {
  const { rows } = await client.query<Said>(
    `select kind, state, since, source, ended_at from interventions
     where intervention_id = $1 and party_id = $2 for update`,
    [interventionId, partyId],
  );
  const [said] = rows;
  if (said === undefined) throw new AppError('not_found', 'the party has no such intervention');
  return said;
}

/** For whoever may look at the party. @throws AppError `not_found` */
export async function listInterventions(acting: Acting, partyId: PartyId): Promise<InterventionView[]> {
  await viewParty(acting, partyId);
  const { rows } = await acting.client.query<{ view: InterventionView }>(
    `select intervention_view(i) as view from interventions i where party_id = $1
     order by recorded_at, intervention_id`,
    [partyId],
  );
  return rows.map(({ view }) => view);
}
