import { AppError } from '../../domain/errors.ts';
import type { PartyId, PartyKind } from '../../domain/facts.ts';
import type { Identifier } from '../../domain/identifier.ts';
import type { Act, Acting } from '../acting.ts';
import { detailsOf, detailsOfOne, type PartyDetails } from './party-details.ts';

/** @throws AppError `not_found`, also where the rules refuse: that a person is registered is nobody else's business */
export async function viewParty(acting: Acting, partyId: PartyId): Promise<PartyDetails> {
  const { rowCount } = await acting.client.query('select from parties where party_id = $1', [partyId]);
  if (rowCount !== 1 || !(await allows(acting, { name: 'party.view', party: partyId }))) {
    throw new AppError('not_found', 'there is no such party, or it may not be seen');
  }
  return detailsOfOne(acting.client, partyId);
}

/**
 * The party that has exactly this identifier, or nothing. Unknown and not to be seen look alike.
 * @throws AppError `not_found` where the caller may look at nobody
 */
export async function findByIdentifier(acting: Acting, identifier: Identifier): Promise<PartyDetails[]> {
  const partyId = await acting.find(identifier);
  if (partyId !== undefined && (await allows(acting, { name: 'party.view', party: partyId }))) {
    return detailsOf(acting.client, [partyId]);
  }
  const own: Act =
    acting.actor === undefined ? { name: 'party.register' } : { name: 'party.view', party: acting.actor };
  if (!(await allows(acting, own))) throw new AppError('not_found', 'nothing is known by this that may be seen');
  return [];
}

export interface NameSearch {
  /** How the name begins; upper and lower case are one. */
  name: string;
  kind?: PartyKind;
  birthDate?: string;
  limit: number;
  after?: { name: string; partyId: string };
}

/**
 * Parties by name, for whoever registers them: to see doubles coming. Nobody else finds a person by his name.
 * @throws AppError `act_refused`
 */
export async function findByName(
  acting: Acting,
  { name, kind, birthDate, limit, after }: NameSearch,
): Promise<{ items: PartyDetails[]; next?: { name: string; partyId: string } }> {
  await acting.authorise({ name: 'party.register' });
  const { rows } = await acting.client.query<{ party_id: PartyId; sorted: string; details: PartyDetails }>(
    `select p.party_id, lower(p.name) as sorted, party_details(p) as details from parties p
     where lower(p.name) ~>=~ lower($1) and lower(p.name) like lower($2)
       and ($3::text is null or p.kind = $3) and ($4::date is null or p.birth_date = $4)
       and ($5::text is null or (lower(p.name), p.party_id) > ($5 collate "C", $6::uuid))
     order by lower(p.name) collate "C", p.party_id limit $7`,
    [name, likeStart(name), kind ?? null, birthDate ?? null, after?.name ?? null, after?.partyId ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ details }) => details),
    ...(rows.length > limit && last && { next: { name: last.sorted, partyId: last.party_id } }),
  };
}

function likeStart(name: string): string {
  return `${name.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Whether the rules allow it; a refusal is an answer here, anything else is thrown on. */
async function allows(acting: Acting, act: Act): Promise<boolean> {
  try {
    await acting.authorise(act);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'act_refused') return false;
    throw error;
  }
}
