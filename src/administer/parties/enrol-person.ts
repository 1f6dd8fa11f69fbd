import { randomUUID } from 'node:crypto';
import { AppError, type Fault } from '../../domain/errors.ts';
import { LOAS, type PartyId } from '../../domain/facts.ts';
import { toAliasRow } from '../../register/alias-row.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { isRefusal } from '../life/permit.ts';
import { keepIdentification } from './identifications.ts';
import { detailsAfter, type PartyDetails } from './party-details.ts';
import { personalNumberFaults } from './personal-number.ts';

/** A person as he, or his employer, says that he is. */
export interface PersonWish {
  name: string;
  /** `YYYY-MM-DD`. */
  birthDate: string;
}

/**
 * Whoever logged in and is not known here makes himself known (R128, R138): by the identifier of that login, which only
 * he can use, and by no other. What he says of himself counts as unverified until a source confirms it.
 * @throws AppError `conflict` when the register knows him | `act_refused` | `invalid_request`
 */
export async function enrolMyself(acting: Acting, wish: PersonWish): Promise<PartyDetails> {
  const { session, actor, client, keys, now } = acting;
  if (actor !== undefined) throw knownAlready();
  const partyId = randomUUID();
  const party = session.person?.party && (await acting.find(session.person.party));
  const { person } = session;
  try {
    await acting.authorise({ name: 'party.enrol', newcomer: partyId, ...(party !== undefined && { party }) });
  } catch (refusal) {
    // He did it twice at once, and the other was first.
    if (isRefusal(refusal) && person && (await acting.find(person.identifier))) throw knownAlready();
    throw refusal;
  }
  if (person === undefined) throw new AppError('internal', 'nobody logged in');
  refuse(personFaults(acting, wish));
  await writePerson(acting, partyId, wish);
  const means = person.identifier.scheme === 'pseudonym' && { means_active: true };
  const alias = toAliasRow(person.identifier, { partyId, kind: 'person' }, keys);
  await insertRows(client, 'aliases', [{ ...alias, ...means }]);
  const loa = LOAS.find((one) => one === person.loa);
  const identified = { method: 'means', check: 'means', checkedBy: 'login', checkedAt: now } as const;
  if (loa !== undefined)
    await keepIdentification(acting, { party_id: partyId, kind: 'person' }, { ...identified, loa });
  return detailsAfter(client, partyId);
}

const knownAlready = () => new AppError('conflict', 'the register knows you already: see /me');

export function personFaults({ now }: Acting, { name, birthDate }: PersonWish): Fault[] {
  const faults = personalNumberFaults([{ at: '/name', text: name }]);
  const isPossible = birthDate >= '1890-01-01' && birthDate <= now.toISOString().slice(0, 10);
  return isPossible ? faults : [...faults, { at: '/birth_date', message: 'is nobody’s date of birth' }];
}

/** Somebody whom no source has confirmed. */
export async function writePerson({ client, now }: Acting, partyId: PartyId, wish: PersonWish): Promise<void> {
  const { name, birthDate } = wish;
  await insertRows(client, 'parties', [
    { party_id: partyId, kind: 'person', name, birth_date: birthDate, unverified_since: now },
  ]);
}

/** @throws AppError `invalid_request` */
export function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new AppError('invalid_request', 'nobody can be registered so', { faults });
}
