import type { Operation } from '../operation.ts';

export const servicesOperations: readonly Operation[] = [];
