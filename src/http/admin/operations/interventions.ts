import type { Operation } from '../operation.ts';

export const interventionsOperations: readonly Operation[] = [];
