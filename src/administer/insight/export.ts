import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { toCsv } from './csv.ts';
import { resolveSearch, type SearchWish } from './search.ts';
import { searchStatement } from './search-sql.ts';
import { visibleOnly } from './visible.ts';

/** Beyond this a table is no longer read by people. */
const MOST_LINES = 100_000;
/** As many are judged one by one for who sees but a part. */
const MOST_JUDGED = 1000;

interface Line {
  mandate_id: string;
  cells: string[];
}

const HEADINGS = [
  'machtiging',
  'naam',
  'soort',
  'grond',
  'status',
  'vertegenwoordigde',
  'gemachtigde',
  'diensten',
  'vestigingen',
  'niveau',
  'geldig vanaf',
  'geldig tot',
  'gegeven op',
  'laatst gebruikt',
];

/**
 * A search as CSV, newest first.
 * @throws AppError `not_found` | `act_refused` | `invalid_request` (also when it finds too many)
 */
export async function exportMandates(acting: Acting, wish: Omit<SearchWish, 'limit' | 'after'>): Promise<string> {
  const { search, sight } = await resolveSearch(acting, wish);
  // Its lines name all that a mandate covers.
  if (sight.owner) throw new AppError('not_found', 'a table is for the party itself');
  const most = sight.isPartial ? MOST_JUDGED : MOST_LINES;
  const { text, values } = searchStatement(search, undefined, most + 1);
  const { rows } = await acting.client.query<Line>(`with found as (${text}) ${LINES}`, values);
  if (rows.length > most) {
    throw new AppError('invalid_request', 'too many mandates for one table', {
      faults: [{ at: '', message: `more than ${most} mandates are found; narrow the search` }],
    });
  }
  const ids = rows.map(({ mandate_id }) => mandate_id);
  const seen = new Set(await visibleOnly(acting, sight, ids));
  return toCsv([HEADINGS, ...rows.filter(({ mandate_id }) => seen.has(mandate_id)).map(({ cells }) => cells)]);
}

const LINES = `
  select m.mandate_id, array[m.mandate_id::text, m.name, m.kind, coalesce(m.ground, ''), m.status, r.name, d.name,
    case when m.all_services then 'alle' else concat_ws('; ', (select o.name from service_owners o where o.owner_id = m.owner_id),
      (select string_agg(t.name, '; ' order by t.name) from jsonb_array_elements(m.sets) as c
        join service_sets t on t.set_id = (c ->> 'set')::uuid),
      (select string_agg(s.name, '; ' order by s.name) from services s where s.service_uuid = any (m.services))) end,
    case when m.all_branches then 'alle' else array_to_string(m.branches, '; ') end, m.loa,
    utc(m.valid_from), coalesce(utc(m.valid_until), ''), utc(m.granted_at),
    coalesce((select utc(max(u.last_used_at)) from mandate_uses u where u.mandate_id = m.mandate_id), '')] as cells
  from found join mandates m using (mandate_id)
    join parties r on r.party_id = m.represented join parties d on d.party_id = m.delegate
  order by m.granted_at desc, m.mandate_id desc`;
