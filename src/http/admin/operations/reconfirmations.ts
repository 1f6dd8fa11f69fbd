import type { Operation } from '../operation.ts';

export const reconfirmationsOperations: readonly Operation[] = [];
