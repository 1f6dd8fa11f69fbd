import { createHash } from 'node:crypto';

/** The manifest carries the revision, signatures are made over it: neither can be part of what it is the hash of. */
const SIGNATURES = '.signatures.json';
const MANIFEST = '.manifest';

/**
 * The content hash of a bundle, which is its revision: SHA-256 over the sorted files (path, length, bytes), the
 * manifest taken as JSON with sorted keys and without its revision; the first 32 hex digits.
 */
export function revisionOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort()) {
    const bytes = files.get(path);
    if (bytes === undefined || path === SIGNATURES) continue;
    const content = path === MANIFEST ? withoutRevision(bytes) : bytes;
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

function withoutRevision(bytes: Uint8Array): Uint8Array {
  const manifest: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  const { revision: _, ...rest } = Object(manifest) as Record<string, unknown>;
  return new TextEncoder().encode(JSON.stringify(sorted(rest)));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
