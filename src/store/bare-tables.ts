import type pg from 'pg';

/**
 * Runs `fill` while `tables` are without foreign keys, indexes and triggers of their own, and puts them back, which
 * checks every row at once: far quicker than row by row. Within the caller's transaction; others wait for its end.
 */
export async function withBareTables(
  client: pg.ClientBase,
  tables: readonly string[],
  fill: () => Promise<void>,
  onRestore: (done: number, total: number) => void = () => {},
): Promise<void> {
  const { rows: foreignKeys } = await client.query<{ remove: string; restore: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as remove,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as restore
     from pg_constraint where contype = 'f' and conrelid = any ($1::regclass[])`,
    [tables],
  );
  const { rows: indexes } = await client.query<{ remove: string; restore: string }>(
    `select format('drop index %s', indexrelid::regclass) as remove, pg_get_indexdef(indexrelid) as restore
     from pg_index where indrelid = any ($1::regclass[])
       and not exists (select from pg_constraint where conindid = indexrelid)`,
    [tables],
  );
  const triggers = tables.map((table) => ({
    remove: `alter table ${table} disable trigger user`,
    restore: `alter table ${table} enable trigger user`,
  }));
  for (const { remove } of [...triggers, ...foreignKeys, ...indexes]) await client.query(remove);
  await fill();
  const restores = [...indexes, ...foreignKeys, ...triggers];
  for (const [done, { restore }] of restores.entries()) {
    onRestore(done, restores.length);
    await client.query(restore);
  }
}
