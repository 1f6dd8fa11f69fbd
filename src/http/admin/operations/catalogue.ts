import type { Operation } from '../operation.ts';

export const catalogueOperations: readonly Operation[] = [];
