import type pg from 'pg';
import { EVENT_COLUMNS } from '../../src/administer/events/event-columns.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows by table and key, as far as the feed of events shows them; with their revision where they have one. */
export type Rows = Map<string, { row: Row; revision?: string }>;

/** What PostgreSQL has now of mandates, means, states and interventions. */
export async function rowsOf(pool: pg.Pool): Promise<Rows> {
  const { rows } = await pool.query<{ relation: string; subject: string; row: Row; revision: string | null }>(
    `select 'mandates' as relation, mandate_id::text as subject, to_jsonb(m) as row,
       entity_revision('mandate', mandate_id::text) as revision from mandates m
     union all
     select 'aliases', encode(alias, 'hex'), to_jsonb(a), entity_revision('alias', encode(alias, 'hex')) from aliases a
       where scheme = 'pseudonym'
     union all
     select 'party_states', party_id::text, to_jsonb(s), null from party_states s
     union all
     select 'interventions', intervention_id::text, to_jsonb(i), null from interventions i`,
  );
  return new Map(
    rows.flatMap(({ relation, subject, row, revision }) => {
      const shown = Object.fromEntries((EVENT_COLUMNS[relation] ?? []).map((name) => [name, row[name]]));
      const name = nameOfRow(relation, subject, shown);
      return name === undefined ? [] : [[name, { row: shown, ...(revision !== null && { revision }) }] as const];
    }),
  );
}

/** Undefined for what is not compared. */
export function nameOfRow(relation: string, subject: string, row: Row): string | undefined {
  if (relation === 'party_states') return `party_states ${subject} ${row.state} ${row.since} ${row.source}`;
  const isCompared = relation === 'aliases' ? row.scheme === 'pseudonym' : /^(mandates|interventions)$/.test(relation);
  return isCompared ? `${relation} ${subject}` : undefined;
}

/** Whether a change of this table gives its row a revision of its own. */
export const hasRevision = (relation: string): boolean => relation === 'mandates' || relation === 'aliases';
