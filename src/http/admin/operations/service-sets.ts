import type { Operation } from '../operation.ts';

export const serviceSetsOperations: readonly Operation[] = [];
