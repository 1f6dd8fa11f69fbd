import type { Operation } from '../operation.ts';

export const meansOperations: readonly Operation[] = [];
