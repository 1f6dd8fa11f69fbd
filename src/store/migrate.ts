import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { AppError } from '../domain/errors.ts';
import { connect, isSqlState } from './postgres.ts';

const FOLDER = new URL('migrations/', import.meta.url);
const FORM = /^([0-9]{4})_[a-z_]+\.sql$/;
/** First line of a migration after which older code must not run. */
const BREAKING = '-- breaking';

export interface Migration {
  number: number;
  name: string;
  sql: string;
}

export interface MigrateOptions {
  /** Told of each migration that this call applied. */
  onApplied?: (name: string) => void;
  /** Told when the database knows more than this code, in a way that does not break it. */
  onNewer?: (names: string[]) => void;
  /** For tests; by default those beside this file. */
  migrations?: readonly Migration[];
}

/**
 * Brings the database up to date, each migration in one transaction whose first statement inserts its number: of any
 * number of processes that do this at once, one wins each migration and the others carry on after it.
 * @throws AppError `conflict` when newer code has made the database unfit for this one; `store_unavailable`
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<void> {
  const migrations = options.migrations ?? (await readMigrations());
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'machtig migrate' });
  client.on('error', () => {}); // A lost connection also fails the query that is under way.
  await connect(databaseUrl, () => client.connect());
  try {
    await createLedger(client);
    await refuseNewer(client, migrations, options.onNewer);
    let applied = 0;
    for (const migration of migrations) {
      if (!(await apply(client, migration))) continue;
      applied++;
      options.onApplied?.(migration.name);
    }
    if (applied > 0) await grantToRoles(client);
  } finally {
    await client.end();
  }
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => FORM.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({
      number: Number(name.slice(0, 4)),
      name,
      sql: await readFile(new URL(name, FOLDER), 'utf8'),
    })),
  );
}

async function createLedger(client: pg.Client): Promise<void> {
  const ledger = `create table if not exists migrations (
    number integer primary key,
    name text not null,
    breaking boolean not null,
    applied_at timestamptz(3) not null default now()
  )`;
  try {
    await client.query(ledger);
  } catch (error) {
    // "if not exists" does not protect two sessions that create it at the same moment; then it is there.
    const isThere = (['uniqueViolation', 'duplicateTable', 'duplicateObject'] as const).some((s) =>
      isSqlState(error, s),
    );
    if (!isThere) throw error;
  }
}

/** What a migration added is for the roles of the database as well (0449_roles.sql). */
async function grantToRoles(client: pg.Client): Promise<void> {
  const { rows } = await client.query("select to_regprocedure('grant_to_roles()') is not null as known");
  if (rows[0]?.known) await client.query('select grant_to_roles()');
}

async function refuseNewer(client: pg.Client, known: readonly Migration[], warn: MigrateOptions['onNewer']) {
  const numbers = known.map((migration) => migration.number);
  const { rows } = await client.query<{ name: string; breaking: boolean }>(
    'select name, breaking from migrations where number <> all ($1::integer[]) order by number',
    [numbers],
  );
  const breaking = rows.filter((row) => row.breaking).map((row) => row.name);
  if (breaking.length > 0) {
    throw new AppError('conflict', `the database is newer than this program: ${breaking.join(', ')}; upgrade machtig`);
  }
  if (rows.length > 0) warn?.(rows.map((row) => row.name));
}

/** Returns false when the migration had been applied already. */
async function apply(client: pg.Client, { number, name, sql }: Migration): Promise<boolean> {
  await client.query('begin');
  try {
    const insert = 'insert into migrations (number, name, breaking) values ($1, $2, $3) on conflict do nothing';
    const { rowCount } = await client.query(insert, [number, name, sql.startsWith(BREAKING)]);
    if (rowCount === 1) await client.query(sql);
    await client.query('commit');
    return rowCount === 1;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
