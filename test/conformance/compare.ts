export { comparable } from '../../src/workbench/cases/comparable.ts';
