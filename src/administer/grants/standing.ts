import { AppError } from '../../domain/errors.ts';
import type { MandateStatus } from '../../domain/facts.ts';
import { type LifeAct, requireStep } from '../../domain/mandate-life.ts';
import type { Acting } from '../acting.ts';
import { refuseChanged } from '../if-match.ts';
import { type LifeRow, lockLives } from '../life/lock.ts';

/** One mandate, locked until the transaction ends. @throws AppError `not_found` */
export async function lockMandate({ client }: Acting, id: string): Promise<LifeRow> {
  const found = (await lockLives(client, [id])).get(id);
  if (found === undefined) throw new AppError('not_found', 'there is no such mandate');
  return found;
}

export interface WaitingStep {
  act: LifeAct;
  to: MandateStatus;
  /** Revision of the mandate as the caller saw it. */
  seen?: string | undefined;
}

/**
 * Whether the mandate is as whoever acts saw it, and still waits. Ask after authorising: it tells what became of it.
 * @throws AppError `precondition_failed` | `conflict`
 */
export async function refuseUnlessWaiting(
  { client, now }: Acting,
  row: LifeRow,
  { act, to, seen }: WaitingStep,
): Promise<void> {
  await refuseChanged(client, { entity: 'mandate', id: row.mandate_id, ifMatch: seen });
  requireStep(row, act, to);
  if (row.lapses_at != null && new Date(String(row.lapses_at)) <= now) {
    throw new AppError('conflict', 'it has waited too long; ask or offer again');
  }
}
