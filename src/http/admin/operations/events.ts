import type { Operation } from '../operation.ts';

export const eventsOperations: readonly Operation[] = [];
