/** CRC-32 as in `node:zlib`, of each byte alone. */
const OF_A_BYTE = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

/**
 * CRC-32 of `bytes` between two places, behind what `seed` is the checksum of. The same as `crc32` of `node:zlib`, which
 * takes longer to be called than some fifty bytes take here; a full load computes one for each of its records.
 */
export function checksumOf(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  let sum = ~seed;
  for (let at = start; at < end; at++) {
    sum = (OF_A_BYTE[(sum ^ (bytes[at] ?? 0)) & 255] ?? 0) ^ (sum >>> 8);
  }
  return ~sum >>> 0;
}
