export type { MandateRow, Register } from '../../src/workbench/cases/register.ts';
