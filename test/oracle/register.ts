import type { Register as Plain } from '../../src/workbench/cases/register.ts';

export type { MandateRow } from '../../src/workbench/cases/register.ts';

/** What the owner of one service asks besides, by the name of the condition, if it is written as it should be. */
export type Conditions = unknown;

export interface Register extends Plain {
  /** By ServiceID. */
  conditions?: ReadonlyMap<string, Conditions>;
}
