export * from '../../src/workbench/cases/register-facts.ts';
