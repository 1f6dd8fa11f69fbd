import type { Operation } from '../operation.ts';

export const noticesOperations: readonly Operation[] = [];
