import type { AdminVerdict } from '../../domain/administration.ts';
import { AppError } from '../../domain/errors.ts';
import type { MandateStatus } from '../../domain/facts.ts';
import { requireStep } from '../../domain/mandate-life.ts';
import type { Act, Acting, MandateRow } from '../acting.ts';
import { refuseChanged } from '../if-match.ts';
import { type LifeRow, lockLives } from './lock.ts';

/** One mandate, and what the caller last saw of it. */
export interface OneMandate {
  mandateId: string;
  /** The ETag that he saw; undefined where it does not matter. */
  ifMatch?: string | undefined;
  /** Over which other channels a court's request was verified (R104). */
  verifiedBy?: readonly string[] | undefined;
}

/** A mandate that is not there, and one that the caller may not see, look alike. */
export const noSuchMandate = () => new AppError('not_found', 'there is no such mandate');

/** @throws AppError `not_found` */
export async function openMandate(acting: Acting, { mandateId }: OneMandate): Promise<LifeRow> {
  const found = (await lockLives(acting.client, [mandateId])).get(mandateId);
  if (found === undefined) throw noSuchMandate();
  return found;
}

/**
 * Whether the caller may do this, the mandate's status allows it, and it is as he saw it. Who may not even see it
 * learns nothing of it.
 * @throws AppError `not_found` | `act_refused` | `conflict` | `precondition_failed`
 */
export async function permit(
  acting: Acting,
  one: OneMandate,
  asked: Act & { current: LifeRow },
  to: MandateStatus,
): Promise<AdminVerdict> {
  const act = { ...asked, ...(one.verifiedBy && { verified_by: [...one.verifiedBy] }) };
  const [verdict] = await authoriseSeen(acting, [act], () => requireStep(act.current, act.name, to));
  requireStep(act.current, act.name, to);
  await refuseChanged(acting.client, { entity: 'mandate', id: one.mandateId, ifMatch: one.ifMatch });
  if (verdict === undefined) throw new AppError('internal', 'no verdict');
  return verdict;
}

/**
 * `clearly`: what else stands in the way of a refused act, said only to those who may see the mandate.
 * @throws AppError `not_found` | `act_refused` | what `clearly` throws
 */
export async function authoriseSeen(
  acting: Acting,
  acts: readonly (Act & { current: LifeRow })[],
  clearly: () => void = () => {},
): Promise<AdminVerdict[]> {
  try {
    return await acting.authorise(...acts);
  } catch (refusal) {
    if (!isRefusal(refusal) || isUnverified(refusal)) throw refusal;
    await refuseUnseen(
      acting,
      acts.map(({ current }) => current),
    );
    clearly();
    throw refusal;
  }
}

/** @throws AppError `not_found`, whether it is not there or not his to see */
export async function requireSight(acting: Acting, mandateId: string): Promise<void> {
  await refuseUnseen(acting, [await openMandate(acting, { mandateId })]);
}

/**
 * Whatever stands in the way of an act on a mandate, who may not see the mandate is told that there is none.
 * @throws AppError `not_found` | what `act` throws
 */
export async function hideUnseen<T>(acting: Acting, current: MandateRow, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    if (isUnverified(thrown)) throw thrown;
    if (thrown instanceof AppError && thrown.code !== 'internal') await refuseUnseen(acting, [current]);
    throw thrown;
  }
}

async function refuseUnseen(acting: Acting, mandates: readonly MandateRow[]): Promise<void> {
  try {
    await acting.authorise(...mandates.map((current) => ({ name: 'mandate.view' as const, current })));
  } catch (refusal) {
    throw isRefusal(refusal) && !isAboutLogin(refusal) ? noSuchMandate() : refusal;
  }
}

/** Whether the rules said no, rather than that something went wrong. */
export function isRefusal(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && thrown.code === 'act_refused';
}

/** A court that only forgot to say how its request was verified may see what it is about as soon as it does (R104). */
function isUnverified(thrown: unknown): boolean {
  return isRefusal(thrown) && thrown.reasons.join() === 'court_request_unverified';
}

/** Whose login alone is too weak may see the mandate otherwise: he is told so. */
function isAboutLogin({ reasons }: AppError): boolean {
  return reasons.length > 0 && reasons.every((reason) => LOGIN_REASONS.includes(reason));
}

/** Of docs/reasons.md; at a low level nobody counts as one of those who act together. */
const LOGIN_REASONS = ['loa_insufficient', 'loa_missing', 'loa_unknown', 'joint_authority_required'];

/** What several must do together is done by a new mandate that waits for them; a change cannot wait (R51). */
export function refuseAlone({ holders_required }: AdminVerdict): void {
  if (holders_required === null) return;
  throw new AppError('act_refused', 'the grantors act together only: end it and grant another', {
    reasons: ['joint_authority_required'],
  });
}
