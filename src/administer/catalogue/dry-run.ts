import type pg from 'pg';

/**
 * Writes, lets the register judge all of it, and reads how it looks then. When this is a dry run all is taken back:
 * what is answered is what would be, faults included.
 */
export async function written<T>(
  { client }: { client: pg.ClientBase },
  dryRun: boolean,
  write: () => Promise<void>,
  view: () => Promise<T>,
): Promise<T> {
  const finish = async () => {
    await write();
    // Draws the revisions too, so that the view can name them.
    await client.query('set constraints all immediate');
    return view();
  };
  if (!dryRun) return finish();
  await client.query('savepoint dry_run');
  try {
    return await finish();
  } finally {
    await client.query('rollback to savepoint dry_run');
  }
}
