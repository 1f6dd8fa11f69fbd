export * from '../../src/workbench/cases/register-file.ts';
