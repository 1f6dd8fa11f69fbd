import type { Gathered } from './gather.ts';

// Bytes in V8's heap, measured by loadtest/dossiers.ts on Node 20: codes of this program exist once.
const ENTRY = 140;
const STRING = 24;
const OBJECT = 40;
const FIELD = 12;
const REFERENCE = 8;
const LONGEST_CODE = 15;

/** Of a dossier for one mandate between two parties. */
export const TYPICAL_BYTES = 500;

/** What a dossier holds by itself. */
export type Own = { text: string } & ({ addedBytes: number } | { gathered: Gathered });

/**
 * About how many bytes of heap a dossier takes. What it was the first to share counts as its own; services are few and
 * shared, and count as a reference.
 */
export function bytesOf(name: string, own: Own): number {
  const bytes = ENTRY + STRING + name.length + STRING + own.text.length;
  return 'gathered' in own ? bytes + bytesOfFacts(own.gathered) : bytes + own.addedBytes;
}

function bytesOfFacts({ services, portal, ...own }: Gathered): number {
  let bytes = heapBytes(own);
  if (portal) bytes += REFERENCE;
  for (const { direct, chains } of services) bytes += OBJECT + REFERENCE + heapBytes(direct) + heapBytes(chains);
  return bytes;
}

function heapBytes(value: unknown): number {
  if (typeof value === 'string') return value.length > LONGEST_CODE ? STRING + value.length : 0;
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = OBJECT;
  if (Array.isArray(value)) {
    for (const item of value) bytes += REFERENCE + heapBytes(item);
    return bytes;
  }
  for (const field in value) bytes += FIELD + heapBytes((value as Record<string, unknown>)[field]);
  return bytes;
}
