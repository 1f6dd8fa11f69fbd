import type { AdminVerdict } from '../../domain/administration.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { viewMandates } from '../mandate-view.ts';
import { unlessHidden } from './hidden.ts';

export interface Seen {
  row: MandateRow;
  /** In which capacity he sees it. */
  verdict: AdminVerdict;
}

/**
 * A mandate that the caller may see, as it stands.
 * @throws AppError `not_found`, whether it is not there or not his to see
 */
export async function seeMandate(acting: Acting, mandateId: string): Promise<Seen> {
  return unlessHidden('no such mandate, or it is not yours to see', async () => {
    const { rows } = await acting.client.query<{ row: MandateRow }>(
      'select to_jsonb(m) as row from mandates m where mandate_id = $1',
      [mandateId],
    );
    const row = rows[0]?.row;
    if (row === undefined) return undefined;
    const [verdict] = await acting.authorise({ name: 'mandate.view', current: row });
    return verdict && { row, verdict };
  });
}

/** GET /mandates/{mandateId}: the mandate, with its revision for the ETag. */
export async function readMandate(acting: Acting, mandateId: string): Promise<{ view: unknown; revision?: string }> {
  await seeMandate(acting, mandateId);
  const [view] = await viewMandates(acting.client, [mandateId]);
  const { rows } = await acting.client.query<{ revision: string | null }>(
    "select entity_revision('mandate', $1) as revision",
    [mandateId],
  );
  const revision = rows[0]?.revision;
  return { view, ...(revision && { revision }) };
}
