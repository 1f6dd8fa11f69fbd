export * from '../../src/workbench/cases/amsterdam.ts';
