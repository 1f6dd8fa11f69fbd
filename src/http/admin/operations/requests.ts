import type { Operation } from '../operation.ts';

export const requestsOperations: readonly Operation[] = [];
