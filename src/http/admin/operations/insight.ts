import type { Operation } from '../operation.ts';

export const insightOperations: readonly Operation[] = [];
