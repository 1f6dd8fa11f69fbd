import type { Operation } from '../operation.ts';

export const offersOperations: readonly Operation[] = [];
