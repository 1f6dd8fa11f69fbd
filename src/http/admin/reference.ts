import type { Operation } from './operation.ts';
export function makeReference(operations: readonly Operation[]) {
  return { html: String(operations.length), headers: {} };
}
