import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { toRedisError } from '../store/redis.ts';
import type { RedisServers } from '../store/redis-servers.ts';
import { readUuid } from './codec-bytes.ts';
import { unpackKey } from './codec-key.ts';
import { putsOf } from './memory-copy.ts';
import type { Put } from './projection.ts';
import type { RecordKey } from './record.ts';
import { type Held, inlineMembers, pairsOf, readFound, sizedMember } from './redis-found.ts';
import { bitsOf, type Partition } from './redis-layout.ts';
import { isBranching, leafEntries } from './redis-leaf.ts';

const SCAN_COUNT = 1000;
const MARK = Buffer.from([0]);
const ID = 16;
/** Who may act for whom, which follows from the mandates. */
const INDICES = ['r', 'y'];

/** One key of the copy: what stands behind its prefix, over how many bits ids are spread. */
interface Place {
  /** The server that holds it. */
  client: Redis;
  key: Buffer;
  kind: string;
  rest: Buffer;
  bits: number;
}

/** Everything that the live copy holds, as puts: a walk over all keys, for comparing with the register. */
export async function* readContents(servers: RedisServers, partitions: readonly Partition[]): AsyncGenerator<Put[]> {
  const seen = new Set<string>();
  for await (const place of places(servers, partitions)) {
    const name = place.key.toString('latin1');
    if (seen.has(name)) continue;
    seen.add(name);
    const puts = await putsAt(place);
    if (puts.length > 0) yield puts;
  }
}

/** The keys of all records of the live copy, some of them twice; undefined for what this layout does not write. */
export async function* readKeys(
  servers: RedisServers,
  partitions: readonly Partition[],
): AsyncGenerator<(RecordKey | undefined)[]> {
  for await (const place of places(servers, partitions)) {
    try {
      const packed = place.kind === 'm' ? await keysInLeaf(place) : undefined;
      if (packed) yield packed.map(nameOf);
      else {
        for await (const fields of fieldsAt(place)) {
          yield fields.map(([field]) => nameOf(packedUnder(place, field)));
        }
      }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw toRedisError(thrown);
      yield [undefined];
    }
  }
}

async function* places(servers: RedisServers, partitions: readonly Partition[]): AsyncGenerator<Place> {
  try {
    for (const [index, { head, prefix }] of partitions.entries()) {
      const client = servers.of(index);
      const copy = await client.hget(head, 'generation');
      if (copy === null) throw new AppError('not_ready', 'there is no live projection');
      const data = `${prefix}${copy}:`;
      let cursor = '0';
      do {
        const [next, found] = await client.scanBuffer(cursor, 'MATCH', `${escapeGlob(data)}*`, 'COUNT', SCAN_COUNT);
        cursor = next.toString();
        for (const key of found) {
          const kind = key.toString('latin1', data.length, data.length + 1);
          if (!INDICES.includes(kind))
            yield { client, key, kind, rest: key.subarray(data.length + 2), bits: bitsOf(copy) };
        }
      } while (cursor !== '0');
      // A slot that went, or is on its way, to another server left a shorter list behind: of a key that never is, Redis
      // then says so.
      await client.exists(`${data}never`);
    }
  } catch (thrown) {
    throw toRedisError(thrown);
  }
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[{}[\]*?\\]/g, '\\$&');
}

async function putsAt(place: Place): Promise<Put[]> {
  if (place.kind === 'm') {
    const entries = await entriesAt(place);
    return entries.flatMap(({ key, id, value }) => putsHeld(key, sizedMember(id, value)));
  }
  const seen = new Map<string, [Buffer, Buffer]>();
  for await (const fields of fieldsAt(place)) {
    for (const [field, value] of fields) seen.set(field.toString('latin1'), [field, value]);
  }
  return [...seen.values()].flatMap(([field, value]) => putsIn(place, field, value));
}

async function entriesAt({ client, key, rest }: Place) {
  const held = await client.getBuffer(key);
  if (held === null || isBranching(held)) return [];
  return [...leafEntries(rest.subarray(0, ID), held)];
}

async function keysInLeaf(place: Place): Promise<Buffer[]> {
  return (await entriesAt(place)).map(({ key }) => key);
}

async function* fieldsAt({ client, key }: Place): AsyncGenerator<[Buffer, Buffer][]> {
  let cursor = '0';
  try {
    do {
      const [next, flat] = await client.hscanBuffer(key, cursor, 'COUNT', SCAN_COUNT);
      cursor = next.toString();
      yield pairsIn(flat);
    } while (cursor !== '0');
  } catch (thrown) {
    throw toRedisError(thrown);
  }
}

function pairsIn(flat: Buffer[]): [Buffer, Buffer][] {
  return flat.length === 0 ? [] : pairsOf(flat);
}

function nameOf(packed: Buffer): RecordKey | undefined {
  try {
    return unpackKey(packed);
  } catch {
    return undefined;
  }
}

function putsIn(place: Place, field: Buffer, value: Buffer): Put[] {
  const packed = packedUnder(place, field);
  if (place.kind === 'z') return linksOf(packed.subarray(1), [[field, value]]);
  return place.kind === 'l' && value.equals(MARK) ? [] : putsHeld(packed, value);
}

/** What stands under a packed key, as puts. @throws AppError `store_unavailable` on what this layout does not write */
export function putsHeld(packedKey: Buffer, held: Held): Put[] {
  if (held !== null && packedKey.toString('latin1', 0, 1) === 'l') {
    return linksOf(packedKey.subarray(1), Array.isArray(held) ? pairsOf(held) : [...inlineMembers(held, 2 * ID)]);
  }
  return putsOf(unpackKey(packedKey), readFound(packedKey, held));
}

/** The packed key of the record that a field belongs to. */
function packedUnder({ kind, rest, bits }: Place, field: Buffer): Buffer {
  switch (kind) {
    case 's':
    case 'd':
      return Buffer.concat([Buffer.from(kind), field]);
    case 'x':
      return Buffer.concat([Buffer.from('m'), rest, field]);
    case 'z':
      return Buffer.concat([Buffer.from('l'), rest]);
    default:
      return Buffer.concat([Buffer.from(kind), Buffer.from([firstByte(rest, bits)]), field]);
  }
}

/** The hash is named after the first bits of the id; the field is the id without its first byte. */
function firstByte(bucket: Buffer, bits: number): number {
  return Number.parseInt(bucket.toString('latin1'), 16) >>> (bits - 8);
}

function linksOf(actor: Buffer, members: [Buffer, Buffer][]): Put[] {
  return members.map(([id]) => ({
    put: 'link',
    actor: readUuid(actor),
    organisation: readUuid(id),
    mandateId: readUuid(id, ID),
  }));
}
