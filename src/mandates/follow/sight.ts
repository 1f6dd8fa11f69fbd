import type { Redis } from 'ioredis';
import { AppError } from '../../domain/errors.ts';
import { parseRevision, type Revision } from '../../domain/revision.ts';
import { evictionFault, infoField, toRedisError } from '../../store/redis.ts';
import type { Partition } from '../redis-layout.ts';
import { type Clock, momentOf } from './clock.ts';
import type { Reading } from './freshness.ts';
import { type Expected, headerFault } from './header.ts';

/** As `Expected`, and the `header` of the head that says so. */
export type ExpectedHead = Expected & { text: string };

/** What one look at Redis saw, all at one moment. */
export interface Sight {
  reading: Reading;
  /** Of the data set: another one means another past. */
  replid: string;
  /** Of the server's process: another one is another server, or this one after a restart. */
  runId: string;
  partitions: (PartitionSight & { index: number })[];
}

export type PartitionSight =
  /** The live projection, and the end of its stream at this revision, behind so many changes and swaps. */
  | { revision: Revision; told: number; lastId: string }
  /** Why there is nothing here that could be read. */
  | { fault: string };

const EMPTY_STREAM = '0-0';
const FIELDS = ['header', 'layout', 'key_id', 'key_check', 'revision', 'told'] as const;

/**
 * One round trip. A Redis that must not be read (a replica, one that may throw keys away) has that fault in every
 * partition. @throws AppError `store_unavailable` */
export async function takeSight(
  client: Redis,
  partitions: readonly { index: number; partition: Partition }[],
  { expected, clock }: { expected: ExpectedHead; clock: Clock },
): Promise<Sight> {
  const commands = client.multi().time().info('server', 'replication', 'memory');
  for (const {
    partition: { head, stream },
  } of partitions) {
    commands.hmget(head, ...FIELDS).xrevrange(stream, '+', '-', 'COUNT', 1);
  }
  const asked = momentOf(clock);
  const replies = await commands.exec().catch((thrown) => Promise.reject(toRedisError(thrown)));
  const answered = momentOf(clock);
  const [time, info, ...rest] = (replies ?? []).map(([error, reply]) => {
    if (error) throw toRedisError(error);
    return reply;
  });
  const says = String(info);
  const [replid, runId] = [infoField(says, 'master_replid'), infoField(says, 'run_id')];
  if (!Array.isArray(time) || replid === undefined || runId === undefined) {
    throw new AppError('store_unavailable', 'Redis does not say who it is');
  }
  const fault = serverFault(says);
  return {
    reading: { timeMs: Number(time[0]) * 1000 + Number(time[1]) / 1000, asked, answered },
    replid,
    runId,
    partitions: partitions.map(({ index }, nth) => ({
      index,
      ...(fault ? { fault } : partitionSight(rest[nth * 2], rest[nth * 2 + 1], expected)),
    })),
  };
}

/** Which server process answers on this connection. @throws AppError `store_unavailable` */
export async function askRunId(client: Redis): Promise<string> {
  const says = await client.info('server').catch((thrown) => Promise.reject(toRedisError(thrown)));
  const runId = infoField(says, 'run_id');
  if (runId === undefined) throw new AppError('store_unavailable', 'Redis does not say who it is');
  return runId;
}

/** Why nothing may be read from this Redis, or undefined when it may. */
function serverFault(says: string): string | undefined {
  const role = infoField(says, 'role');
  if (role !== 'master') return `this Redis is a ${role ?? 'server of unknown role'}; the primary must be read`;
  return evictionFault(says);
}

function partitionSight(head: unknown, last: unknown, expected: ExpectedHead): PartitionSight {
  const [text, layout, keyId, keyCheck, at, told] = Array.isArray(head) ? head.map((field) => String(field ?? '')) : [];
  const revision = parseRevision(at ?? '');
  if (revision === undefined) return { fault: 'there is no live projection' };
  if (text !== expected.text) {
    const found = { layout: Number(layout), keyId: keyId ?? '', keyCheck: keyCheck ?? '' };
    return { fault: headerFault(found, expected) ?? 'the projection has another number of partitions' };
  }
  const entry: unknown = Array.isArray(last) ? last[0] : undefined;
  return { revision, told: Number(told), lastId: Array.isArray(entry) ? String(entry[0]) : EMPTY_STREAM };
}

/** Whether stream id `a` (`ms-n`) comes before `b`. */
export function isIdBefore(a: string, b: string): boolean {
  const [ms1 = '0', n1 = '0'] = a.split('-');
  const [ms2 = '0', n2 = '0'] = b.split('-');
  return Number(ms1) < Number(ms2) || (ms1 === ms2 && Number(n1) < Number(n2));
}
