export * from '../../src/workbench/cases/case-file.ts';
