import type { AdminVerdict } from '../../domain/administration.ts';
import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { answerMandate, type MandateAnswer } from './answer.ts';
import type { LifeRow } from './lock.ts';
import { type OneMandate, openMandate, permit, refuseAlone } from './permit.ts';
import { hasEnded } from './rows.ts';

export interface Reactivation extends OneMandate {
  reason?: string | undefined;
}

/**
 * Lifts a suspension (R76). What a court or an intervention suspended is lifted by such an authority only; a mandate
 * among several only when the others' authority stands.
 */
export async function reactivateMandate(acting: Acting, wish: Reactivation): Promise<MandateAnswer> {
  const current = await openMandate(acting, wish);
  // What nobody could grant today is not brought back either: the rules judge it as it would stand.
  const mandate = { ...current, status: 'active', status_cause: null } as const;
  const verdict = await permit(acting, wish, { name: 'mandate.reactivate', current, mandate }, 'active');
  refuseAlone(verdict);
  await refuseAuthoritysOwn(acting, current, verdict);
  if (hasEnded(current, acting.now)) throw new AppError('conflict', 'the mandate has ended: renew it');
  await refuseMissingHolders(acting, current);
  await acting.client.query(`update mandates set status = 'active', status_cause = $2 where mandate_id = $1`, [
    wish.mandateId,
    wish.reason ?? null,
  ]);
  return answerMandate(acting.client, wish.mandateId);
}

/**
 * A manager does not undo what a court, a service owner or an intervention did. The history cannot be altered, so it is
 * asked who suspended the mandate last.
 */
async function refuseAuthoritysOwn({ client }: Acting, current: LifeRow, { capacity }: AdminVerdict): Promise<void> {
  const { rows } = await client.query<{ capacity: string | null; act: string | null }>(
    `select acted_by ->> 'capacity' as capacity, acted_by ->> 'act' as act from changes
     where entity = 'mandate' and entity_id = $1 and after ->> 'status' = 'suspended'
       and before ->> 'status' is distinct from 'suspended'
     order by revision desc limit 1`,
    [current.mandate_id],
  );
  const [last] = rows;
  if (!last || last.capacity === capacity) return;
  if (last.capacity !== 'court' && last.capacity !== 'service_owner' && last.act !== 'party.intervene') return;
  throw new AppError('conflict', `the mandate was suspended by a ${last.capacity}, who alone lifts it`);
}

/** Nobody goes on counting a co-holder whose own authority has stopped (R51). */
async function refuseMissingHolders({ client, now }: Acting, current: LifeRow): Promise<void> {
  const { rows } = await client.query<{ party_id: string }>(
    `select holder as party_id from mandates m cross join unnest(m.joint_with) as holder
     where m.mandate_id = $1 and exists (select from mandates o where o.represented = m.represented
         and o.delegate = holder and (o.joint_required is not null or o.ground in ('signatory', 'owner')))
       and not exists (select from mandates o where o.represented = m.represented and o.delegate = holder
         and (o.joint_required is not null or o.ground in ('signatory', 'owner'))
         and o.valid_from <= $2 and coalesce(o.valid_until > $2, true)
         and (o.status = 'active' or o.status = 'suspended' and o.status_cause = $3))`,
    [current.mandate_id, now, `joint holder of ${current.mandate_id} suspended`],
  );
  if (rows.length === 0) return;
  throw new AppError('conflict', 'the authority of a co-holder has stopped: replace him first, or end the mandate');
}
