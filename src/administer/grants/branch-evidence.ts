import type { Acting } from '../acting.ts';
import { holdingIdentifications } from '../parties/identifications.ts';
import type { Side } from './sides.ts';
import type { Columns } from './wish.ts';

/**
 * To a mandate for one branch belongs how the legal person was identified: what the registrar recorded of that branch, or
 * of the whole, goes along as evidence (R19). The strongest that still holds; without any nothing is added.
 */
export async function withIdentification(
  acting: Acting,
  { partyId, kind }: Pick<Side, 'partyId' | 'kind'>,
  columns: Columns,
): Promise<Columns> {
  const { branches, evidence } = columns;
  if (kind !== 'organisation' || !Array.isArray(branches) || branches.length !== 1) return columns;
  const held = await holdingIdentifications(acting, partyId, 'eh2');
  const found = held.find(({ branch }) => branch === branches[0]) ?? held.find(({ branch }) => branch === undefined);
  if (found === undefined) return columns;
  const { identification_id, checked_at } = found;
  const added = { kind: 'identification', reference: `identification ${identification_id}`, checked_at };
  return { ...columns, evidence: [...(Array.isArray(evidence) ? evidence : []), added] };
}
