import pg from 'pg';
import type { Fault } from '../domain/errors.ts';
import type { Path } from './places.ts';

/** A row to write, as JSON by column name, and where in the file it comes from. */
export interface FileRow {
  row: Record<string, unknown>;
  path: Path;
}

export interface RowTarget {
  table: string;
  /** Columns given by each row; the others keep their default. */
  columns: readonly string[];
  /** Columns by which a row is found again. */
  key: readonly string[];
  /** Columns that an existing row keeps. */
  keep?: readonly string[];
  /** SQL for what a column of an existing row becomes, where that is not simply what the file says (`excluded`). */
  becomes?: Readonly<Record<string, string>>;
  /** A column that a row may leave open: a new row then gets this value, and one that is there keeps its own. */
  open?: { column: string; value: unknown };
}

export interface Written {
  added: number;
  changed: number;
}

export interface RowWriter {
  write(target: RowTarget, rows: readonly FileRow[], onWritten?: (done: number) => void): Promise<Written>;
  /** Every row that the database refused, in its own words. */
  faults: Fault[];
}

const BATCH = 1000;

/**
 * Upserts rows in batches. When the database refuses a batch its rows are tried one by one, so that each fault comes
 * with its place; the transaction is then only good for finding more faults.
 */
export function makeRowWriter(client: pg.ClientBase, placeOf: (path: Path) => string): RowWriter {
  const faults: Fault[] = [];
  const attempt = async (sql: string, rows: readonly FileRow[]): Promise<Written | pg.DatabaseError> => {
    await client.query('savepoint rows');
    try {
      const { rows: done } = await client.query<{ added: boolean }>(sql, [JSON.stringify(rows.map(({ row }) => row))]);
      await client.query('release savepoint rows');
      const added = done.filter((row) => row.added).length;
      return { added, changed: done.length - added };
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      await client.query('rollback to savepoint rows');
      return error;
    }
  };
  const writeBatch = async (sql: string, rows: readonly FileRow[]): Promise<Written> => {
    const whole = await attempt(sql, rows);
    if (!(whole instanceof pg.DatabaseError)) return whole;
    const total = { added: 0, changed: 0 };
    for (const row of rows) {
      const one = await attempt(sql, [row]);
      if (one instanceof pg.DatabaseError) faults.push({ at: placeOf(row.path), message: toSentence(one) });
      else add(total, one);
    }
    return total;
  };
  return {
    faults,
    write: async (target, rows, onWritten) => {
      const total = { added: 0, changed: 0 };
      let done = 0;
      for (const [part, partRows] of partsOf(target, rows)) {
        const sql = upsert(part);
        for (let from = 0; from < partRows.length; from += BATCH) {
          const batch = partRows.slice(from, from + BATCH);
          add(total, await writeBatch(sql, batch));
          done += batch.length;
          onWritten?.(done);
        }
      }
      return total;
    },
  };
}

/** Rows that leave the open column open are written apart from those that do not. */
function partsOf(target: RowTarget, rows: readonly FileRow[]): [RowTarget, readonly FileRow[]][] {
  const { open, keep = [] } = target;
  if (open === undefined) return [[target, rows]];
  const { column, value } = open;
  const said = rows.filter(({ row }) => row[column] !== undefined);
  const unsaid = rows.filter(({ row }) => row[column] === undefined);
  return [
    [target, said],
    [
      { ...target, keep: [...keep, column] },
      unsaid.map(({ row, path }) => ({ row: { ...row, [column]: value }, path })),
    ],
  ];
}

/** Inserts rows with the same columns; names come from this program alone. */
export async function insertRows(
  client: pg.ClientBase,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  if (columns === '') return;
  await client.query(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

/** Names come from this program alone. Rows that are the same already are not touched: they would count as changes. */
function upsert({ table, columns, key, keep = [], becomes = {} }: RowTarget): string {
  const changing = columns.filter((name) => !key.includes(name) && !keep.includes(name));
  const there = changing.map((name) => `${table}.${name}`);
  const next = changing.map((name) => becomes[name] ?? `excluded.${name}`);
  const resolve =
    changing.length === 0
      ? 'do nothing'
      : `do update set (${changing.join(', ')}) = row(${next.join(', ')})
         where (${there.join(', ')}) is distinct from (${next.join(', ')})`;
  return `insert into ${table} (${columns.join(', ')})
    select ${columns.join(', ')} from jsonb_populate_recordset(null::${table}, $1::jsonb)
    on conflict (${key.join(', ')}) ${resolve}
    returning xmax = 0 as added`;
}

function add(total: Written, more: Written): void {
  total.added += more.added;
  total.changed += more.changed;
}

/** Constraints are named as sentences; what triggers raise is one. Details may hold values, and are left out. */
function toSentence(error: pg.DatabaseError): string {
  const rule = error.constraint?.replaceAll('_', ' ');
  if (error.code === 'MA001' || rule === undefined) return error.message;
  return `the register refuses it: ${rule}`;
}
