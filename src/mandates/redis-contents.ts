import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { toRedisError } from '../store/redis.ts';
import { readUuid } from './codec-bytes.ts';
import { unpackKey } from './codec-key.ts';
import { putsOf } from './memory-copy.ts';
import type { Put, Write } from './projection.ts';
import type { RecordKey } from './record.ts';
import { type Held, inlineMembers, pairsOf, readFound } from './redis-found.ts';
import type { Partition } from './redis-layout.ts';

const SCAN_COUNT = 1000;
const MARK = Buffer.from([0]);
const LOADS = Buffer.from('loads');

/** Everything that the live copy holds, as puts: a walk over all keys, for comparing with the register. */
export async function* readContents(client: Redis, partitions: readonly Partition[]): AsyncGenerator<Write[]> {
  try {
    for (const { head, prefix } of partitions) {
      const generation = await client.hget(head, 'generation');
      if (generation === null) throw new AppError('not_ready', 'there is no live projection');
      yield* readCopy(client, `${prefix}${generation}:`);
    }
  } catch (thrown) {
    throw toRedisError(thrown);
  }
}

/** The keys of all records of the live copy, some of them twice; undefined for what this layout does not write. */
export async function* readKeys(
  client: Redis,
  partitions: readonly Partition[],
): AsyncGenerator<(RecordKey | undefined)[]> {
  try {
    for (const { head, prefix } of partitions) {
      const data = `${prefix}${await client.hget(head, 'generation')}:`;
      let cursor = '0';
      do {
        const [next, found] = await client.scanBuffer(cursor, 'MATCH', `${escapeGlob(data)}*`, 'COUNT', SCAN_COUNT);
        cursor = next.toString();
        for (const key of found) yield* keysOfHash(client, key, key.subarray(data.length));
      } while (cursor !== '0');
    }
  } catch (thrown) {
    throw toRedisError(thrown);
  }
}

async function* keysOfHash(client: Redis, hash: Buffer, suffix: Buffer): AsyncGenerator<(RecordKey | undefined)[]> {
  let cursor = '0';
  do {
    const [next, flat] = await client.hscanBuffer(hash, cursor, 'COUNT', SCAN_COUNT);
    cursor = next.toString();
    yield flat.flatMap((field, place) => (place % 2 === 0 ? keysUnder(suffix, field) : []));
  } while (cursor !== '0');
}

/** The record that a field belongs to; none for the index of who may act for whom, which is no record. */
function keysUnder(suffix: Buffer, field: Buffer): (RecordKey | undefined)[] {
  if (suffix.equals(LOADS)) return [];
  const packed = packedUnder(suffix, field);
  if (packed === undefined) return [];
  try {
    return [unpackKey(packed)];
  } catch {
    return [undefined];
  }
}

function packedUnder(suffix: Buffer, field: Buffer): Buffer | undefined {
  const kind = suffix.toString('latin1', 0, 1);
  const id = suffix.subarray(2);
  switch (kind) {
    case 's':
    case 'd':
      return Buffer.concat([suffix, field]);
    case 'm':
      return Buffer.concat([Buffer.from(kind), id, field]);
    case 'x':
      return Buffer.concat([Buffer.from('m'), id]);
    case 'z':
      return Buffer.concat([Buffer.from('l'), id]);
    case 'r':
    case 'y':
      return undefined;
    default:
      return Buffer.concat([Buffer.from(kind), unhex(id), field]);
  }
}

/** What stands under a packed key, as puts. @throws AppError `store_unavailable` on what this layout does not write */
export function putsHeld(packedKey: Buffer, held: Held): Put[] {
  if (held !== null && packedKey.toString('latin1', 0, 1) === 'l') {
    return linksOf(packedKey.subarray(1), Array.isArray(held) ? pairsOf(held) : [...inlineMembers(held, 32)]);
  }
  return putsOf(unpackKey(packedKey), readFound(packedKey, held));
}

async function* readCopy(client: Redis, data: string): AsyncGenerator<Write[]> {
  const seen = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await client.scanBuffer(cursor, 'MATCH', `${escapeGlob(data)}*`, 'COUNT', SCAN_COUNT);
    cursor = next.toString();
    const keys = found.filter((key) => !seen.has(key.toString('latin1')));
    for (const key of keys) seen.add(key.toString('latin1'));
    const hashes = await Promise.all(keys.map((key) => readHash(client, key)));
    for (const [index, fields] of hashes.entries()) {
      const suffix = keys[index]?.subarray(data.length);
      const writes = suffix === undefined ? [] : fields.flatMap(([field, value]) => putsIn(suffix, field, value));
      if (writes.length > 0) yield writes;
    }
  } while (cursor !== '0');
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[{}[\]*?\\]/g, '\\$&');
}

async function readHash(client: Redis, key: Buffer): Promise<[Buffer, Buffer][]> {
  const seen = new Map<string, [Buffer, Buffer]>();
  let cursor = '0';
  do {
    const [next, flat] = await client.hscanBuffer(key, cursor, 'COUNT', SCAN_COUNT);
    cursor = next.toString();
    for (let i = 0; i + 1 < flat.length; i += 2) {
      const [field, value] = [flat[i], flat[i + 1]];
      if (field && value) seen.set(field.toString('latin1'), [field, value]);
    }
  } while (cursor !== '0');
  return [...seen.values()];
}

/** `suffix` is what stands behind the generation in the key of the hash: see the table in the decision record. */
function putsIn(suffix: Buffer, field: Buffer, value: Buffer): Write[] {
  const kind = suffix.toString('latin1', 0, 1);
  const id = suffix.subarray(2);
  switch (kind) {
    case 's':
    case 'd':
      return putsUnder([kind, field], value);
    case 'm':
      return value.equals(MARK) ? [] : putsUnder([kind, id, field], value);
    case 'x':
      return putsUnder(['m', id], [field, value]);
    case 'l':
      return value.equals(MARK) ? [] : linksOf(Buffer.concat([unhex(id), field]), [...inlineMembers(value, 32)]);
    case 'z':
      return linksOf(id, [[field, value]]);
    case 'r':
    case 'y':
      return [];
    default:
      return putsUnder([kind, unhex(id), field], value);
  }
}

function putsUnder([kind, ...parts]: [string, ...Buffer[]], held: Buffer | Buffer[]): Write[] {
  const packed = Buffer.concat([Buffer.from(kind), ...parts]);
  return putsOf(unpackKey(packed), readFound(packed, held));
}

function linksOf(actor: Buffer, members: [Buffer, Buffer][]): Put[] {
  return members.map(([id]) => ({
    put: 'link',
    actor: readUuid(actor),
    organisation: readUuid(id),
    mandateId: readUuid(id, 16),
  }));
}

function unhex(bucket: Buffer): Buffer {
  return Buffer.from(bucket.toString('latin1'), 'hex');
}
