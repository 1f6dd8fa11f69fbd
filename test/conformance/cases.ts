import { join } from 'node:path';
import { type CaseSet, readCases } from '../../src/workbench/cases/cases.ts';

export { type Case, type CaseSet, readRegister } from '../../src/workbench/cases/cases.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The project's own cases, on the example register. @throws Error naming file, case and fault. */
export function loadCases(): CaseSet {
  return readCases({
    cases: join(import.meta.dirname, 'cases'),
    registers: [join(ROOT, 'examples/register.yaml'), join(import.meta.dirname, 'catalogue.yaml')],
  });
}
