import type { Found } from './lookups.ts';
import type { RecordKey } from './record.ts';

// Bytes in V8's heap, measured over 100,000 entries of each kind on Node 20 (mandate 523, party 272, alias 190) and
// rounded up: numbers and references of fields, and codes of this program, which exist once, are in FIELD.
const ENTRY = 48;
const STRING = 20;
const OBJECT = 40;
const FIELD = 12;
const REFERENCE = 8;
const LONGEST_CODE = 15;

/** About how many bytes of heap an entry takes: the key, the record, and the places that refer to them. */
export function sizeOf(key: RecordKey, found: Found): number {
  return ENTRY + STRING + key.length + heapBytes(found);
}

function heapBytes(value: unknown): number {
  if (typeof value === 'string') return value.length > LONGEST_CODE ? STRING + value.length : 0;
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let bytes = OBJECT;
    for (const item of value) bytes += REFERENCE + heapBytes(item);
    return bytes;
  }
  let bytes = OBJECT;
  for (const name in value) bytes += FIELD + heapBytes((value as Record<string, unknown>)[name]);
  return bytes;
}
