import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { AppError } from '../domain/errors.ts';
import type { PartyId } from '../domain/facts.ts';
import type { Revision } from '../domain/revision.ts';
import { readScript } from '../store/redis.ts';
import { makePartScript, type RedisServers, serversOf } from '../store/redis-servers.ts';
import { malformed, readUuid } from './codec-bytes.ts';
import { packKey, packScope } from './codec-key.ts';
import type { Header } from './projection.ts';
import type { Reach } from './reach.ts';
import { recordKey } from './record-key.ts';
import { readHead } from './redis-head.ts';
import { headerText, LAYOUT, partition, partitionOf } from './redis-layout.ts';

export interface RedisReachOptions {
  client: Redis | RedisServers;
  /** As many as the projection has, or nothing is read. Default 1. */
  partitions?: number;
  /** Which HMAC key this process computes aliases with. */
  key: Pick<Header, 'keyId' | 'keyCheck'>;
  /** The revision of a partition that this process has taken in; an answer from before it is refused. */
  appliedIn?: (partition: number) => Revision | undefined;
  /** About how many fields Redis looks at in one step: some hundred microseconds of its time. Default 1000. */
  atOnce?: number;
}

/** Each begins anew, after a pause that grows: partitions swap one after another, a server fails over once. */
const LOOKS_AT_MOST = 8;
const PAUSE_MS = 20;

interface Asked {
  what: 'r' | 'm' | 's';
  partitions: readonly number[];
  party: Buffer;
  scopes: readonly Buffer[];
}

interface Step {
  generation: string;
  /** Cursors of services are good within one run of one server: each run spreads fields in its own way. */
  run: string;
  cursor: string;
  found: Buffer[];
}

/**
 * Walks through what the projection holds of a party in the order of ids, and through services with HSCAN: whatever is
 * there from the first step to the last is given. Each step looks at the head in the same script. When the copy is
 * replaced or another server answers, all is walked through again.
 */
export function makeRedisReach(options: RedisReachOptions): Reach {
  const { client, partitions: count = 1, key, appliedIn = () => undefined, atOnce = 1000 } = options;
  const script = makePartScript(
    serversOf(client, count),
    readScript(new URL('.', import.meta.url), 'no-writes.lua', 'leaf.lua', 'reach-2.lua'),
  );
  const expected = headerText({ layout: LAYOUT, ...key }, count);
  const everywhere = Array.from({ length: count }, (_, index) => index);

  async function step(index: number, { what, party, scopes }: Asked, cursor: string): Promise<Step> {
    const { head, prefix } = partition(index);
    const atLeast = appliedIn(index);
    const reply = await script(index, [head], [prefix, what, party, cursor, atOnce, ...scopes]);
    const { generation, rest } = readHead(reply, expected, atLeast);
    const [run, next, found] = rest;
    if (!Buffer.isBuffer(run) || !Buffer.isBuffer(next) || !isBuffers(found)) throw malformed('the reply is cut off');
    return { generation, run: run.toString(), cursor: next.toString(), found };
  }

  /** Returns whether it went through all of one copy. */
  async function* pass(asked: Asked): AsyncGenerator<Buffer[], boolean> {
    let generation: string | undefined;
    for (const index of asked.partitions) {
      let first: Step | undefined;
      let cursor = '0';
      do {
        const now = await step(index, asked, cursor);
        generation ??= now.generation;
        first ??= now;
        if (now.generation !== generation || now.run !== first.run) return false;
        if (now.found.length > 0) yield now.found;
        cursor = now.cursor;
      } while (cursor !== '0');
    }
    return true;
  }

  async function* walk(asked: Asked, read: (found: Buffer) => string): AsyncGenerator<string[]> {
    for (let looks = 1; looks <= LOOKS_AT_MOST; looks++) {
      const passing = pass(asked);
      let next = await passing.next();
      while (!next.done) {
        yield next.value.map(read);
        next = await passing.next();
      }
      if (next.value) return;
      await setTimeout(PAUSE_MS * looks);
    }
    throw new AppError('not_ready', 'the projection is being replaced');
  }

  return {
    async *delegates(represented, scopes) {
      if (scopes?.size === 0) return;
      const { packed, party } = pack(represented);
      const asked = { what: 'm', partitions: [partitionOf(packed, count)], party } as const;
      yield* walk({ ...asked, scopes: [...(scopes ?? [])].map(packScope) }, readId);
    },
    represented: (delegate) =>
      walk({ what: 'r', partitions: everywhere, party: pack(delegate).party, scopes: [] }, readId),
    services: () =>
      walk({ what: 's', partitions: everywhere, party: Buffer.alloc(0), scopes: [] }, (found) => found.toString()),
  };
}

function pack(party: PartyId): { packed: Buffer; party: Buffer } {
  const packed = packKey(recordKey.party(party));
  return { packed, party: packed.subarray(1) };
}

function readId(found: Buffer): PartyId {
  if (found.length !== 16) throw malformed('an id is of another length');
  return readUuid(found);
}

function isBuffers(found: unknown): found is Buffer[] {
  return Array.isArray(found) && found.every((one) => Buffer.isBuffer(one));
}
