import { AppError, type Fault } from '../../domain/errors.ts';
import type { MandateKind } from '../../domain/facts.ts';
import type { Acting, MandateRow } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { drawCode, hashCode, writeCode } from './activation-code.ts';
import { newColumns, recordConsent } from './grant.ts';
import { type Meaning, meaningOf, nameOf } from './meaning.ts';
import { DAY_MS } from './period.ts';
import { answerMandates, grantedUnder, insertMandates, newRow, refuseFaults } from './rows.ts';
import { findSides, representedOf, type Side } from './sides.ts';
import type { Columns, MandateWish, PartyWish } from './wish.ts';

export interface OfferWish extends MandateWish {
  represented: PartyRef;
  /** Absent: whoever activates it. */
  delegate?: PartyWish | undefined;
  expires_at?: string | undefined;
}

export interface Offered {
  mandate_id: string;
  /** Shown this once (R67). */
  code: string;
  expires_at: string;
  /** Where the delegate was named: the mandate that waits. */
  mandate?: unknown;
  meaning: Meaning[];
}

const OFFER_DAYS = 14;
const MOST_DAYS = 30;

/** Kinds whose delegate may stay open. */
const OPEN_KINDS: readonly MandateKind[] = ['employee', 'business', 'voluntary'];

/**
 * Offers a mandate that its delegate activates with a code and what only the grantor can have told him (R67, R68).
 * @throws AppError `act_refused` | `invalid_request` with all faults | `conflict`
 */
export async function offerMandate(acting: Acting, wish: OfferWish): Promise<Offered> {
  const faults: Fault[] = [];
  const represented = await representedOf(acting, wish.represented);
  const [delegate] = wish.delegate === undefined ? [] : await findSides(acting, [wish.delegate], '/delegates', faults);
  const expiresAt = expiryOf(acting.now, wish.expires_at, faults);
  if (wish.delegate === undefined && !OPEN_KINDS.includes(wish.kind))
    faults.push({ at: '/delegate', message: 'is missing' });
  const columns = await newColumns(acting, wish, represented, faults);
  await refuseFaults(acting, represented.partyId, faults);
  const row = offeredRow(represented, delegate, { ...columns, status: 'offered', lapses_at: expiresAt.toISOString() });
  const meaning = await meaningOf(acting.client, row);
  const mandate = { name: nameOf(delegate?.name, represented.name, meaning), ...row };
  const [verdict] = await acting.authorise({ name: 'mandate.offer', mandate });
  if (verdict === undefined || acting.actor === undefined) throw new AppError('internal', 'an offer of nobody');
  const isJoint = verdict.holders_required !== null;
  if (isJoint && delegate === undefined) {
    throw new AppError('conflict', 'where several grant together the offer names its delegate');
  }
  const granted_under = await grantedUnder(acting.client, verdict, mandate);
  const written = { ...mandate, granted_under };
  if (delegate !== undefined) await insertMandates(acting.client, [written]);
  const code = await keepOffer(acting, written, { isOpen: delegate === undefined, ready: !isJoint, expiresAt });
  if (isJoint) await recordConsent(acting, mandate.mandate_id);
  const [view] = delegate === undefined ? [] : await answerMandates(acting, [mandate.mandate_id]);
  const expires_at = expiresAt.toISOString();
  return { mandate_id: mandate.mandate_id, code, expires_at, ...(view !== undefined && { mandate: view }), meaning };
}

function expiryOf(now: Date, wished: string | undefined, faults: Fault[]): Date {
  const expires = wished === undefined ? new Date(now.getTime() + OFFER_DAYS * DAY_MS) : new Date(wished);
  if (expires <= now || expires.getTime() > now.getTime() + MOST_DAYS * DAY_MS) {
    faults.push({ at: '/expires_at', message: `must lie in the future, by at most ${MOST_DAYS} days` });
  }
  return expires;
}

/**
 * Without a delegate the row is a draft: the represented stands in for its other end, which comes with the activation.
 * Nobody can mistake it for a mandate: the register refuses one with two equal ends.
 */
function offeredRow(represented: Side, delegate: Side | undefined, columns: Columns): MandateRow {
  const standIn = { ...represented, ...(columns.kind === 'employee' && { kind: 'person' as const }) };
  return newRow(represented, delegate ?? standIn, columns);
}

interface Kept {
  isOpen: boolean;
  ready: boolean;
  expiresAt: Date;
}

/** Draws until the selector is no other open offer's. Returns the code, which is kept nowhere. */
async function keepOffer(acting: Acting, row: MandateRow, { isOpen, ready, expiresAt }: Kept): Promise<string> {
  for (;;) {
    const code = drawCode();
    const { selector, salt, hash } = await hashCode(acting.keys, code);
    const { rowCount } = await acting.client.query(
      `insert into offers (mandate_id, represented, draft, offered_by, offered_at, selector, salt, hash, expires_at, ready)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       on conflict (selector) where activated_at is null and withdrawn_at is null do nothing`,
      [
        row.mandate_id,
        row.represented,
        isOpen ? JSON.stringify(row) : null,
        acting.actor,
        acting.now,
        selector,
        salt,
        hash,
        expiresAt,
        ready,
      ],
    );
    if (rowCount === 1) return writeCode(code);
  }
}
