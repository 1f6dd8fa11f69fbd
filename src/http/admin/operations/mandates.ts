import type { Operation } from '../operation.ts';

export const mandatesOperations: readonly Operation[] = [];
