import type { Operation } from './operation.ts';
export function adminOpenApi(operations: readonly Operation[]): object {
  return { operations: operations.length };
}
