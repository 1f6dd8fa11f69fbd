import type { Session } from './session.ts';

/** One committed change: the facts of one entity before and after it, as the views of the register spell them. */
export interface ChangeRow {
  n: number;
  hash: string;
  entity: string;
  entity_id: string;
  facts_before: unknown;
  facts_after: unknown;
  /** What the party of a changed alias may be called now. */
  names: { party_id: string; facts: unknown } | null;
}

/** What one look at the register saw, in one snapshot. */
export interface Look {
  epoch: number;
  keyId: string;
  keyCheck: string;
  standby: boolean;
  changes: ChangeRow[];
  /** Nothing was committed beyond the last of `changes` (or beyond the cursor, if there are none). */
  complete: boolean;
}

interface LookRow extends Omit<ChangeRow, 'n'> {
  epoch: number;
  keyId: string;
  keyCheck: string;
  standby: boolean;
  n: string | null;
  transaction: string;
}

/**
 * Reads at most `limit` changes after revision `n`, in commit order, together with what the register says of itself.
 * The last transaction is left for the next look when it may not be whole, so that readers see whole transactions;
 * only one that alone exceeds `limit` is taken in parts.
 * @returns undefined when the register has no row.
 */
export async function look(session: Session, n: number, limit: number): Promise<Look | undefined> {
  const rows = await session.query<LookRow>(
    `select r.epoch, coalesce(r.key_id, '') as "keyId", coalesce(r.key_check, '') as "keyCheck",
            pg_is_in_recovery() as standby, c.n, c.hash, c.entity, c.entity_id, c.facts_before, c.facts_after, c.names, c.transaction
     from register r
     left join lateral (
       select revision as n, encode(hash, 'hex') as hash, entity, entity_id,
              facts_before, facts_after, names_touched(changes) as names, transaction_id as transaction
       from changes where revision > $1 order by revision limit $2
     ) c on true
     order by c.n`,
    [n, limit],
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const { epoch, keyId, keyCheck, standby } = first;
  const found = rows.flatMap((row) => (row.n === null ? [] : [{ ...row, n: Number(row.n) }]));
  const complete = found.length < limit;
  return { epoch, keyId, keyCheck, standby, complete, changes: complete ? found : wholeTransactions(found) };
}

function wholeTransactions<Row extends { transaction: string }>(rows: Row[]): Row[] {
  const last = rows.at(-1)?.transaction;
  const whole = rows.filter((row) => row.transaction !== last);
  return whole.length > 0 ? whole : rows;
}
