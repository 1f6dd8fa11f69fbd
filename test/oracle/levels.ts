import type { Loa, ServiceFacts } from '../../src/domain/facts.ts';

const ORDER: Loa[] = ['eh2', 'eh2plus', 'eh3', 'eh4'];

/** Spellings of eTD, eIDAS and DigiD; rank 0 is below eh2 and never suffices. */
const SPELLINGS: Record<string, number> = {
  eh1: 0,
  eh2: 1,
  eh2plus: 2,
  eh3: 3,
  eh4: 4,
  'urn:etoegang:core:assurance-class:loa1': 0,
  'urn:etoegang:core:assurance-class:loa2': 1,
  'urn:etoegang:core:assurance-class:loa2plus': 2,
  'urn:etoegang:core:assurance-class:loa3': 3,
  'urn:etoegang:core:assurance-class:loa4': 4,
  'http://eidas.europa.eu/LoA/substantial': 3,
  'http://eidas.europa.eu/LoA/high': 4,
};

export function rankOf(spelling: string): number | undefined {
  return Object.hasOwn(SPELLINGS, spelling) ? SPELLINGS[spelling] : undefined;
}

/** 0 for what is no level. */
export function loaRank(loa: unknown): number {
  return ORDER.indexOf(loa as Loa) + 1; // Whatever it is, it is only compared.
}

export function loaOfRank(rank: number): Loa {
  const loa = ORDER[rank - 1];
  if (loa === undefined) throw new Error(`no level has rank ${rank}`);
  return loa;
}

/** What the service asks: the stricter of definition and instance. */
export function serviceRank({ definition, instance }: ServiceFacts): number {
  return Math.max(loaRank(definition.loa), loaRank(instance.loa));
}

/** The level below which nothing on a path may lie, and what is wrong with the level asked for. */
export function required(service: ServiceFacts, minLoa: string | undefined): { rank: number; failures: string[] } {
  const rank = serviceRank(service);
  if (minLoa === undefined) return { rank, failures: [] };
  const asked = rankOf(minLoa);
  if (asked === undefined) return { rank, failures: ['loa_unknown'] };
  return { rank: Math.max(rank, asked), failures: asked > rank ? ['loa_above_catalogue'] : [] };
}

/** What is wrong with the lowest of these login levels. */
export function loginFailures(loas: (string | undefined)[], rank: number): string[] {
  const failures = loas.flatMap((loa) => {
    if (loa === undefined) return ['loa_missing'];
    const reached = rankOf(loa);
    if (reached === undefined) return ['loa_unknown'];
    return reached < rank ? ['loa_insufficient'] : [];
  });
  return [...new Set(failures)];
}
