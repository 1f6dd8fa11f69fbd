import type { Operation } from '../operation.ts';

export const partiesOperations: readonly Operation[] = [];
