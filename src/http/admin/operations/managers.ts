import type { Operation } from '../operation.ts';

export const managersOperations: readonly Operation[] = [];
