import { randomUUID } from 'node:crypto';
import type { InterventionKind } from '../../domain/administration.ts';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Act, Acting, MandateRow } from '../acting.ts';
import { insertMandates } from '../grants/rows.ts';
import { lockAllLives } from '../life/lock.ts';
import { type LockedParty, lockParty, refuseEarly } from '../parties/lock-party.ts';
import { personalNumberFaults } from '../parties/personal-number.ts';
import { sourceOf } from '../parties/source.ts';
import { EFFECTS } from './effects.ts';
import { endMandates } from './end-mandates.ts';
import { type SuccessorWish, successorRow } from './successor.ts';

export interface InterventionWish {
  kind: InterventionKind;
  since: Date;
  /** The case, ruling or entry on which it rests; the same again from the same source is the same intervention. */
  reference: string;
  /** Channels over which it was verified (R104). */
  verifiedBy?: readonly string[];
  successor?: SuccessorWish;
}

export type InterventionView = Readonly<Record<string, unknown>> & { intervention_id: string };

/** `created`: false when this source has said so before. */
export interface Intervened {
  intervention: InterventionView;
  created: boolean;
}

/**
 * Says what became of a party, and ends in the same transaction all that ends by it; a curator or new owner may be
 * mandated at once (R84, R113-R116, R121). Nothing that ended ever comes back.
 * @throws AppError `not_found` | `act_refused` | `invalid_request` | `conflict` (this reference meant something else)
 */
export async function intervene(acting: Acting, partyId: PartyId, wish: InterventionWish): Promise<Intervened> {
  const effect = EFFECTS[wish.kind];
  const verified = wish.verifiedBy && { verified_by: [...wish.verifiedBy] };
  const intervening: Act = { name: 'party.intervene', party: partyId, intervention: wish.kind, ...verified };
  await refuseEarly(acting, partyId, intervening);
  await lockAllLives(acting.client);
  const party = await lockParty(acting.client, partyId);
  const firms = effect.reachesFirms ? await lockFirms(acting, partyId) : [];
  await acting.authorise(intervening);
  const before = await findSaid(acting, partyId, wish);
  if (before !== undefined) return { intervention: before, created: false };
  refuseFaults(acting, party, wish);
  const about = { party: partyId, effect, since: wish.since };
  const successor = wish.successor && (await successorRow(acting, about, wish.successor));
  // Again, with what comes next: nothing has been written yet, and who acts is to be said of both.
  if (successor) await acting.authorise(intervening, { name: 'mandate.grant', mandate: successor, ...verified });
  await allowTime(acting);
  const interventionId = await write(acting, { ...party, firms }, wish, successor);
  return { intervention: await viewIntervention(acting, interventionId), created: true };
}

/** Ending 70,000 mandates, and recording each, takes longer than a statement is given otherwise. */
async function allowTime({ client }: Acting): Promise<void> {
  await client.query(`select set_config('statement_timeout', '10min', true)`);
}

/** An owner is his firm (docs/decisions/0009), unless others own it with him. */
async function lockFirms({ client }: Acting, owner: PartyId): Promise<PartyId[]> {
  const { rows } = await client.query<{ party_id: PartyId }>(
    `select party_id from parties where party_id in (
       select m.represented from mandates m
       where m.delegate = $1 and m.ground = 'owner' and m.status in ('active', 'suspended') and not exists (
         select from mandates other where other.represented = m.represented and other.ground = 'owner'
           and other.delegate <> $1 and other.status = 'active'))
     order by party_id for update`,
    [owner],
  );
  return rows.map(({ party_id }) => party_id);
}

/** @throws AppError `conflict` */
async function findSaid(
  acting: Acting,
  partyId: PartyId,
  { kind, since, reference }: InterventionWish,
): Promise<InterventionView | undefined> {
  const { rows } = await acting.client.query<{ intervention_id: string; kind: string; since: Date }>(
    'select intervention_id, kind, since from interventions where party_id = $1 and source = $2 and reference = $3',
    [partyId, sourceOf(acting), reference],
  );
  const [said] = rows;
  if (said === undefined) return undefined;
  if (said.kind === kind && said.since.getTime() === since.getTime()) {
    return viewIntervention(acting, said.intervention_id);
  }
  throw new AppError('conflict', 'this reference was of another intervention', {
    faults: [{ at: '/reference', message: 'names another intervention on this party' }],
  });
}

function refuseFaults({ now }: Acting, { kind }: LockedParty, wish: InterventionWish): void {
  const faults: Fault[] = personalNumberFaults([
    { at: '/reference', text: wish.reference },
    ...(wish.successor?.evidence ?? []).map(({ reference }, i) => ({
      at: `/successor/evidence/${i}/reference`,
      text: reference,
    })),
  ]);
  if (!EFFECTS[wish.kind].of.includes(kind)) faults.push({ at: '/kind', message: `does not happen to a ${kind}` });
  // What ends by it ends now: nothing may end for what is still to come.
  if (wish.since > now) faults.push({ at: '/since', message: 'lies in the future' });
  if (faults.length > 0) throw new AppError('invalid_request', 'the intervention cannot be recorded so', { faults });
}

async function write(
  acting: Acting,
  { party_id, kind, firms }: LockedParty & { firms: readonly PartyId[] },
  wish: InterventionWish,
  successor: MandateRow | undefined,
): Promise<string> {
  const { client, now } = acting;
  const { since, reference, verifiedBy } = wish;
  const effect = EFFECTS[wish.kind];
  const source = sourceOf(acting);
  const interventionId = randomUUID();
  if (effect.state !== null) {
    // The same source may have said so before without ending anything, or until a moment that has passed.
    await client.query(
      `insert into party_states (party_id, party_kind, state, since, cause, source) values ($1, $2, $3, $4, $5, $6)
       on conflict (party_id, state, since, source) do update set until = null, cause = excluded.cause`,
      [party_id, kind, effect.state, since, reference, source],
    );
  }
  const ended = await endMandates(client, { party: party_id, firms, since, effect, interventionId });
  if (successor) await insertMandates(client, [successor]);
  const said = { intervention_id: interventionId, party_id, kind: wish.kind, state: effect.state, since, reference };
  await insertRows(client, 'interventions', [
    {
      ...said,
      source,
      verified_by: verifiedBy ?? [],
      mandates_ended: ended,
      successor: successor?.mandate_id,
      recorded_at: now,
    },
  ]);
  return interventionId;
}

/** @throws AppError `not_found` */
export async function viewIntervention({ client }: Acting, id: string): Promise<InterventionView> {
  const { rows } = await client.query<{ view: InterventionView }>(
    'select intervention_view(i) as view from interventions i where intervention_id = $1',
    [id],
  );
  const [found] = rows;
  if (found === undefined) throw new AppError('not_found', 'there is no such intervention');
  return found.view;
}
