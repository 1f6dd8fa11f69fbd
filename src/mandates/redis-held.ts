import { AppError } from '../domain/errors.ts';
import { isBefore, parseRevision, type Revision } from '../domain/revision.ts';
import { readScript } from '../store/redis.ts';
import { makePartScript, type RedisServers } from '../store/redis-servers.ts';
import { malformed } from './codec-bytes.ts';
import { packKey, packKeys } from './codec-key.ts';
import type { HeldRecord, Projection } from './projection.ts';
import type { RecordKey } from './record.ts';
import { putsHeld } from './redis-contents.ts';
import type { Held } from './redis-found.ts';
import { type Partition, partitionOf, READING } from './redis-layout.ts';

interface Reply {
  revision: Revision;
  held: Held[];
}

/** Reads records of the live copy as they stand there, for comparing them with the register. */
export function makeRedisHeld(servers: RedisServers, all: readonly Partition[]): Projection['held'] {
  const script = makePartScript(servers, readScript(new URL('.', import.meta.url), ...READING, 'held-1.lua'));

  async function readPartition(index: number, { head, prefix }: Partition, packed: readonly Buffer[]): Promise<Reply> {
    const reply = await script(index, [head], [prefix, packKeys(packed)]);
    if (!Array.isArray(reply)) throw malformed('the reply is no list');
    const [generation, at, ...held] = reply as [unknown, unknown, ...Held[]]; // As the script says.
    if (!Buffer.isBuffer(generation)) throw new AppError('not_ready', 'there is no live projection');
    const revision = Buffer.isBuffer(at) ? parseRevision(at.toString()) : undefined;
    if (revision === undefined || held.length !== packed.length) throw malformed('the reply is cut off');
    return { revision, held };
  }

  return async function held(keys) {
    const asked = keys.map((key) => ({ key, packed: packKey(key) }));
    const parts = all.map((partition, index) => ({
      partition,
      mine: asked.filter(({ packed }) => partitionOf(packed, all.length) === index),
    }));
    const replies = await Promise.all(
      parts.map(({ partition, mine }, index) =>
        readPartition(
          index,
          partition,
          mine.map(({ packed }) => packed),
        ),
      ),
    );
    const found = new Map<RecordKey, HeldRecord>();
    for (const [index, { mine }] of parts.entries()) {
      for (const [place, { key, packed }] of mine.entries()) {
        found.set(key, readable(packed, replies[index]?.held[place] ?? null));
      }
    }
    const revisions = replies.map(({ revision }) => revision);
    return {
      from: revisions.reduce((a, b) => (isBefore(b, a) ? b : a)),
      to: revisions.reduce((a, b) => (isBefore(a, b) ? b : a)),
      records: keys.map((key) => found.get(key) ?? []),
    };
  };
}

function readable(packed: Buffer, held: Held): HeldRecord {
  try {
    return putsHeld(packed, held);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'store_unavailable') return 'unreadable';
    throw thrown;
  }
}
