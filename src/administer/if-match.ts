import type pg from 'pg';
import { AppError } from '../domain/errors.ts';

/** ETag of what was loaded without a change of its own (a generated register). */
export const NEVER_CHANGED = '0';

/**
 * Refuses when something has changed since the caller saw it (R70: nobody overwrites what he has not seen).
 * Lock the row first, or it may change in between.
 * @param entity as in `changes`: `mandate`, `party`, …
 * @param ifMatch the ETag that the caller saw; undefined: he did not say, and does not care
 * @throws AppError `precondition_failed`
 */
export async function refuseChanged(
  client: pg.ClientBase,
  { entity, id, ifMatch }: { entity: string; id: string; ifMatch: string | undefined },
): Promise<void> {
  if (ifMatch === undefined) return;
  const { rows } = await client.query<{ revision: string | null }>('select entity_revision($1, $2) as revision', [
    entity,
    id,
  ]);
  if ((rows[0]?.revision ?? NEVER_CHANGED) === ifMatch) return;
  throw new AppError('precondition_failed', `the ${entity} has changed meanwhile`);
}
