import type pg from 'pg';
import type { Anchor } from './anchor.ts';

export interface VerifyOptions {
  /** First revision to check; the one before it must be there. Default 1: all. */
  from?: number;
  /** Heads noted before. */
  anchors?: readonly Anchor[];
  /** Changes a query. */
  batch?: number;
}

export interface AuditProgress {
  done: number;
  total: number;
}

export interface AuditFault {
  revision: number;
  /** What is wrong there. */
  fault: string;
}

export interface Audited {
  /** Changes that were found right before the fault, or all. */
  verified: number;
  /** The last change when the check began. */
  head: number;
  anchors: number;
  fault?: AuditFault;
}

/**
 * `machtig audit verify`: recomputes the hash of every change and its link to the one before, in pieces, so that a
 * chain of any length takes bounded memory; stops at the first fault. Changes added meanwhile are for the next time.
 */
export async function verifyAudit(
  pool: pg.Pool,
  { from = 1, anchors = [], batch = 2000 }: VerifyOptions = {},
  onProgress: (progress: AuditProgress) => void = () => {},
): Promise<Audited> {
  const head = await headOf(pool);
  const total = Math.max(0, head - from + 1);
  const base = { head, anchors: anchors.length };
  const lost = await findLost(pool, anchors, head);
  if (lost) return { ...base, verified: 0, fault: lost };
  for (let low = from; low <= head; low += batch) {
    const high = Math.min(head, low + batch - 1);
    const fault = await firstFault(pool, low, high);
    if (fault) return { ...base, verified: fault.revision - from, fault };
    onProgress({ done: high - from + 1, total });
  }
  return { ...base, verified: total };
}

async function headOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ head: string }>('select coalesce(max(revision), 0) as head from changes');
  return Number(rows[0]?.head ?? 0);
}

async function firstFault(pool: pg.Pool, low: number, high: number): Promise<AuditFault | undefined> {
  const { rows } = await pool.query<{ revision: string; fault: string }>(
    'select revision, fault from verify_changes_between($1, $2) limit 1',
    [low, high],
  );
  const [found] = rows;
  return found && { revision: Number(found.revision), fault: found.fault };
}

/** The earliest anchor that no longer holds: what it names is gone, or is another change now. */
async function findLost(pool: pg.Pool, anchors: readonly Anchor[], head: number): Promise<AuditFault | undefined> {
  const inOrder = [...anchors].filter(({ revision }) => revision > 0).sort((a, b) => a.revision - b.revision);
  for (const { revision, hash, taken_at } of inOrder) {
    if (revision > head) {
      return { revision, fault: `the chain ends at ${head}, but reached ${revision} on ${taken_at}` };
    }
    const { rows } = await pool.query<{ hash: string }>(
      "select encode(hash, 'hex') as hash from changes where revision = $1",
      [revision],
    );
    if (rows[0]?.hash !== hash) return { revision, fault: `is another change than it was on ${taken_at}` };
  }
  return undefined;
}
