import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import { toRedisError } from '../store/redis.ts';
import { readUuid } from './codec-bytes.ts';
import { unpackKey } from './codec-key.ts';
import { putsOf } from './memory-copy.ts';
import type { Write } from './projection.ts';
import { inlineMembers, readFound } from './redis-found.ts';
import type { Partition } from './redis-layout.ts';

const SCAN_COUNT = 1000;
const MARK = Buffer.from([0]);

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

function linksOf(actor: Buffer, members: [Buffer, Buffer][]): Write[] {
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
