import type { Ground, Loa, MANDATE_KINDS } from '../../domain/facts.ts';

type MandateKind = (typeof MANDATE_KINDS)[number];

/** A definition as an owner writes it: texts in the citizen's words, and for whom it can be mandated (R43, R55, R120). */
export interface DefinitionTerms {
  name: string;
  description: string;
  consequence: string;
  classification?: string | null | undefined;
  active: boolean;
  loa: Loa;
  kinds: MandateKind[];
  grounds: Ground[];
  domain: 'assets' | 'personal_care' | 'general';
  chains: boolean;
  branches: boolean;
  operations?: string[] | null | undefined;
  follow_up: 'delegate' | 'represented' | 'both';
}

/** What an instance may narrow; null or absent: as its definition says. */
export interface InstanceTerms {
  active?: boolean | undefined;
  loa?: Loa | null | undefined;
  kinds?: MandateKind[] | null | undefined;
  grounds?: Ground[] | null | undefined;
  chains?: boolean | null | undefined;
  branches?: boolean | null | undefined;
}

export const DEFINITION_COLUMNS = [
  'name',
  'description',
  'consequence',
  'classification',
  'active',
  'loa',
  'kinds',
  'grounds',
  'domain',
  'chains',
  'branches',
  'operations',
  'follow_up',
] as const satisfies readonly (keyof DefinitionTerms)[];

export const INSTANCE_COLUMNS = [
  'active',
  'loa',
  'kinds',
  'grounds',
  'chains',
  'branches',
] as const satisfies readonly (keyof InstanceTerms)[];

/**
 * Stands where nobody has written yet what a mandate means. The register keeps a service that says so from being
 * mandatable (constraint `mandatable_services_are_described`).
 */
export const NOT_DESCRIBED =
  'Nog niet beschreven. De dienstaanbieder moet eerst vertellen wat een machtiging voor deze dienst betekent.';

/** Absent stays, null clears. */
export type Patch<T> = { [K in keyof T]?: T[K] | undefined };
