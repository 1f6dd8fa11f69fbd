import type { AdminVerdict } from '../../domain/administration.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { viewMandates } from '../mandate-view.ts';
import { unlessHidden } from './hidden.ts';
import { ownPart } from './own-part.ts';
import { type OwnerReach, readOwnerReach } from './owner-reach.ts';

export interface Seen {
  row: MandateRow;
  /** In which capacity he sees it. */
  verdict: AdminVerdict;
  /** A service owner sees the part that is its own: `ownPart`. */
  owner?: OwnerReach;
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
    if (verdict === undefined) return undefined;
    const isOwner = acting.session.system?.role === 'service_owner';
    return { row, verdict, ...(isOwner && { owner: await readOwnerReach(acting) }) };
  });
}

/** Mandates as this caller may see them; that he may, is settled before. */
export async function viewFor(
  { client }: Acting,
  owner: OwnerReach | undefined,
  ids: readonly string[],
): Promise<unknown[]> {
  const views = await viewMandates(client, ids);
  // `mandate_view` answers objects.
  return owner ? views.map((view) => ownPart(view as Record<string, unknown>, owner)) : views;
}

/** GET /mandates/{mandateId}: the mandate, with its revision for the ETag. */
export async function readMandate(acting: Acting, mandateId: string): Promise<{ view: unknown; revision?: string }> {
  const { owner } = await seeMandate(acting, mandateId);
  const [view] = await viewFor(acting, owner, [mandateId]);
  const { rows } = await acting.client.query<{ revision: string | null }>(
    "select entity_revision('mandate', $1) as revision",
    [mandateId],
  );
  const revision = rows[0]?.revision;
  return { view, ...(revision && { revision }) };
}
