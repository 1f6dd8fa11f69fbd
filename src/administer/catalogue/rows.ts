import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';

/** Changes the named columns of one row; names come from this program alone. */
export async function updateRow(
  client: pg.ClientBase,
  table: 'services' | 'service_instances' | 'service_sets',
  key: { column: string; value: string },
  patch: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(patch);
  if (names.length === 0) return;
  await client.query(
    `update ${table} set (${names.join(', ')}) = (select ${names.join(', ')}
       from jsonb_populate_record(null::${table}, $2::jsonb)) where ${key.column} = $1`,
    [key.value, JSON.stringify(patch)],
  );
}

/** Only what was said: absent stays, null clears. */
export function said<T extends object>(patch: T, columns: readonly (keyof T & string)[]): Record<string, unknown> {
  return Object.fromEntries(columns.filter((name) => patch[name] !== undefined).map((name) => [name, patch[name]]));
}

export function notFound(what: string): AppError {
  return new AppError('not_found', `there is no such ${what}`);
}

/** A view as SQL makes it, with the revision of its last change. */
export type View = Readonly<Record<string, unknown>> & { readonly revision?: string };
