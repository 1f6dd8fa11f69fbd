import type pg from 'pg';
import type { MandateRow } from '../acting.ts';

/** What a service means to whoever mandates it, in the citizen's words (R55). */
export interface Meaning {
  service_uuid: string;
  name: string;
  description: string;
  consequence: string;
}

const MOST = 200;

/** The services that a mandate would cover today, by name, by set or by owner; none when it covers all there are. */
export async function meaningOf(client: pg.ClientBase, row: MandateRow): Promise<Meaning[]> {
  const { rows } = await client.query<Meaning>(
    `with asked as (select m from jsonb_populate_record(null::mandates, $1) as m),
       -- Once, and not for every service of the catalogue.
       covered as materialized (select array(select (one ->> 'service_uuid')::uuid
         from asked, jsonb_array_elements(act_services(asked.m)) as one) as services)
     select s.service_uuid, s.name::text, s.description::text, s.consequence::text from services s, asked, covered
     where s.active and (
       s.service_uuid = any (covered.services)
       or exists (select from service_instances i where i.service_uuid = s.service_uuid and i.active
         and i.owner_id = (asked.m).owner_id and (asked.m).kind = any (coalesce(i.kinds, s.kinds))))
     order by s.name limit $2`,
    [JSON.stringify(row), MOST],
  );
  return rows;
}

/** Stands in the name of an offer that names nobody. */
export const WHOEVER = 'Wie de code krijgt';

/** A name in the citizen's words: "Veevervoer Hendriks handelt voor De Lage Weide: Melding veetransport". */
export function nameOf(delegate: string | undefined, represented: string, meaning: readonly Meaning[]): string {
  const [first, ...others] = meaning.map(({ name }) => name);
  const services =
    first === undefined ? 'alle diensten' : others.length === 0 ? first : `${first} en ${others.length} andere`;
  return `${delegate ?? WHOEVER} handelt voor ${represented}: ${services}`;
}
