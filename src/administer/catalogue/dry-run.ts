import type pg from 'pg';

/** Everything that is judged at the end of a transaction, but for the record of what changed. */
const JUDGED = 'instance_may_only_narrow, membership_is_orderly';

/**
 * Writes, lets the register judge it, and reads how it looks then. When this is a dry run all is taken back: what is
 * answered is what would be, faults included. It draws no revision, and so keeps no writer waiting.
 */
export async function written<T>(
  { client }: { client: pg.ClientBase },
  dryRun: boolean,
  write: () => Promise<void>,
  view: () => Promise<T>,
): Promise<T> {
  if (!dryRun) {
    await write();
    // Draws the revisions too, so that the view can name them.
    await client.query('set constraints all immediate');
    return view();
  }
  await client.query('savepoint dry_run');
  try {
    await write();
    await client.query(`set constraints ${JUDGED} immediate`);
    return await view();
  } finally {
    await client.query('rollback to savepoint dry_run');
  }
}
