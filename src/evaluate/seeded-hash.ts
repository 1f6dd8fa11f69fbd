/**
 * 32 bits of a text's first `length` characters (FNV-1a, seeded for each process): for tables in which two texts that
 * meet cost time, never truth.
 */
export function seededHash(text: string, length: number, seed: number): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
