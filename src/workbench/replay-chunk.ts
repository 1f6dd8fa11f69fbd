import { AppError } from '../domain/errors.ts';
import type { Candidate } from './impact-candidate.ts';
import { countChange, countSame, makeTally, type Tally } from './impact-tally.ts';
import { textsOf } from './replay-lines.ts';
import { type Recorded, type RecordedAt, readRecord, SKIPS, type Skip } from './replay-record.ts';

/** What some lines of records came to. */
export interface Replayed {
  lines: number;
  /** Records of decisions; what the log says of itself is none. */
  records: number;
  skipped: Record<Skip, number>;
  /** Numbers of the first malformed lines, counted from 0. */
  malformed: number[];
  /** Decisions by the revision of the policy that made them. */
  recordedWith: Record<string, number>;
  /** Decisions that the very bundle made which now decides otherwise. */
  unfaithful: number;
  tally: Tally<RecordedAt>;
}

const MAX_MALFORMED = 5;
/** Nobody has rolled out more in the time that records are kept; what is beyond is counted as one. */
const MAX_REVISIONS = 200;

export function makeReplayed(): Replayed {
  const skipped = Object.fromEntries(Object.keys(SKIPS).map((skip) => [skip, 0])) as Record<Skip, number>;
  const counts = { lines: 0, records: 0, malformed: [], unfaithful: 0 };
  return { ...counts, skipped, recordedWith: {}, tally: makeTally() };
}

/** Decides everything in these lines again. */
export function replayLines(bytes: Uint8Array, candidate: Candidate, maxExamples: number): Replayed {
  const done = makeReplayed();
  for (const line of textsOf(bytes)) {
    const items = readRecord(line, candidate.input);
    if (items.length > 0) done.records += 1;
    for (const item of items) {
      if (typeof item !== 'string') replayOne(done, item, candidate, maxExamples);
      else {
        done.skipped[item] += 1;
        if (item === 'malformed' && done.malformed.length < MAX_MALFORMED) done.malformed.push(done.lines);
      }
    }
    done.lines += 1;
  }
  return done;
}

function replayOne(done: Replayed, recorded: Recorded, candidate: Candidate, maxExamples: number): void {
  const { service, revision, where } = recorded;
  countRevision(done.recordedWith, revision, 1);
  try {
    const difference = candidate.compare(recorded);
    if (difference === undefined) return countSame(done.tally);
    const rules = () => candidate.blame(recorded, difference);
    const { kind: impact, ...what } = difference;
    countChange(done.tally, { impact, ...what, service, example: where, rules }, maxExamples);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const failed = { lost: [], gained: [thrown.code], fields: [], rules: () => [] };
    countChange(done.tally, { impact: 'failed', ...failed, service, example: where }, maxExamples);
  }
  if (revision === candidate.revision) done.unfaithful += 1;
}

export function countRevision(counts: Record<string, number>, revision: string, by: number): void {
  const known = Object.hasOwn(counts, revision) || Object.keys(counts).length < MAX_REVISIONS;
  const name = known ? revision : 'others';
  counts[name] = (counts[name] ?? 0) + by;
}
