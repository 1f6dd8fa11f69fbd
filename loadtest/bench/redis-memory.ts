import type { Redis } from 'ioredis';

/** Kinds of keys that hold mandates, by grantor and by delegate (docs/decisions/0004-redis-layout.md). */
const OF_MANDATES = new Set(['m', 'x', 'r', 'y']);

/** Bytes that Redis counts for the keys of mandates with both their indexes; no parties, aliases, branches or links. */
export async function bytesOfMandates(client: Redis): Promise<number> {
  let bytes = 0;
  let cursor = '0';
  do {
    const [next, keys] = await client.scanBuffer(cursor, 'COUNT', 1000);
    cursor = next.toString();
    const pipeline = client.pipeline();
    for (const key of keys) {
      const kind = key.toString('latin1').split(':')[2];
      if (kind !== undefined && OF_MANDATES.has(kind)) pipeline.call('MEMORY', 'USAGE', key, 'SAMPLES', '0');
    }
    for (const [error, used] of (await pipeline.exec()) ?? []) {
      if (error) throw error;
      bytes += Number(used);
    }
  } while (cursor !== '0');
  return bytes;
}

/** Bytes and fields (or values) of the keys of each kind: the letter behind the generation in the name of a key. */
export async function bytesByKind(client: Redis): Promise<Record<string, { bytes: number; fields: number }>> {
  const kinds: Record<string, { bytes: number; fields: number }> = {};
  let cursor = '0';
  do {
    const [next, keys] = await client.scanBuffer(cursor, 'COUNT', 1000);
    cursor = next.toString();
    const ofData = keys.filter((key) => /^\{m\d+\}:\d+(-\d+)?:[a-z](:|$)/.test(key.toString('latin1')));
    const pipeline = client.pipeline();
    for (const key of ofData) pipeline.call('MEMORY', 'USAGE', key, 'SAMPLES', '0').hlen(key);
    const replies = (await pipeline.exec()) ?? [];
    for (const [index, key] of ofData.entries()) {
      const letter = key.toString('latin1').split(':')[2] ?? '';
      const kind = kinds[letter] ?? { bytes: 0, fields: 0 };
      kind.bytes += Number(replies[2 * index]?.[1]);
      // What is no hash (a leaf of mandates) is one value.
      const [noHash, fields] = replies[2 * index + 1] ?? [];
      kind.fields += noHash ? 1 : Number(fields);
      kinds[letter] = kind;
    }
  } while (cursor !== '0');
  return kinds;
}
