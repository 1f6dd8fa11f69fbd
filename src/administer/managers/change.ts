import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { answerMandate, type MandateAnswer } from '../life/answer.ts';
import { permitChange, permitDismissal } from '../life/change.ts';
import type { LifeRow } from '../life/lock.ts';
import { type OneMandate, openMandate } from '../life/permit.ts';
import { updateMandate } from '../life/rows.ts';
import { revokeManager, type Stop, type Stopped } from '../life/stop.ts';
import { requireLevel, requireServices } from './appoint.ts';
import { limitColumns, type ManagerLimits, requireManager } from './limits.ts';

export interface ManagerChange extends OneMandate {
  limits: ManagerLimits;
  name?: string | undefined;
  validUntil?: string | undefined;
}

/** Narrower or wider (R57, R86, R93). A mandate that covers other services too is limited as a mandate. */
export async function changeManager(acting: Acting, wish: ManagerChange): Promise<MandateAnswer> {
  const current = await openMandate(acting, wish);
  const mandate: LifeRow = {
    ...current,
    ...limitColumns(wish.limits),
    ...(wish.name !== undefined && { name: wish.name }),
    ...(wish.validUntil !== undefined && { valid_until: wish.validUntil }),
  };
  await permitChange(acting, wish, { name: 'manager.change', current, mandate });
  if (requireManager(current, acting.manage.serviceUuid) === 'among_others') {
    throw new AppError('conflict', 'his mandate covers other services as well: change it as a mandate');
  }
  await requireServices(acting, wish.limits.services ?? 'all');
  await requireLevel(acting, wish.limits.loa);
  await updateMandate(acting.client, mandate);
  return answerMandate(acting.client, wish.mandateId);
}

/**
 * Ends what makes somebody a manager: his mandate, or where that covers more, this service of it. A party that has
 * managers keeps one, or a legal representative (R92).
 */
export async function dismissManager(acting: Acting, wish: Stop): Promise<Stopped> {
  const current = await openMandate(acting, wish);
  const manage = acting.manage.serviceUuid;
  const services = current.services.filter((service) => service !== manage);
  if (services.length === 0 || services.length === current.services.length) {
    return revokeManager(acting, wish, (row) => requireManager(row, manage));
  }
  const mandate: LifeRow = { ...current, services };
  await permitDismissal(acting, wish, current);
  requireManager(current, manage);
  await updateMandate(acting.client, mandate);
  return { ...(await answerMandate(acting.client, wish.mandateId)), onward: [], suspended: [] };
}
