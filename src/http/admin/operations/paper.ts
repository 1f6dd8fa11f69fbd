import type { Operation } from '../operation.ts';

export const paperOperations: readonly Operation[] = [];
