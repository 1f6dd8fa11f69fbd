import { readdir } from 'node:fs/promises';
import type pg from 'pg';
import { isSqlState } from './postgres.ts';

const FORM = /^([0-9]{4})_[a-z_]+\.sql$/;

/** Number of the newest migration that this code knows. */
export async function newestMigration(): Promise<number> {
  const names = await readdir(new URL('migrations/', import.meta.url));
  return Math.max(...names.map((name) => Number(FORM.exec(name)?.[1] ?? 0)));
}

/** Whether a database holds the register as of that migration. Throws when it cannot be asked. */
export async function isMigrated(pool: Pick<pg.Pool, 'query'>, newest: number): Promise<boolean> {
  try {
    const { rowCount } = await pool.query('select from migrations where number = $1', [newest]);
    return rowCount === 1;
  } catch (error) {
    if (isSqlState(error, 'undefinedTable')) return false;
    throw error;
  }
}
