import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type pg from 'pg';

/** One statement upon one row of a table, whichever the register lets pass; `$1` takes `values`, if any. */
export interface RandomWrite {
  table: string;
  sql: string;
  values: string[];
}

interface Column {
  table: string;
  name: string;
  type: string;
  /** Part of a unique index. */
  key: boolean;
  /** What it refers to, as `table.column`. */
  refers: string | null;
  /** What its own constraints, or those of its domain, name. */
  words: string[];
}

const INSERTS = 25;
const DELETES = 6;
const OTHERS = 3;

/**
 * Statements that try to change every column of every table of which changes are recorded, to insert copies of rows
 * under other keys, and to delete rows. Made from the database's own catalogue, so that later columns take part.
 */
export async function randomWrites(pool: pg.Pool): Promise<RandomWrite[]> {
  const columns = await columnsOf(pool);
  const tables = [...new Set(columns.map(({ table }) => table))];
  const writes = [
    ...columns.flatMap(updates),
    ...tables.flatMap((table) => copies(table, columns)),
    ...tables.flatMap((table) => repeat(DELETES, () => write(table, `delete from ${table} where ${ANY_ROW(table)}`))),
  ];
  return shuffled(writes);
}

/** Tables whose rows are recorded as changes with facts: those that decisions read. */
export async function recordedTables(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select tgrelid::regclass::text as name from pg_trigger
     where tgfoid in ('record_mandate'::regproc, 'record_party'::regproc, 'record_service'::regproc) order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function columnsOf(pool: pg.Pool): Promise<Column[]> {
  const { rows } = await pool.query<Column>(
    `select c.table_name as table, c.column_name as name, c.data_type as type, exists (
       select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
       where i.indisunique and i.indrelid = c.table_name::regclass and a.attname = c.column_name) as key,
       (select f.confrelid::regclass || '.' || there.attname
        from pg_constraint f cross join unnest(f.conkey, f.confkey) as pair (here, there)
          join pg_attribute here on here.attrelid = f.conrelid and here.attnum = pair.here
          join pg_attribute there on there.attrelid = f.confrelid and there.attnum = pair.there
        where f.contype = 'f' and f.conrelid = c.table_name::regclass and here.attname = c.column_name limit 1) as refers,
       array(select distinct m.word[1] from pg_constraint k
         left join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
         cross join regexp_matches(pg_get_constraintdef(k.oid), '''([a-z_0-9]+)''::text', 'g') as m (word)
         where k.contypid = to_regtype(c.domain_name) and k.contypid <> 0
           or k.conrelid = c.table_name::regclass and a.attname = c.column_name and c.data_type = 'text') as words
     from information_schema.columns c where c.table_schema = 'public' and c.table_name = any ($1)`,
    [await recordedTables(pool)],
  );
  return rows;
}

const ANY_ROW = (table: string) => `ctid = (select x.ctid from ${table} x order by random() limit 1)`;

function updates(column: Column): RandomWrite[] {
  const { table, name, type, key, refers, words } = column;
  const other = (from: string, of: string) =>
    `coalesce((select x.${of} from ${from} x where x.${of} is distinct from ${table}.${name} order by random() limit 1), ${name})`;
  const [target = table, of = name] = refers?.split('.') ?? [];
  const next = [
    'null',
    ...repeat(OTHERS, () => other(table, name)),
    ...(refers === null ? [] : repeat(OTHERS, () => other(target, of))),
    ...(key ? repeat(OTHERS, () => `'${fresh(column)}'`) : []),
    ...(NEXT[type] ?? []).map((sql) => sql.replaceAll('$', name)),
    ...words.map((word) => `'${word}'`),
  ];
  return next.map((value) => write(table, `update ${table} set ${name} = ${value} where ${ANY_ROW(table)}`));
}

/** What a value of this type may become; `$` stands for the column. */
const NEXT: Record<string, string[]> = {
  boolean: ['not $', 'not $', 'not $'],
  integer: ['$ + 1', '$ - 1', '2'],
  text: [`$ || 'x'`],
  date: ['$ + 1'],
  uuid: ['gen_random_uuid()'],
  jsonb: [`'[]'`, `'[{"kind": "signature", "checked_at": "2026-01-01"}]'`],
  ARRAY: [`'{}'`, '$ || $', '$[2:]', `'{employee}'`, `'{view}'`],
  'timestamp with time zone': [`$ + interval '1 day'`, `$ - interval '1 day'`, 'now()'],
};

function copies(table: string, columns: readonly Column[]): RandomWrite[] {
  const keys = columns.filter((column) => column.table === table && column.key);
  const status = columns.some((column) => column.table === table && column.name === 'status');
  return repeat(INSERTS, () => {
    const chosen = shuffled(keys).slice(0, 1 + randomInt(keys.length));
    const changed = Object.fromEntries(chosen.map((column) => [column.name, fresh(column)]));
    const copy = `insert into ${table} select (jsonb_populate_record(x, $1::jsonb)).* from ${table} x
      order by random() limit 1`;
    return write(table, copy, JSON.stringify({ ...changed, ...(status && { status: 'active' }) }));
  });
}

function fresh({ name, type }: Column): unknown {
  if (type === 'uuid') return randomUUID();
  if (type === 'bytea') return `\\x${randomBytes(16).toString('hex')}`;
  if (type === 'integer') return randomInt(1, 5);
  if (type === 'timestamp with time zone') return new Date(Date.UTC(2026, 0, randomInt(1, 28))).toISOString();
  const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('');
  if (name === 'oin') return digits(20);
  if (name === 'branch') return digits(12);
  if (name === 'public_value') return digits(8);
  return `urn:${randomUUID()}`;
}

function write(table: string, sql: string, ...values: string[]): RandomWrite {
  return { table, sql, values };
}

function repeat<T>(times: number, make: () => T): T[] {
  return Array.from({ length: times }, make);
}

export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
