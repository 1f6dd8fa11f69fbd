import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../domain/errors.ts';
import type { Question } from '../domain/evaluation.ts';
import { parseRevision, type Revision } from '../domain/revision.ts';
import type { Freshness, Lookups } from '../mandates/lookups.ts';
import type { RecordKey } from '../mandates/record.ts';
import { type Dossiers, dossierName } from './dossier.ts';
import { type Alias, type Gathered, gather } from './gather.ts';
import { IncompleteError } from './incomplete.ts';
import { toAppError } from './outcome.ts';
import { runNow, runReading } from './strand.ts';

/** The facts for one question, and the position in the register that they stand for. */
export interface Reading {
  gathered: Gathered;
  revision: Revision;
  ageMs: number;
}

/** Facts that differ this often between two readings are not to be had. */
const READS_AT_MOST = 5;

export interface ReadingDeps {
  lookups: Lookups;
  freshness: Freshness;
  alias: Alias;
  /** Milliseconds; only differences count. */
  now: () => number;
  /** Only where they are told of changes before those count as applied. */
  dossiers?: Dossiers;
}

export function makeReading({ lookups, freshness, alias, now, dossiers }: ReadingDeps) {
  function gatherNow(question: Question): Gathered | undefined {
    if (dossiers === undefined) return runNow(gather(question, alias), lookups);
    const name = dossierName(question);
    const known = dossiers.find(name);
    if (known !== undefined) return known;
    if (!dossiers.isWanted(name)) return runNow(gather(question, alias), lookups);
    const keys: RecordKey[] = [];
    const gathered = runNow(gather(question, alias), lookups, keys);
    if (gathered !== undefined) dossiers.keep(name, gathered, keys);
    return gathered;
  }

  /** Undefined when something has to be waited for. @throws AppError */
  function readNow(question: Question): Reading | undefined {
    const { revision, ageMs } = freshness.position();
    if (question.min_revision !== undefined && !isReached(question.min_revision, revision)) return undefined;
    if (!freshness.isTogether()) return undefined;
    const gathered = gatherNow(question);
    return gathered && { gathered, revision, ageMs };
  }

  /** Claims no more than was so before the first record was read. @throws AppError */
  async function readWaiting(question: Question): Promise<Reading> {
    if (question.min_revision !== undefined) await freshness.reach(toRevision(question.min_revision));
    if (!freshness.isTogether()) await freshness.together();
    const before = freshness.position();
    const started = now();
    const gathered = await runReading(gather(question, alias), lookups);
    freshness.position();
    return { gathered, revision: before.revision, ageMs: before.ageMs + Math.max(0, now() - started) };
  }

  /**
   * What had to be fetched is read once more from what is then at hand, which is all of one moment. When that fails,
   * because a change came in or nothing is ever kept, it counts if a second reading brings the same: that records are
   * missing, too.
   */
  async function readOne(question: Question): Promise<Reading> {
    let before: Reading | IncompleteError | undefined;
    for (let tries = 0; tries < READS_AT_MOST; tries++) {
      const atHand = readNow(question);
      if (atHand) return atHand;
      const fetched = await readWaiting(question).catch(asIncomplete);
      if (fetched instanceof IncompleteError) {
        if (before instanceof IncompleteError) throw fetched;
      } else if (before && !(before instanceof IncompleteError)) {
        // What was there before this reading began and is there still was so at its beginning.
        if (isDeepStrictEqual(fetched.gathered, before.gathered)) return fetched;
      }
      before = fetched;
    }
    throw new AppError('data_stale', 'the facts change faster than they can be read');
  }

  /** An error stands in the place of its question. */
  async function readAll(questions: readonly Question[]): Promise<(Reading | AppError)[]> {
    const fetched = await Promise.all(questions.map((question) => readOne(question).catch(toAppError)));
    // What was read for one question is of one moment already.
    if (fetched.length === 1) return fetched;
    // All at one moment, where everything is at hand now.
    return questions.map((question, index) => {
      const reading = fetched[index];
      if (reading === undefined || reading instanceof AppError) return reading ?? toAppError(undefined);
      return attempt(() => readNow(question)) ?? reading;
    });
  }

  return { readNow, readAll };
}

function asIncomplete(thrown: unknown): IncompleteError {
  if (thrown instanceof IncompleteError) return thrown;
  throw thrown;
}

function attempt<T>(read: () => T): T | AppError {
  try {
    return read();
  } catch (thrown) {
    return toAppError(thrown);
  }
}

function isReached(asked: string, { epoch, n }: Revision): boolean {
  const wanted = toRevision(asked);
  return wanted.epoch === epoch && wanted.n <= n;
}

function toRevision(text: string): Revision {
  const revision = parseRevision(text);
  if (revision) return revision;
  throw new AppError('invalid_request', 'min_revision is no revision', {
    faults: [{ at: '/min_revision', message: 'must be epoch.n' }],
  });
}
