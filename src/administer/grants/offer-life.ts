import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { look } from '../insight/asked-party.ts';
import { lockLives } from '../life/lock.ts';
import { hideUnseen, isRefusal } from '../life/permit.ts';
import { drawCode, hashCode, writeCode } from './activation-code.ts';
import { DAY_MS } from './period.ts';
import { updateMandate } from './rows.ts';
import { lockMandate } from './standing.ts';

/** An offer with the mandate that it is, or would be. */
export interface Offer {
  mandate_id: string;
  represented: PartyId;
  /** Where its delegate was not named. */
  draft: MandateRow | null;
  offered_by: PartyId;
  expires_at: Date;
  ready: boolean;
  isOpen: boolean;
  /** Of its code as it is now. */
  hash: Buffer;
}

const REISSUED_DAYS = 14;

/** Locks the mandate, where there is one, and then its offer. Undefined: there is none. */
export async function lockOffer(
  client: pg.ClientBase,
  mandateId: string,
): Promise<{ offer: Offer; current: MandateRow } | undefined> {
  const standing = (await lockLives(client, [mandateId])).get(mandateId);
  const { rows } = await client.query<Offer>(
    `select mandate_id, represented, draft, offered_by, expires_at, ready, hash,
       activated_at is null and withdrawn_at is null as "isOpen"
     from offers where mandate_id = $1 for update`,
    [mandateId],
  );
  const [offer] = rows;
  const current = standing ?? offer?.draft;
  return offer && current ? { offer, current } : undefined;
}

async function findOffer(acting: Acting, mandateId: string): Promise<{ offer: Offer; current: MandateRow }> {
  const found = await lockOffer(acting.client, mandateId);
  if (found === undefined) throw new AppError('not_found', 'there is no such offer');
  return found;
}

function refuseEnded({ offer, current }: { offer?: Offer | undefined; current: MandateRow }): void {
  if (offer?.isOpen === false || current.status !== 'offered') throw new AppError('conflict', 'the offer has ended');
}

/**
 * The grantor takes his offer back; its code leads nowhere from now on. So does one of several grantors with what waits
 * for the others.
 */
export async function withdrawOffer(
  acting: Acting,
  { mandateId, reason }: { mandateId: string; reason?: string | undefined },
): Promise<void> {
  const found = (await lockOffer(acting.client, mandateId)) ?? { current: await lockMandate(acting, mandateId) };
  const { offer, current } = { offer: undefined, ...found };
  await hideUnseen(acting, current, () => acting.authorise({ name: 'mandate.withdraw', current }));
  refuseEnded({ offer, current });
  await acting.client.query('update offers set withdrawn_at = $2 where mandate_id = $1', [mandateId, acting.now]);
  if (offer === undefined || offer.draft === null) {
    await updateMandate(acting.client, mandateId, {
      status: 'withdrawn',
      status_cause: reason ?? null,
      lapses_at: null,
    });
  }
}

/** A new code for an offer whose code was lost, tried too often or has expired; the old one leads nowhere. */
export async function reissueCode(
  acting: Acting,
  { mandateId }: { mandateId: string },
): Promise<{ mandate_id: string; code: string; expires_at: string }> {
  const found = await findOffer(acting, mandateId);
  const { current } = found;
  await hideUnseen(acting, current, () => acting.authorise({ name: 'mandate.offer', current, mandate: current }));
  refuseEnded(found);
  const expiresAt = new Date(acting.now.getTime() + REISSUED_DAYS * DAY_MS);
  const code = drawCode();
  const { selector, salt, hash } = await hashCode(acting.keys, code);
  await acting.client.query(
    `update offers set selector = $2, salt = $3, hash = $4, tries = 0, codes = codes + 1, expires_at = $5, offered_by = $6
     where mandate_id = $1`,
    [mandateId, selector, salt, hash, expiresAt, acting.actor],
  );
  if (found.offer.draft === null) {
    await updateMandate(acting.client, mandateId, { lapses_at: expiresAt.toISOString() });
  }
  return { mandate_id: mandateId, code: writeCode(code), expires_at: expiresAt.toISOString() };
}

export interface OpenOffer {
  mandate_id: string;
  name: string;
  kind: string;
  offered_at: string;
  expires_at: string;
  /** Whether it was tried as often as a code may be: it takes a new one. */
  exhausted: boolean;
  delegate_named: boolean;
}

/** The offers of a party that wait, newest first; a manager with limits sees those within his own (R123). */
export async function openOffers(acting: Acting, party: PartyId): Promise<OpenOffer[]> {
  const isPartial = await seesPart(acting, party);
  const { rows } = await acting.client.query<OpenOffer & { row: MandateRow }>(
    `select o.mandate_id, coalesce(m.name::text, o.draft ->> 'name') as name, coalesce(m.kind, o.draft ->> 'kind') as kind,
       utc(o.offered_at) as offered_at, utc(o.expires_at) as expires_at, o.tries >= 5 as exhausted,
       o.draft is null as delegate_named, coalesce(to_jsonb(m), o.draft) as row
     from offers o left join mandates m using (mandate_id)
     where o.represented = $1 and o.activated_at is null and o.withdrawn_at is null
       and coalesce(m.status, 'offered') = 'offered'
     order by o.offered_at desc, o.mandate_id limit 200`,
    [party],
  );
  const seen: OpenOffer[] = [];
  // One after another: they share one connection.
  for (const { row, ...offer } of rows) if (!isPartial || (await isWithin(acting, row))) seen.push(offer);
  return seen;
}

/** @throws AppError `act_refused` */
async function seesPart(acting: Acting, party: PartyId): Promise<boolean> {
  const { isPartial, owner } = await look(acting, party);
  if (owner === undefined) return isPartial;
  throw new AppError('act_refused', 'offers are for the party', { reasons: ['not_for_this_capacity'] });
}

async function isWithin(acting: Acting, current: MandateRow): Promise<boolean> {
  try {
    await acting.authorise({ name: 'mandate.view', current });
    return true;
  } catch (refusal) {
    if (isRefusal(refusal)) return false;
    throw refusal;
  }
}
