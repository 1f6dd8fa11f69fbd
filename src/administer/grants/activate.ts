import { AppError } from '../../domain/errors.ts';
import type { Identifier } from '../../domain/identifier.ts';
import type { Acting, Administer, Counting, MandateRow, Session, WriteOptions, Written } from '../acting.ts';
import { wasAnswered } from '../idempotency.ts';
import { dryRun } from '../life/dry-run.ts';
import { type HashedCode, isCode, readCode } from './activation-code.ts';
import { consentsTo } from './consent.ts';
import { type Meaning, meaningOf, WHOEVER } from './meaning.ts';
import { lockOffer, type Offer } from './offer-life.ts';
import { hasTime, startNotBefore } from './period.ts';
import { answerMandates, insertMandates, updateMandate } from './rows.ts';
import { readSides } from './sides.ts';
import { countTry, forgetTry } from './tries.ts';

export interface ActivateWish {
  code: string;
  /** Of whoever offered it. */
  birth_date: string;
  bsn: Identifier;
}

/**
 * A delegate activates what was offered to him (R68): with the code, and the grantor's date of birth and number. Each
 * try is counted before it is looked at, and stays counted. Whatever is wrong, the answer is the same.
 * @throws AppError `act_refused` | `too_many_requests`
 */
export async function activateOffer(
  administer: Administer,
  session: Session,
  options: WriteOptions,
  wish: ActivateWish,
): Promise<Written<Activated>> {
  const { idempotency } = options;
  if (session.person === undefined) throw refused();
  const tried = await administer.count(session, async (counting) => {
    const known = idempotency && (await wasAnswered(counting.client, counting.keys, session, idempotency));
    return known ? 'answered' : { ...(await findTried(counting, wish)), keys: counting.keys };
  });
  const offered = tried === 'answered' ? undefined : await verify(tried, wish);
  return administer.write(session, options, async (acting) => {
    if (offered === undefined) throw refused();
    return activate(acting, offered);
  });
}

/**
 * What he would accept, shown to whoever has the code and all that goes with it; nothing is accepted (R55). It is a try
 * like any other.
 * @throws AppError `act_refused` | `too_many_requests`
 */
export async function showOffer(administer: Administer, session: Session, wish: ActivateWish): Promise<Activated> {
  if (session.person === undefined) throw refused();
  const tried = await administer.count(session, async (counting) => ({
    ...(await findTried(counting, wish)),
    keys: counting.keys,
  }));
  const offered = await verify(tried, wish);
  if (offered === undefined) throw refused();
  const shown = await dryRun(administer, session, (acting) => activate(acting, offered));
  if (shown.allow) return shown.value;
  throw new AppError('act_refused', 'the rules do not allow this', { reasons: shown.reasons });
}

function refused(): AppError {
  return new AppError('act_refused', 'these lead to no offer that can be activated', {
    reasons: ['code_not_verified'],
  });
}

/** The mandate, and what it means (R55). */
export interface Activated {
  mandate: unknown;
  meaning: readonly Meaning[];
}

interface Found extends HashedCode {
  mandate_id: string;
  /** Date of birth and number are those of whoever offered it. */
  known: boolean;
}

/** Counts the try, at its offer too when there is one that may still be tried. */
async function findTried(counting: Counting, { code, birth_date, bsn }: ActivateWish): Promise<{ found?: Found }> {
  const { client, now, keys } = counting;
  await countTry(counting);
  const { rows } = await client.query<Found>(
    `with tried as (
       update offers set tries = tries + 1
       where selector = $1 and ready and expires_at > $2 and tries < 5 and activated_at is null and withdrawn_at is null
       returning mandate_id, selector, salt, hash, offered_by)
     select mandate_id, selector, salt, hash, exists (
       select from aliases a join parties p using (party_id)
       where a.alias = decode($3, 'hex') and a.scheme = 'bsn' and p.party_id = offered_by and p.birth_date = $4) as known
     from tried`,
    [readCode(code)?.selector ?? '', now, keys.alias(bsn), birth_date],
  );
  return rows[0] === undefined ? {} : { found: rows[0] };
}

async function verify(
  { found, keys }: { found?: Found; keys: Counting['keys'] },
  { code }: ActivateWish,
): Promise<Found | undefined> {
  const isRight = await isCode(keys, readCode(code)?.secret ?? '', found);
  return isRight && found?.known === true ? found : undefined;
}

/** Of two at once the second finds it activated; a code that was replaced meanwhile is none. */
async function activate(acting: Acting, { mandate_id: mandateId, hash }: Found): Promise<Activated> {
  const locked = await lockOffer(acting.client, mandateId);
  if (locked === undefined) throw refused();
  const { offer, current } = locked;
  const isWaiting =
    offer.isOpen &&
    offer.ready &&
    offer.hash.equals(hash) &&
    offer.expires_at > acting.now &&
    current.status === 'offered' &&
    hasTime(acting.now, current);
  // Whoever offers to nobody in particular does not thereby grant to himself what he could not grant himself outright.
  if (!isWaiting || offer.offered_by === acting.actor) throw refused();
  const begins = { valid_from: startNotBefore(acting.now, current.valid_from), lapses_at: null };
  const ends = offer.draft === null ? {} : await delegateOf(acting, String(current.name));
  const mandate: MandateRow = { ...current, ...ends, ...begins, status: 'active' };
  await acting.authorise({ name: 'mandate.activate', current: { ...current, ...ends }, mandate, code_verified: true });
  if (!(await isStillOffered(acting, offer, current))) throw refused();
  await acting.client.query('update offers set activated_at = $2, draft = null where mandate_id = $1', [
    mandateId,
    acting.now,
  ]);
  if (offer.draft === null) await updateMandate(acting.client, mandateId, { ...begins, status: 'active' });
  else await insertMandates(acting.client, [mandate]);
  await forgetTry(acting);
  const [view] = await answerMandates(acting, [mandateId]);
  return { mandate: view, meaning: await meaningOf(acting.client, mandate) };
}

/** What was offered is granted only now: whoever offered it must have kept the authority to do so (R90, R92). */
async function isStillOffered(acting: Acting, { offered_by: offerer }: Offer, mandate: MandateRow): Promise<boolean> {
  const agreed = await consentsTo(acting, mandate.mandate_id);
  const together = agreed.filter(({ party_id }) => party_id !== offerer);
  return acting.mightStill(offerer, { name: 'mandate.offer', mandate, together });
}

/** Who activates an offer that names nobody: the party for which he logged in, or himself. Now its name can name him. */
async function delegateOf(
  acting: Acting,
  name: string,
): Promise<Pick<MandateRow, 'delegate' | 'delegate_kind' | 'name'>> {
  const party = acting.session.person?.party;
  const id = party === undefined ? acting.actor : await acting.find(party);
  const [side] = id === undefined ? [] : await readSides(acting, [id]);
  if (side !== undefined) {
    return { delegate: side.partyId, delegate_kind: side.kind, name: name.replace(WHOEVER, () => side.name) };
  }
  throw new AppError('act_refused', 'the register does not know who activates', { reasons: ['not_representative'] });
}
