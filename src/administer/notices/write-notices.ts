import type pg from 'pg';

export interface WrittenNotices {
  /** Changes that were looked at. */
  seen: number;
  written: number;
}

/**
 * Makes the notices of all changes that are not told of yet, in batches of one statement each: a crash loses nothing
 * and tells nothing twice, and of several that run at once each goes on behind the other (R124).
 */
export async function writeNotices(pool: pg.Pool, { batch = 5000 } = {}): Promise<WrittenNotices> {
  const total = { seen: 0, written: 0 };
  for (;;) {
    const { rows } = await pool.query<{ seen: string; written: string }>('select * from write_notices($1)', [batch]);
    const seen = Number(rows[0]?.seen ?? 0);
    total.seen += seen;
    total.written += Number(rows[0]?.written ?? 0);
    if (seen < batch) return total;
  }
}
