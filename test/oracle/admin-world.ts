import type { AdminVerdict } from '../../src/domain/administration.ts';
import type { ActRow, AdminQuestion } from '../../src/workbench/cases/act-world.ts';

export type AdminAnswer = AdminVerdict;

export const concerned = ({ current, mandate }: AdminQuestion): ActRow[] => [
  ...(current ? [current] : []),
  ...(mandate ? [mandate] : []),
];
export const made = ({ current, mandate }: AdminQuestion): ActRow | undefined => mandate ?? current;
