import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { grantedUnder, grantorOf } from '../grants/rows.ts';
import { findSides, type Side } from '../grants/sides.ts';
import type { PartyWish } from '../grants/wish.ts';
import { managersLeft } from '../managers/left.ts';
import { answerMandate, type Consequences, consequencesOf, type MandateAnswer } from './answer.ts';
import type { LifeRow } from './lock.ts';
import { authoriseSeen, type OneMandate, openMandate, permit, refuseAlone } from './permit.ts';
import { hasEnded, insertMandates, successorOf } from './rows.ts';

export interface Transfer extends OneMandate {
  to: PartyWish;
  /** Default: the name it had. */
  name?: string | undefined;
  reason: string;
  evidence?: readonly object[] | undefined;
}

export interface Transferred extends MandateAnswer, Consequences {
  /** The one that ended. */
  revoked: string;
}

/** To another delegate for the time that is left: the old mandate ends and the new begins in one transaction. */
export async function transferMandate(acting: Acting, wish: Transfer): Promise<Transferred> {
  const current = await openMandate(acting, wish);
  const grantor = await grantorOf(acting, current.kind);
  const side = await newDelegate(acting, wish.to, () => {
    const mandate = takeover(acting, current, { side: delegateOf(current), grantor });
    return authoriseSeen(acting, [{ name: 'mandate.transfer', current, mandate }]);
  });
  const mandate = takeover(acting, current, { side, grantor, ...wish });
  const left = await managersLeft(acting, current.represented, [current.mandate_id]);
  const act = {
    name: 'mandate.transfer',
    current,
    mandate,
    ...(left !== undefined && { managers_left: left }),
  } as const;
  const verdict = await permit(acting, wish, act, 'revoked');
  refuseAlone(verdict);
  refuseUntransferable(acting, current, side);
  const granted_under = await grantedUnder(acting.client, verdict, mandate);
  // First the new one: the end of the old one then tells those who act together with its holder.
  await insertMandates(acting.client, [{ ...mandate, granted_under }]);
  await acting.client.query(`update mandates set status = 'revoked', status_cause = $2 where mandate_id = $1`, [
    current.mandate_id,
    `transferred to ${mandate.mandate_id}: ${wish.reason}`,
  ]);
  const consequences = await consequencesOf(acting.client, current.mandate_id);
  return { ...(await answerMandate(acting.client, mandate.mandate_id)), revoked: current.mandate_id, ...consequences };
}

/**
 * `mayAsk` authorises the transfer as if nothing but its period changed: whoever may transfer nothing is not told whom the
 * register does not know.
 * @throws AppError `invalid_request` | what `mayAsk` throws
 */
export async function newDelegate(acting: Acting, to: PartyWish, mayAsk: () => Promise<unknown>): Promise<Side> {
  const faults: Fault[] = [];
  const [side] = await findSides(acting, [to], '/delegate', faults);
  if (faults.length > 0 || side === undefined) {
    await mayAsk();
    const here = faults.map(({ at, message }) => ({ at: at.replace('/delegate/0', '/delegate'), message }));
    throw new AppError('invalid_request', 'the new delegate cannot be found', { faults: here });
  }
  return side;
}

/** Whoever has it now. */
export function delegateOf({ delegate, delegate_kind, name }: LifeRow): Side {
  return { partyId: delegate, kind: delegate_kind, name };
}

export interface Takeover extends Pick<Transfer, 'name' | 'evidence'> {
  side: Side;
  grantor: PartyId | null;
}

/** What the new delegate gets: as the old had it, from now on. */
export function takeover(acting: Acting, current: LifeRow, { side, grantor, name, evidence }: Takeover): LifeRow {
  const begins = Math.max(acting.now.getTime(), Date.parse(current.valid_from));
  return successorOf(acting, current, {
    granted_by: grantor,
    name: name ?? current.name,
    delegate: side.partyId,
    delegate_kind: side.kind,
    delegate_branch: side.branch ?? null,
    valid_from: new Date(begins).toISOString(),
    evidence: evidence ?? [],
  });
}

/** @throws AppError `conflict` */
export function refuseUntransferable({ now }: Acting, current: LifeRow, side: Side): void {
  if (hasEnded(current, now)) throw new AppError('conflict', 'the mandate has ended: grant another');
  if (current.delegate === side.partyId) throw new AppError('conflict', 'the mandate is his already');
}
