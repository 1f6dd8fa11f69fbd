import type { Register as Plain } from '../../src/workbench/cases/register.ts';

export type { MandateRow } from '../../src/workbench/cases/register.ts';

/** What the owner of one service asks besides, by the name of the condition; docs/service-owners.md says how it reads. */
export type Conditions = Readonly<Record<string, unknown>>;

export interface Register extends Plain {
  /** By ServiceID. */
  conditions?: ReadonlyMap<string, Conditions>;
}
