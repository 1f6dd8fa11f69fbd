import type { Operation } from '../operation.ts';

export const grantsOperations: readonly Operation[] = [];
