import type { ActName } from './administration.ts';
import { AppError } from './errors.ts';
import type { MandateStatus } from './facts.ts';

/**
 * The life of a mandate: every step from one status to another, and every act that leaves the status as it is. Use
 * cases ask here; docs/mandate-life.md is drawn from it; SQL's `is_status_step` is held against it.
 */

/** What happens without a request: by the clock, or as the consequence of another mandate's end. */
export type Happening = 'lapse' | 'parent_ended' | 'joint_holder_stopped' | 'renewed_stopped';
export type LifeAct = ActName | Happening;

export interface Step {
  /** `null`: there was no mandate yet. */
  from: MandateStatus | null;
  act: LifeAct;
  to: MandateStatus;
  /** Who does it, in words for the documentation. */
  who: string;
}

const GRANTOR =
  'represented himself, manager or legal representative; for what the law or an authority gives, that authority';
const STOPPERS =
  'represented himself, manager, legal representative or his proxy; a court; whoever passed it on or appointed';

const BEGINNINGS: readonly Step[] = [
  { from: null, act: 'mandate.request', to: 'requested', who: 'the intended delegate' },
  { from: null, act: 'mandate.offer', to: 'offered', who: `${GRANTOR}; waits for the code` },
  { from: null, act: 'mandate.grant', to: 'offered', who: 'one of several who must grant together' },
  { from: null, act: 'mandate.grant', to: 'active', who: GRANTOR },
  { from: null, act: 'mandate.renew', to: 'offered', who: 'one of several who must grant together' },
  { from: null, act: 'mandate.renew', to: 'active', who: GRANTOR },
  { from: null, act: 'mandate.pass_on', to: 'offered', who: 'one of several who must pass it on together' },
  { from: null, act: 'mandate.pass_on', to: 'active', who: 'delegate with the right of substitution' },
  { from: null, act: 'mandate.transfer', to: 'active', who: 'as the new delegate’s, beside the end of the old one' },
  { from: null, act: 'manager.appoint', to: 'offered', who: 'one of several who must grant together' },
  { from: null, act: 'manager.appoint', to: 'active', who: 'legal representative, or a manager within his limits' },
  { from: null, act: 'party.intervene', to: 'active', who: 'registrar, court or service owner, for a curator' },
];

const WAITING: readonly Step[] = [
  { from: 'requested', act: 'mandate.approve', to: 'active', who: GRANTOR },
  { from: 'requested', act: 'mandate.approve', to: 'offered', who: 'one of several who must grant together' },
  { from: 'requested', act: 'mandate.reject', to: 'rejected', who: GRANTOR },
  { from: 'requested', act: 'mandate.withdraw', to: 'withdrawn', who: 'whoever asked for it' },
  { from: 'requested', act: 'lapse', to: 'lapsed', who: 'the clock' },
  { from: 'requested', act: 'parent_ended', to: 'lapsed', who: 'the end of the mandate it derives from' },
  { from: 'requested', act: 'party.intervene', to: 'lapsed', who: 'registrar, court or service owner' },
  { from: 'offered', act: 'mandate.activate', to: 'active', who: 'the delegate, with the code' },
  { from: 'offered', act: 'mandate.consent', to: 'active', who: 'the last co-grantor' },
  { from: 'offered', act: 'mandate.consent', to: 'offered', who: 'a co-grantor, not yet the last' },
  { from: 'offered', act: 'mandate.reject', to: 'rejected', who: 'the delegate, or a co-grantor' },
  { from: 'offered', act: 'mandate.withdraw', to: 'withdrawn', who: GRANTOR },
  { from: 'offered', act: 'lapse', to: 'lapsed', who: 'the clock, or too many wrong codes' },
  { from: 'offered', act: 'parent_ended', to: 'lapsed', who: 'the end of the mandate it derives from' },
  { from: 'offered', act: 'renewed_stopped', to: 'lapsed', who: 'the end of the mandate that it would have renewed' },
  { from: 'offered', act: 'party.intervene', to: 'lapsed', who: 'registrar, court or service owner' },
];

/** `active` and `suspended` end alike. */
const ENDINGS = (from: 'active' | 'suspended'): readonly Step[] => [
  { from, act: 'mandate.revoke', to: 'revoked', who: STOPPERS },
  { from, act: 'mandate.renounce', to: 'revoked', who: 'the delegate' },
  { from, act: 'manager.dismiss', to: 'revoked', who: 'legal representative, or another manager' },
  { from, act: 'mandate.reconfirm', to: 'revoked', who: 'manager who no longer needs it, or no answer at all' },
  { from, act: 'party.intervene', to: 'revoked', who: 'registrar, court or service owner' },
  { from, act: 'parent_ended', to: 'revoked', who: 'the end of the mandate it derives from' },
  { from, act: 'renewed_stopped', to: 'revoked', who: 'the end of the mandate it renews, before it begins' },
];

const IN_FORCE: readonly Step[] = [
  { from: 'active', act: 'mandate.change', to: 'active', who: GRANTOR },
  { from: 'active', act: 'mandate.confirm_set', to: 'active', who: GRANTOR },
  { from: 'active', act: 'mandate.reconfirm', to: 'active', who: 'manager or legal representative' },
  { from: 'active', act: 'manager.change', to: 'active', who: 'legal representative, or another manager' },
  { from: 'active', act: 'mandate.renew', to: 'active', who: `${GRANTOR}; a new mandate begins` },
  { from: 'active', act: 'mandate.pass_on', to: 'active', who: 'the delegate; an onward mandate begins' },
  { from: 'active', act: 'mandate.transfer', to: 'revoked', who: `${GRANTOR}; the new delegate’s begins` },
  { from: 'active', act: 'mandate.suspend', to: 'suspended', who: STOPPERS },
  { from: 'active', act: 'joint_holder_stopped', to: 'suspended', who: 'the suspension or end of a co-holder’s' },
  { from: 'active', act: 'renewed_stopped', to: 'suspended', who: 'the suspension of the mandate it renews' },
  { from: 'active', act: 'party.intervene', to: 'suspended', who: 'registrar, court or service owner' },
  ...ENDINGS('active'),
  { from: 'suspended', act: 'mandate.change', to: 'suspended', who: GRANTOR },
  { from: 'suspended', act: 'mandate.confirm_set', to: 'suspended', who: GRANTOR },
  { from: 'suspended', act: 'mandate.reconfirm', to: 'suspended', who: 'manager or legal representative' },
  { from: 'suspended', act: 'manager.change', to: 'suspended', who: 'legal representative, or another manager' },
  { from: 'suspended', act: 'mandate.reactivate', to: 'active', who: GRANTOR },
  ...ENDINGS('suspended'),
];

/** Every step there is. */
export const STEPS: readonly Step[] = [...BEGINNINGS, ...WAITING, ...IN_FORCE];

/** Whether an act may bring a mandate from one status to another, or leave it where it is. */
export function isStep(from: MandateStatus, act: LifeAct, to: MandateStatus): boolean {
  return STEPS.some((step) => step.from === from && step.act === act && step.to === to);
}

/** Acts that are possible at all in a status, each once. */
export function actsFrom(from: MandateStatus): LifeAct[] {
  return [...new Set(STEPS.filter((step) => step.from === from).map(({ act }) => act))];
}

/** @throws AppError `conflict` that says the status it has */
export function requireStep(mandate: { mandate_id: string; status: MandateStatus }, act: LifeAct, to: MandateStatus) {
  if (isStep(mandate.status, act, to)) return;
  const possible = actsFrom(mandate.status);
  const rest = possible.length === 0 ? 'it never changes again' : `what it allows: ${possible.join(', ')}`;
  const message = `mandate ${mandate.mandate_id} is ${mandate.status}: ${act} is not possible; ${rest}`;
  throw new AppError('conflict', message);
}
