export * from '../../src/workbench/cases/register-writes.ts';
