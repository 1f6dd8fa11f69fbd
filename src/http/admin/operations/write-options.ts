import type { WriteOptions } from '../../../administer/acting.ts';

/** What goes along with a write; absent stays absent. */
export function writeOptions(idempotency: WriteOptions['idempotency'], reason: string | undefined): WriteOptions {
  return { idempotency, ...(reason !== undefined && { reason }) };
}
