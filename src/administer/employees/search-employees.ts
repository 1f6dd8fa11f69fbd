import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { askedParty, type Sight } from '../insight/asked-party.ts';
import { viewFor } from '../insight/mandate.ts';
import { visibleOnly } from '../insight/visible.ts';
import { isRefusal } from '../life/permit.ts';
import type { PartyRef } from '../party-ref.ts';
import { employerOf } from './employer.ts';

export interface EmployeeSearch {
  /** By default the party that the login names. */
  employer?: PartyRef;
  /** Stands in the name of the employee. */
  text?: string;
  /** Those of one employee only. */
  employee?: PartyId;
  limit: number;
  after?: readonly [name: string, partyId: PartyId];
}

export interface Employee {
  employee: unknown;
  /** He manages mandates for this employer. */
  manages: boolean;
  /** Issued by this employer; absent where they are not the caller's to see. */
  means?: unknown[];
  /** In force, waiting, or suspended. */
  mandates: unknown[];
}

interface Row {
  party_id: PartyId;
  sorted: string;
  view: unknown;
  manages: boolean;
  ids: string[];
  means: unknown[];
}

/**
 * The people of an organisation, by name: whoever has a mandate as its employee, or a means that it issued, and what each
 * may do (R57, R71, R93, R123). A manager for some branches or services sees those mandates that are within his own.
 * @throws AppError `not_found` | `act_refused`
 */
export async function searchEmployees(
  acting: Acting,
  wish: EmployeeSearch,
): Promise<{ items: Employee[]; next?: readonly [string, PartyId] }> {
  refuseNone(acting, wish);
  const sight = await askedParty(acting, wish.employer);
  // What reaches its services a service owner finds among the mandates; people are between them and their employer.
  if (sight.owner) throw new AppError('not_found', 'no such party, or it is not yours to see');
  await employerOf(acting, sight.party);
  const showsMeans = await seesMeans(acting, sight);
  const rows = await findPeople(acting, sight.party, wish);
  const items: Employee[] = [];
  const page = rows.slice(0, wish.limit);
  for (const { view, manages, ids, means } of page) {
    const seen = await visibleOnly(acting, sight, ids);
    if (seen.length === 0 && !showsMeans) continue;
    items.push({
      employee: view,
      manages,
      ...(showsMeans && { means }),
      mandates: await viewFor(acting, undefined, seen),
    });
  }
  const last = page.at(-1);
  return { items, ...(rows.length > wish.limit && last && { next: [last.sorted, last.party_id] as const }) };
}

/** A person is nobody's employer: by default it is the organisation for which he logged in. */
function refuseNone({ session }: Acting, { employer }: EmployeeSearch): void {
  if (employer !== undefined || session.person?.party !== undefined) return;
  throw new AppError('invalid_request', 'whose people?', {
    faults: [{ at: '/employer', message: 'is missing: the login names no organisation' }],
  });
}

async function seesMeans(acting: Acting, { party, isPartial }: Sight): Promise<boolean> {
  if (isPartial) return false;
  try {
    await acting.authorise({ name: 'means.view', party, means_owner: party });
    return true;
  } catch (thrown) {
    if (isRefusal(thrown)) return false;
    throw thrown;
  }
}

async function findPeople(
  { client, now, manage }: Acting,
  employer: PartyId,
  { text, employee, after, limit }: EmployeeSearch,
): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `with own as (
       select m.* from mandates m where m.represented = $1 and m.kind = 'employee'
         and m.status in ('requested', 'offered', 'active', 'suspended') and coalesce(m.valid_until > $2, true)),
     people as (
       select delegate as party_id from own
       union select party_id from aliases where means_owner = $1),
     page as (
       select p.party_id, lower(p.name) collate "C" as sorted from people join parties p using (party_id)
       where ($3::text is null or position(lower($3) in lower(p.name)) > 0) and ($4::uuid is null or p.party_id = $4)
         and ($5::text is null or (lower(p.name) collate "C", p.party_id) > ($5, $6::uuid))
       order by 2, 1 limit $7)
     select page.party_id, page.sorted, party_view(page.party_id) as view,
       exists (select from own m where m.delegate = page.party_id and is_managing(m, $8, $2)) as manages,
       array(select m.mandate_id from own m where m.delegate = page.party_id order by m.granted_at, m.mandate_id limit 100)
         as ids,
       coalesce((select jsonb_agg(jsonb_build_object('means_id', encode(a.alias, 'hex'), 'active', a.means_active)
         order by a.alias) from aliases a where a.means_owner = $1 and a.party_id = page.party_id), '[]') as means
     from page order by page.sorted, page.party_id`,
    [
      employer,
      now,
      text ?? null,
      employee ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      limit + 1,
      manage.serviceUuid,
    ],
  );
  return rows;
}
