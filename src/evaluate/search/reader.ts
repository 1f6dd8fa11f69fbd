import { AppError } from '../../domain/errors.ts';
import type { Question } from '../../domain/evaluation.ts';
import type { Lookups } from '../../mandates/lookups.ts';
import { type Alias, gather } from '../gather.ts';
import type { Reading } from '../reading.ts';
import { all, runReading } from '../strand.ts';
import { type Asked, questionOf } from './asked.ts';

export interface ReaderDeps {
  lookups: Pick<Lookups, 'read'>;
  alias: Alias;
  readNow(question: Question): Reading | undefined;
  readAll(questions: readonly Question[]): Promise<(Reading | AppError)[]>;
}

/** So many are fetched at once when they are not at hand: what each of them asks for goes in the same round trips. */
const BATCH = 64;

/** Reads what candidates are judged on, each as for an evaluation; those that come next are fetched along with one. */
export function makeReader(asked: Asked, ids: readonly string[], { lookups, alias, readNow, readAll }: ReaderDeps) {
  let fetchedTo = 0;

  async function fetchFrom(index: number): Promise<void> {
    const some = ids.slice(index, index + BATCH).map((id) => gather(questionOf(asked, id), alias));
    fetchedTo = index + BATCH;
    try {
      await runReading(all(some), lookups);
    } catch {
      // This only brings records near. What is wrong with one of them shows when it is read itself.
    }
  }

  async function read(question: Question): Promise<Reading> {
    const reading = readNow(question) ?? (await readAll([question]))[0];
    if (reading === undefined || reading instanceof AppError) throw reading ?? new AppError('internal', 'no reading');
    return reading;
  }

  return {
    /** @throws AppError */
    async candidate(index: number, id: string): Promise<Reading> {
      const question = questionOf(asked, id);
      if (index < fetchedTo) return read(question);
      const atHand = readNow(question);
      if (atHand) return atHand;
      await fetchFrom(index);
      return read(question);
    },
    /** @throws AppError */
    part: (id: string, part: string): Promise<Reading> => read(questionOf(asked, id, part)),
  };
}
