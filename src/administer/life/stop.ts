import type { MandateStatus } from '../../domain/facts.ts';
import type { Act, Acting } from '../acting.ts';
import { managersLeft } from '../managers/left.ts';
import { answerMandate, type Consequences, consequencesOf, type MandateAnswer } from './answer.ts';
import type { LifeRow } from './lock.ts';
import { type OneMandate, openMandate, permit } from './permit.ts';

export interface Stop extends OneMandate {
  /** Kept with the change, and shown as the cause of the status. */
  reason: string;
  /** Why a weaker login had to do; suspension only (R103). */
  deviation?: string | undefined;
}

export type Stopped = MandateAnswer & Consequences;

type StopAct = 'mandate.suspend' | 'mandate.revoke' | 'mandate.renounce' | 'manager.dismiss';

/** At once, until somebody reactivates it (R75, R101-R104). */
export const suspendMandate = (acting: Acting, wish: Stop) => stop(acting, wish, 'mandate.suspend', 'suspended');

/** At once and for good, with all that was passed on from it (R50, R70, R77, R101-R104). */
export const revokeMandate = (acting: Acting, wish: Stop) => stop(acting, wish, 'mandate.revoke', 'revoked');

/** The delegate lays it down. */
export const renounceMandate = (acting: Acting, wish: Stop) => stop(acting, wish, 'mandate.renounce', 'revoked');

/** A manager's mandate (R92); `check` throws when it is none, once he may do it. */
export const revokeManager = (acting: Acting, wish: Stop, check: (current: LifeRow) => void) =>
  stop(acting, wish, 'manager.dismiss', 'revoked', check);

async function stop(
  acting: Acting,
  wish: Stop,
  name: StopAct,
  to: MandateStatus,
  check: (current: LifeRow) => void = () => {},
): Promise<Stopped> {
  const current = await openMandate(acting, wish);
  const left = await managersLeft(acting, current.represented, [wish.mandateId]);
  const act: Act & { current: typeof current } = {
    name,
    current,
    ...(wish.deviation !== undefined && { deviation: wish.deviation }),
    ...(left !== undefined && { managers_left: left }),
  };
  await permit(acting, wish, act, to);
  check(current);
  await acting.client.query('update mandates set status = $2, status_cause = $3 where mandate_id = $1', [
    wish.mandateId,
    to,
    wish.reason,
  ]);
  const consequences = await consequencesOf(acting.client, wish.mandateId);
  return { ...(await answerMandate(acting.client, wish.mandateId)), ...consequences };
}
