import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { packKey } from '../../src/mandates/codec-key.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { packNamedKeys } from '../../src/mandates/redis-notice.ts';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import type { Told } from './raw-follower.ts';
import type { CountedRedis } from './redis-server.ts';
import { idOf } from './small-projection.ts';

/** Followers share processes, so that none of these is slower than Redis. */
const PROCESSES = 2;
const STREAM = '{m0}:stream';
/** Told in a step, about; few followers are told more entries. */
const ENTRIES_TOLD_A_SECOND = 10_000;
const [RATE_AT_LEAST, RATE_AT_MOST] = [20, 200];

export interface FanOut {
  /** Kind of entry, and how many records it names. */
  entry: string;
  followers: number;
  entriesPerSecond: number;
  /** Summed over the followers. One that is late is told several entries at once, and costs as much as for one. */
  replies: number;
  entriesPerReply: number;
  bytesPerEntry: number;
  /** Of redis-server, over and above what writing the entries costs. */
  cpuUsPerReply: number;
  instructionsPerReply: number | null;
}

interface Entry {
  name: string;
  fields: (string | Buffer)[];
  /** Of large entries fewer are sent. */
  share: number;
}

function change(records: number): Entry {
  const to = { epoch: 1, n: 123_456_789 };
  const keys = Array.from({ length: records }, (_, n) =>
    packKey(recordKey.mandates(idOf('represented', n), idOf('delegate', n), scopeKey.service(idOf('service', n)))),
  );
  const fields = ['from', '1.123456788', 'to', '1.123456789', 'keys', packNamedKeys(to, keys)];
  return {
    name: `change of ${records} ${records === 1 ? 'record' : 'records'}`,
    fields,
    share: records > 16 ? SHARE_OF_LARGE : 1,
  };
}

/** So many that followers still hear something before they ask anew: that would be counted too. */
const SHARE_OF_LARGE = 0.2;

/** As heartbeat-3.lua and apply-3.lua write them; a batch that names more records than the last says `all`. */
export const ENTRIES: readonly Entry[] = [
  { name: 'heartbeat', fields: ['beat', '1795339200000', 'at', '1.123456789', 'told', '1234567'], share: 1 },
  change(1),
  change(16),
  change(512),
];

export interface Followers {
  grow(followers: number): Promise<void>;
  told(): Promise<Told>;
}

export function startFollowers(port: number, lifecycle: Lifecycle): Followers {
  const script = fileURLToPath(new URL('raw-follower.ts', import.meta.url));
  const children = Array.from({ length: PROCESSES }, () => {
    const child = fork(script, [String(port), STREAM], { execArgv: ['--import', 'tsx'] });
    lifecycle.onClose('followers', () => child.kill());
    return child;
  });
  const ask = async (child: ChildProcess, message: object | string): Promise<unknown> => {
    child.send(message);
    const [answer] = await once(child, 'message');
    return answer;
  };
  return {
    async grow(followers) {
      await Promise.all(children.map((child) => ask(child, { followers: followers / PROCESSES })));
    },
    async told() {
      const all = (await Promise.all(children.map((child) => ask(child, 'tell')))) as Told[];
      const sum = (of: keyof Told) => all.reduce((total, one) => total + one[of], 0);
      return { replies: sum('replies'), entries: sum('entries'), bytes: sum('bytes') };
    },
  };
}

async function write(client: Redis, { fields }: Entry, rate: number, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const count = Math.round(rate * seconds);
  for (let sent = 0; sent < count; sent++) {
    await sleep(Math.max(0, (sent * 1000) / rate - (performance.now() - startedAt)));
    await client.xadd(STREAM, 'MAXLEN', '~', 4096, '*', ...fields);
  }
  return count;
}

export interface Floor {
  cpuUs: number;
  instructions: number;
}

/** What writing an entry costs while nobody follows. */
export async function measureWriting(redis: CountedRedis, entry: Entry, seconds: number): Promise<Floor> {
  const { spent, result } = await redis.counting(() => write(redis.client, entry, RATE_AT_MOST * entry.share, seconds));
  const { user = 0, kernel = 0 } = spent.instructions ?? {};
  return { cpuUs: spent.cpuUs / result, instructions: (user + kernel) / result };
}

export interface FanOutStep {
  redis: CountedRedis;
  followers: Followers;
  count: number;
  entry: Entry;
  floor: Floor;
  seconds: number;
}

export async function measureFanOut(step: FanOutStep): Promise<FanOut> {
  const { redis, followers, count, entry, floor, seconds } = step;
  const rate = Math.min(RATE_AT_MOST, Math.max(RATE_AT_LEAST, ENTRIES_TOLD_A_SECOND / count)) * entry.share;
  const before = await followers.told();
  const { spent, result } = await redis.counting(async () => {
    const sent = await write(redis.client, entry, rate, seconds);
    await sleep(300);
    return sent;
  });
  const after = await followers.told();
  const [replies, entries] = [after.replies - before.replies, after.entries - before.entries];
  const each = (value: number) => Math.round((value / replies) * 100) / 100;
  const counted = spent.instructions && spent.instructions.user + spent.instructions.kernel;
  return {
    entry: entry.name,
    followers: count,
    entriesPerSecond: rate,
    replies,
    entriesPerReply: Math.round((entries / replies) * 100) / 100,
    bytesPerEntry: Math.round((after.bytes - before.bytes) / entries),
    cpuUsPerReply: each(spent.cpuUs - floor.cpuUs * result),
    instructionsPerReply: counted === undefined ? null : Math.round(each(counted - floor.instructions * result)),
  };
}
