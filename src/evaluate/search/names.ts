import type { Caller } from '../../domain/caller.ts';
import type { NameFacts, PartyFacts } from '../../domain/facts.ts';
import type { Lookups } from '../../mandates/lookups.ts';
import { recordKey } from '../../mandates/record-key.ts';
import type { Hit } from './page.ts';

/** A result, with what its party may be called by as far as its own record does not say it. */
export interface NamedHit extends Hit {
  names?: NameFacts;
}

/** Reads the names of those who need them: organisations without KvK number, and persons whom the caller may name. */
export async function namesOf(
  hits: readonly Hit[],
  { rights }: Caller,
  lookups: Pick<Lookups, 'read'>,
): Promise<NamedHit[]> {
  const needs = (party: PartyFacts) => (party.kind === 'person' ? rights.bsn : party.kvk === undefined);
  const nameless = [...new Set(hits.flatMap(({ party }) => (party && needs(party) ? party.party_id : [])))];
  if (nameless.length === 0) return [...hits];
  const found = await lookups.read(nameless.map(recordKey.names));
  // Keys of names lead to names.
  const names = new Map(nameless.map((party, index) => [party, found[index] as NameFacts | null | undefined]));
  return hits.map((hit) => {
    const known = names.get(hit.id);
    return known ? { ...hit, names: known } : hit;
  });
}
