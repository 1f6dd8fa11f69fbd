export * from '../../src/workbench/cases/case-register.ts';
