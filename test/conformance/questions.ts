export { readDecisionBody } from '../../src/workbench/cases/decision-body.ts';
