import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { recordConsent, waiting } from '../grants/grant.ts';
import { grantedUnder, grantorOf } from '../grants/rows.ts';
import { answerMandate, type MandateAnswer } from './answer.ts';
import { columnsOf, type MandateChange } from './change.ts';
import type { LifeRow } from './lock.ts';
import { type OneMandate, openMandate, permit } from './permit.ts';
import { hasEnded, insertMandates, successorOf } from './rows.ts';

export interface Renewal extends OneMandate {
  /** Default: where the old one ends, or now if it has ended. */
  starts?: 'at_end' | 'now' | undefined;
  validUntil: string;
  /** Shown anew: what proved the old one proves nothing now (R72). */
  evidence: readonly object[];
  change?: Omit<MandateChange, 'valid_until' | 'evidence'> | undefined;
}

export interface Renewed extends MandateAnswer {
  /** Other grantors must consent first (R51). */
  waits: boolean;
}

/**
 * A new mandate that names the old by `renews` and starts where the old ends (R72-R74); the old is not extended. The
 * rules judge it as a first grant.
 */
export async function renewMandate(acting: Acting, wish: Renewal): Promise<Renewed> {
  const current = await openMandate(acting, wish);
  const parent = await parentOf(acting, current);
  const mandate = successorOf(acting, current, {
    ...(await columnsOf(acting, current, wish.change ?? {})),
    granted_by: await grantorOf(acting, current.kind),
    renews: current.mandate_id,
    valid_from: startOf(acting, current, wish, parent),
    valid_until: wish.validUntil,
    evidence: wish.evidence,
    derived_from: parent?.mandate_id ?? null,
    parent_delegate: parent?.delegate ?? null,
  });
  const verdict = await permit(acting, wish, { name: 'mandate.renew', current, mandate }, 'active');
  await refuseRenewed(acting, current);
  const waits = verdict.holders_required !== null;
  const granted_under = await grantedUnder(acting.client, verdict, mandate);
  await insertMandates(acting.client, [{ ...mandate, granted_under, ...waiting(acting, verdict) }]);
  // The first of those who must grant together has spoken by asking.
  if (waits) await recordConsent(acting, mandate.mandate_id);
  return { ...(await answerMandate(acting.client, mandate.mandate_id)), waits };
}

function startOf({ now }: Acting, current: LifeRow, { starts }: Renewal, parent: LifeRow | undefined): string {
  const atEnd = starts !== 'now' && current.valid_until !== null && !hasEnded(current, now);
  const start = atEnd && current.valid_until !== null ? Date.parse(current.valid_until) : now.getTime();
  return new Date(Math.max(start, parent ? Date.parse(parent.valid_from) : start)).toISOString();
}

/** An onward mandate hangs on its parent, or on what renewed that for the same delegate: the one that lasts longest. */
async function parentOf({ client }: Acting, { derived_from }: LifeRow): Promise<LifeRow | undefined> {
  if (derived_from === null) return undefined;
  const { rows } = await client.query<{ row: LifeRow }>(
    `with recursive line as (
       select m.* from mandates m where m.mandate_id = $1
       union all
       select n.* from mandates n join line on n.renews = line.mandate_id and n.delegate = line.delegate)
     select to_jsonb(line) as row from line
     order by status = 'active' desc, coalesce(valid_until, 'infinity') desc, mandate_id limit 1`,
    [derived_from],
  );
  return rows[0]?.row;
}

async function refuseRenewed({ client }: Acting, { mandate_id }: LifeRow): Promise<void> {
  const { rowCount } = await client.query('select from mandates where renews = $1 and not is_final(status) limit 1', [
    mandate_id,
  ]);
  if (rowCount !== 0) throw new AppError('conflict', 'the mandate has been renewed already');
}
