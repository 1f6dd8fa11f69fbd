import { AppError } from '../domain/errors.ts';
import { formatRevision, isBefore, parseRevision, type Revision } from '../domain/revision.ts';
import { malformed } from './codec-bytes.ts';

/** What a script that reads says before what it found. */
export interface ReplyHead {
  generation: string;
  revision: Revision;
  rest: unknown[];
}

/**
 * Checks the copy that answered: `expected` is the header that this process can read, `atLeast` the revision that the
 * partition is known to have reached.
 * @throws AppError `not_ready` | `data_stale` | `store_unavailable`
 */
export function readHead(reply: unknown, expected: string, atLeast: Revision | undefined): ReplyHead {
  if (!Array.isArray(reply)) throw malformed('the reply is no list');
  const [header, generation, at, ...rest] = reply;
  assertReadable(header, expected);
  const revision = Buffer.isBuffer(at) ? parseRevision(at.toString()) : undefined;
  if (!Buffer.isBuffer(generation) || revision === undefined) throw malformed('the reply is cut off');
  assertNotBefore(revision, atLeast);
  return { generation: generation.toString(), revision, rest };
}

/** @throws AppError `data_stale` */
function assertNotBefore(revision: Revision, atLeast: Revision | undefined): void {
  if (atLeast === undefined || !isBefore(revision, atLeast)) return;
  const [found, known] = [formatRevision(revision), formatRevision(atLeast)];
  throw new AppError('data_stale', `Redis answered with data of ${found}, while changes up to ${known} are known`);
}

/** Another key or layout would find nothing under any name, and pass for a register without mandates. */
function assertReadable(header: unknown, expected: string): void {
  if (Buffer.isBuffer(header) && header.toString() === expected) return;
  throw new AppError(
    'not_ready',
    Buffer.isBuffer(header)
      ? 'the projection is of another layout, number of partitions or HMAC key than this process'
      : 'there is no live projection',
  );
}
