import type pg from 'pg';
import { AppError } from '../domain/errors.ts';
import type { MandateStatus } from '../domain/facts.ts';
import { isSqlState, withTransaction } from '../store/postgres.ts';

export interface OperateOptions {
  pool: pg.Pool;
  mandateId: string;
  /** Kept with the change, and as the cause of the status. */
  reason?: string;
}

export interface Operated {
  mandateId: string;
  status: MandateStatus;
  /** False when it had this status already: then nothing was written. */
  changed: boolean;
  /** Mandates that were passed on from it and ended with it. */
  onward: string[];
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** `machtig revoke ID`: at once and for good, with all that was passed on from it. */
export const revokeMandate = (options: OperateOptions): Promise<Operated> => setStatus('revoked', options);

/** `machtig suspend ID`: not usable until it is reactivated. */
export const suspendMandate = (options: OperateOptions): Promise<Operated> => setStatus('suspended', options);

/** `machtig reactivate ID`: lifts a suspension, and nothing else. */
export const reactivateMandate = (options: OperateOptions): Promise<Operated> => setStatus('active', options);

/** @throws AppError `invalid_request` (no UUID) | `not_found` | `conflict` (its status does not allow this) */
async function setStatus(status: MandateStatus, { pool, mandateId, reason }: OperateOptions): Promise<Operated> {
  if (!UUID.test(mandateId)) throw new AppError('invalid_request', 'a mandate id is a UUID');
  const actedBy = { who: 'operator', channel: 'operator', ...(reason === undefined ? {} : { reason }) };
  try {
    return await withTransaction(pool, actedBy, async (client) => {
      const found = await statusOf(client, mandateId);
      if (found === undefined) throw new AppError('not_found', `there is no mandate ${mandateId}`);
      if (found === status) return { mandateId, status, changed: false, onward: [] };
      if (status === 'active' && found !== 'suspended') {
        throw new AppError('conflict', `mandate ${mandateId} is ${found}: only a suspended one can be reactivated`);
      }
      await client.query('update mandates set status = $2, status_cause = $3 where mandate_id = $1', [
        mandateId,
        status,
        reason ?? 'operator',
      ]);
      return {
        mandateId,
        status,
        changed: true,
        onward: status === 'revoked' ? await endedWith(client, mandateId) : [],
      };
    });
  } catch (error) {
    if (!isSqlState(error, 'refused')) throw error;
    throw new AppError('conflict', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function statusOf(client: pg.ClientBase, mandateId: string): Promise<string | undefined> {
  const sql = 'select status from mandates where mandate_id = $1 for update';
  const { rows } = await client.query<{ status: string }>(sql, [mandateId]);
  return rows[0]?.status;
}

async function endedWith(client: pg.ClientBase, mandateId: string): Promise<string[]> {
  const { rows } = await client.query<{ mandate_id: string }>(
    `select mandate_id from mandates where derived_from = $1 and status in ('revoked', 'lapsed')
       and status_since = transaction_timestamp()::timestamptz(3) order by mandate_id`,
    [mandateId],
  );
  return rows.map(({ mandate_id }) => mandate_id);
}
