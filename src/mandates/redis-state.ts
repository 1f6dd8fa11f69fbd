import { AppError } from '../domain/errors.ts';
import { isBefore, parseRevision } from '../domain/revision.ts';
import { toRedisError } from '../store/redis.ts';
import type { RedisServers } from '../store/redis-servers.ts';
import { type Header, MAIN, type ProjectionState, type Reached } from './projection.ts';
import { headerText, type Partition } from './redis-layout.ts';

/**
 * The projection is where its last partition is; the others may be ahead of it, after a crash. One that is behind has lost what its
 * server was told last: what that was is in no other partition, so there is no projection to go on from.
 * @throws AppError `not_ready` when it is another projection than `name`, which has a leader of its own
 */
export async function readState(
  servers: RedisServers,
  all: readonly Partition[],
  name: string,
): Promise<ProjectionState | undefined> {
  const replies = await Promise.all(
    all.map(async ({ head, fence }, index) => {
      const client = servers.of(index);
      return Promise.all([client.hgetall(head), client.get(fence)]);
    }),
  ).catch((thrown) => Promise.reject(toRedisError(thrown)));
  for (const [{ revision, name: found = MAIN }] of replies) if (revision !== undefined) assertNamed(found, name);
  const heads = replies.map(([head]) => parseHead(head, all.length));
  const last = heads.at(-1);
  if (last === undefined) return undefined;
  const parts: Reached[] = [];
  for (const head of heads) {
    if (head === undefined || !isSameCopy(head, last) || isBefore(head.revision, last.revision)) return undefined;
    parts.push({ revision: head.revision, hash: head.hash });
  }
  const { header, revision, hash, copy, lineage } = last;
  const fence = Math.max(...replies.map(([, seen]) => Number(seen ?? 0)));
  return { header, revision, hash, fence, copy, lineage, parts };
}

function assertNamed(found: string, name: string): void {
  if (found === name) return;
  throw new AppError(
    'not_ready',
    `Redis holds the projection '${found}', this is sync of '${name}': set REDIS_URL or MACHTIG_PROJECTION right`,
  );
}

interface Head extends Reached {
  text: string;
  copy: string;
  lineage: string;
  header: Header;
}

function isSameCopy(one: Head, other: Head): boolean {
  return one.text === other.text && one.copy === other.copy && one.lineage === other.lineage;
}

function parseHead(head: Record<string, string>, partitionCount: number): Head | undefined {
  const { header: text, layout, key_id: keyId, key_check: keyCheck, generation, hash, revision, lineage = '' } = head;
  const at = parseRevision(revision ?? '');
  if (keyId === undefined || keyCheck === undefined || at === undefined) return undefined;
  if (generation === undefined || hash === undefined || text === undefined) return undefined;
  const header: Header = { layout: Number(layout), keyId, keyCheck };
  if (text !== headerText(header, partitionCount)) return undefined;
  return { text, copy: generation, lineage, header, revision: at, hash };
}
