import { AppError } from '../../domain/errors.ts';
import type { MandateStatus } from '../../domain/facts.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { lockMandates } from '../authorise.ts';

/** One mandate, locked until the transaction ends. @throws AppError `not_found` */
export async function lockMandate({ client }: Acting, id: string): Promise<MandateRow> {
  const found = (await lockMandates(client, [id])).get(id);
  if (found === undefined) throw new AppError('not_found', 'there is no such mandate');
  return found;
}

/**
 * Whether the mandate is as whoever acts saw it, and still waits. Ask after authorising: it tells what became of it.
 * @throws AppError `precondition_failed` | `conflict`
 */
export async function refuseUnlessWaiting(
  { client, now }: Acting,
  row: MandateRow,
  statuses: readonly MandateStatus[],
  seen?: string,
): Promise<void> {
  const { rows } = await client.query<{ revision: string | null }>(
    `select entity_revision('mandate', $1) as revision`,
    [row.mandate_id],
  );
  if (seen !== undefined && rows[0]?.revision !== seen) {
    throw new AppError('precondition_failed', 'the mandate has changed since it was seen');
  }
  if (!statuses.some((status) => status === row.status)) {
    throw new AppError('conflict', `the mandate is ${String(row.status)}`);
  }
  if (row.lapses_at != null && new Date(String(row.lapses_at)) <= now) {
    throw new AppError('conflict', 'it has waited too long; ask or offer again');
  }
}
