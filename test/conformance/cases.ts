import { join } from 'node:path';
import { type ActCase, readActs } from '../../src/workbench/cases/act-cases.ts';
import { type CaseSet, readCases } from '../../src/workbench/cases/cases.ts';

const ROOT = join(import.meta.dirname, '../..');

const REGISTERS = [join(ROOT, 'examples/register.yaml'), join(import.meta.dirname, 'catalogue.yaml')];
const MANAGE = 'urn:etoegang:DV:00000003800000070000:services:2';

/** The project's own cases, on the example register. @throws Error naming file, case and fault. */
export function loadCases(): CaseSet {
  return readCases({ cases: join(import.meta.dirname, 'cases'), registers: REGISTERS });
}

/** Those about managing. */
export function loadActs(): ActCase[] {
  return readActs({ cases: join(import.meta.dirname, 'admin/cases'), registers: REGISTERS, manage: MANAGE });
}
