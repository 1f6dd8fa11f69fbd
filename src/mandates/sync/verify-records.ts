import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../domain/errors.ts';
import { formatRevision, isBefore, type Revision } from '../../domain/revision.ts';
import type { Projection } from '../projection.ts';
import type { RecordKey } from '../record.ts';
import { canonical } from './canonical.ts';
import { differing, SUSPECTS, summary, truthOf } from './reconcile.ts';
import { compareRecord, type Difference } from './reconcile-compare.ts';
import { type Step, walkProjection, walkRegister } from './reconcile-walk.ts';
import { openSession, type Session } from './session.ts';

export interface VerifiedRecords {
  equal: boolean;
  /** Where the projection was at the end. */
  revision: string | undefined;
  /** How many records were compared, those that both have twice. */
  records: number;
  /** By kind of record, how many entries are missing, extra, wrong or unreadable. */
  differences: Record<string, Record<string, number>>;
  /** Fields in the projection that its layout does not write. */
  strange: number;
  /** Records that changed at every look. */
  undecided: number;
  /** Records that differed and were found equal after the leader had looked at them. */
  repaired: number;
}

export interface VerifyRecordsOptions {
  databaseUrl: string;
  projection: Pick<Projection, 'keys' | 'held'>;
  /** Has whoever leads look at what differs, and waits until it is right. */
  repair: boolean;
  onProgress?: (stage: string, records: number) => void;
  /** How long the projection may lag behind the register before nothing can be said of it. Default 10 s. */
  keepsUpWithinMs?: number;
}

const REPAIRED_WITHIN_MS = 60_000;
const LOOKS_AT_MOST = 20;
/** A notification holds 8000 bytes. */
const NAMED_AT_ONCE = 30;

/**
 * Compares all records while changes flow, without being the leader. The register is read before and after the
 * projection: what it said both times is what the projection must say in between.
 * @throws AppError `data_stale` when the projection does not keep up; `not_ready`, `store_unavailable`
 */
export async function verifyRecords(options: VerifyRecordsOptions): Promise<VerifiedRecords> {
  const { databaseUrl, projection, repair } = options;
  const session = await openSession({ databaseUrl, purpose: 'sync: verify', answerWithinMs: 60_000 });
  try {
    const found = await walkAll(options, session);
    const left = repair ? await untilRepaired(session, options, found.differences) : found.differences;
    const { from } = await projection.held([]);
    return {
      equal: left.length === 0 && found.strange === 0 && found.undecided === 0,
      revision: formatRevision(from),
      records: found.records,
      differences: summary(found.differences),
      strange: found.strange,
      undecided: found.undecided,
      repaired: found.differences.length - left.length,
    };
  } finally {
    await session.close();
  }
}

async function walkAll(options: VerifyRecordsOptions, session: Session) {
  const { projection, onProgress } = options;
  const found = { differences: [] as Difference[], records: 0, strange: 0, undecided: 0 };
  const seen = new Set<RecordKey>();
  const walks: [string, AsyncGenerator<Step>][] = [
    ['what Redis holds', walkProjection(projection)],
    ['what PostgreSQL holds', walkRegister(async () => session)],
  ];
  for (const [stage, walk] of walks) {
    let passed = 0;
    for await (const { keys, strange } of walk) {
      const suspects = await differing(projection, await truthOf(session, keys));
      const { differences, undecided } = await makeSure(session, options, suspects.keys);
      for (const difference of differences) {
        if (!seen.has(difference.key)) found.differences.push(difference);
        seen.add(difference.key);
      }
      found.records += keys.length;
      found.strange += strange;
      found.undecided += undecided.length;
      passed += keys.length;
      onProgress?.(stage, passed);
    }
  }
  return found;
}

/** Most of what differs at first is changing right now; a difference is one only if it is seen twice. */
async function makeSure(session: Session, options: VerifyRecordsOptions, keys: readonly RecordKey[]) {
  const differences: Difference[] = [];
  const once = new Set<RecordKey>();
  let left = keys;
  for (let looks = 0; left.length > 0 && looks < LOOKS_AT_MOST; looks++) {
    const before = await truthOf(session, left);
    const { records, to } = await heldSince(options, left, before.at);
    const after = await truthOf(session, left);
    const again: RecordKey[] = [];
    for (const [index, key] of left.entries()) {
      const truth = before.puts[index] ?? [];
      const settled = !isBefore(after.at, to) && canonical(truth) === canonical(after.puts[index] ?? []);
      const difference = settled ? compareRecord(key, truth, records[index] ?? []) : undefined;
      if (settled && difference === undefined) continue;
      if (difference && once.has(key)) differences.push(difference);
      else again.push(key);
      if (difference) once.add(key);
    }
    left = again;
  }
  return { differences, undecided: left };
}

/** What the projection holds once it has come as far as the register was. */
async function heldSince(
  { projection, keepsUpWithinMs = 10_000 }: VerifyRecordsOptions,
  keys: readonly RecordKey[],
  at: Revision,
) {
  const end = performance.now() + keepsUpWithinMs;
  for (;;) {
    const held = await projection.held(keys);
    if (!isBefore(held.from, at)) return held;
    if (performance.now() > end) {
      const [is, should] = [formatRevision(held.from), formatRevision(at)];
      throw new AppError(
        'data_stale',
        `the projection stays at ${is} while the register is at ${should}: does sync run?`,
      );
    }
    await sleep(50);
  }
}

/** Names to the leader what differs, until it no longer does. @returns what still differs */
async function untilRepaired(
  session: Session,
  options: VerifyRecordsOptions,
  differences: Difference[],
): Promise<Difference[]> {
  const end = performance.now() + REPAIRED_WITHIN_MS;
  let left = differences;
  while (left.length > 0 && performance.now() < end) {
    for (let from = 0; from < left.length; from += NAMED_AT_ONCE) {
      const named = left.slice(from, from + NAMED_AT_ONCE).map(({ key }) => key);
      await session.query('select pg_notify($1, $2)', [SUSPECTS, JSON.stringify(named)]);
    }
    await sleep(500);
    const still: Difference[] = [];
    for (let from = 0; from < left.length; from += 500) {
      const keys = left.slice(from, from + 500).map(({ key }) => key);
      still.push(...(await makeSure(session, options, keys)).differences);
    }
    left = still;
  }
  return left;
}
