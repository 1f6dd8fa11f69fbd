import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { namedParty } from '../parties/named-party.ts';
import type { PartyRef } from '../party-ref.ts';
import type { MeansView } from './view-means.ts';

export interface MeansSearch {
  /** Those that this employer issued. */
  owner?: PartyRef;
  /** Those of this person; without either those of whoever asks. */
  person?: PartyRef;
  active?: boolean;
  limit: number;
  /** The `means_id` after which to go on. */
  after?: string;
}

/**
 * An employer's means for his manager, a person's for himself (R71, R108). Who asks as a manager sees of a person only
 * what that employer issued.
 * @throws AppError `act_refused` | `invalid_request`
 */
export async function searchMeans(
  acting: Acting,
  { active, limit, after, ...wish }: MeansSearch,
): Promise<{ items: MeansView[]; next?: string }> {
  const filters = await authorisedFilters(acting, wish);
  if (filters === undefined) return { items: [] };
  const { owner, person } = filters;
  const { rows } = await acting.client.query<{ view: MeansView }>(
    `select means_view(a) as view from aliases a
     where a.scheme = 'pseudonym' and ($1::uuid is null or a.means_owner = $1) and ($2::uuid is null or a.party_id = $2)
       and ($3::boolean is null or a.means_active = $3) and ($4::text is null or a.alias > decode($4, 'hex'))
     order by a.alias limit $5`,
    [owner ?? null, person ?? null, active ?? null, after ?? null, limit + 1],
  );
  const items = rows.slice(0, limit).map(({ view }) => view);
  const last = items.at(-1);
  return { items, ...(rows.length > limit && last && { next: last.means_id }) };
}

type Filters = { owner?: PartyId; person?: PartyId };

/** At least one of the two, and the rules were asked about the wider of them. Undefined: nobody has any such means. */
async function authorisedFilters(
  acting: Acting,
  wish: Pick<MeansSearch, 'owner' | 'person'>,
): Promise<Filters | undefined> {
  if (wish.owner === undefined && wish.person === undefined) {
    if (acting.actor === undefined) throw personIsMissing();
    await acting.authorise({ name: 'means.view', party: acting.actor });
    return { person: acting.actor };
  }
  const owner = wish.owner && (await namedParty(acting, wish.owner, '/owner'));
  if (owner === undefined) {
    const person = wish.person && (await namedParty(acting, wish.person, '/person'));
    if (person === undefined) throw personIsMissing();
    await acting.authorise({ name: 'means.view', party: person });
    return { person };
  }
  await acting.authorise({ name: 'means.view', party: owner, means_owner: owner });
  if (wish.person === undefined) return { owner };
  // An employer learns whether he issued a means to a person, not whether that person is known here.
  const person = 'partyId' in wish.person ? wish.person.partyId : await acting.find(wish.person.identifier);
  return person === undefined ? undefined : { owner, person };
}

function personIsMissing(): AppError {
  const faults = [{ at: '/person', message: 'name a person or the owner of the means' }];
  return new AppError('invalid_request', 'whose means?', { faults });
}
