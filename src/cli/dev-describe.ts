import type pg from 'pg';
import { z } from 'zod';
import type { Described } from '../http/console/mandate-card.ts';

const limit = z.union([z.literal('all'), z.array(z.string())]);
const card = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  ground: z.string().nullable(),
  represented: z.string(),
  delegate: z.string(),
  status: z.string(),
  loa: z.string(),
  valid_from: z.date(),
  valid_until: z.date().nullable(),
  covers: z.array(z.string()),
  operations: limit,
  branches: limit,
  cases: limit,
  reach: z.string().nullable(),
  joint_required: z.number().nullable(),
});

/** Mandates and parties by id, as the register has them now. What it does not have is left out. */
export async function describe(
  pool: pg.Pool,
  mandates: readonly string[],
  parties: readonly string[],
): Promise<Described> {
  const [found, named] = await Promise.all([
    pool.query<Record<string, unknown>>(MANDATES, [mandates]),
    pool.query<{ party_id: string; name: string }>('select party_id, name from parties where party_id = any($1)', [
      parties,
    ]),
  ]);
  const cards = found.rows.map((row) => {
    const { valid_from, valid_until, joint_required, ...rest } = card.parse(row);
    const validUntil = valid_until === null ? null : valid_until.getTime();
    return { ...rest, validFrom: valid_from.getTime(), validUntil, required: joint_required };
  });
  return {
    mandates: new Map(cards.map((one) => [one.id, one])),
    parties: new Map(named.rows.map(({ party_id, name }) => [party_id, name])),
  };
}

const MANDATES = `
  select m.mandate_id as id, m.name, m.kind, m.ground, m.status, m.loa::text as loa, m.reach, m.joint_required,
    m.valid_from, m.valid_until, r.name as represented, d.name as delegate,
    array(select s.name::text from services s where s.service_uuid = any (m.services) order by 1)
      || array(select 'the set ' || t.name from jsonb_to_recordset(m.sets) as named (set uuid)
               join service_sets t on t.set_id = named.set order by 1)
      || array(select 'all services of ' || o.name from service_owners o where o.owner_id = m.owner_id) as covers,
    case when m.all_operations then to_jsonb('all'::text) else to_jsonb(m.operations) end as operations,
    case when m.all_branches then to_jsonb('all'::text) else to_jsonb(m.branches) end as branches,
    case when m.all_cases then to_jsonb('all'::text) else to_jsonb(m.cases) end as cases
  from mandates m
  join parties r on r.party_id = m.represented
  join parties d on d.party_id = m.delegate
  where m.mandate_id = any ($1)`;
