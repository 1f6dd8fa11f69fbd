import { AppError } from '../../domain/errors.ts';
import type { Question } from '../../domain/evaluation.ts';
import type { Reading } from '../reading.ts';
import { type Asked, questionOf } from './asked.ts';

export interface ReaderDeps {
  readNow(question: Question): Reading | undefined;
  readAll(questions: readonly Question[]): Promise<(Reading | AppError)[]>;
}

/** So many are read at once when they are not at hand: one stretch of round trips for all of them. */
const BATCH = 64;

/** Reads what candidates are judged on: from what is at hand, else together with those that come next. */
export function makeReader(asked: Asked, ids: readonly string[], { readNow, readAll }: ReaderDeps) {
  const fetched = new Map<string, Reading | AppError>();

  async function fetchFrom(index: number): Promise<void> {
    const some = ids.slice(index, index + BATCH);
    const readings = await readAll(some.map((id) => questionOf(asked, id)));
    fetched.clear();
    for (const [at, id] of some.entries()) fetched.set(id, required(readings[at]));
  }

  return {
    /** @throws AppError */
    async candidate(index: number, id: string): Promise<Reading> {
      const atHand = readNow(questionOf(asked, id));
      if (atHand) return atHand;
      if (!fetched.has(id)) await fetchFrom(index);
      return asReading(fetched.get(id));
    },
    /** @throws AppError */
    async part(id: string, part: string): Promise<Reading> {
      const question = questionOf(asked, id, part);
      return readNow(question) ?? asReading((await readAll([question]))[0]);
    },
  };
}

function required(reading: Reading | AppError | undefined): Reading | AppError {
  return reading ?? new AppError('internal', 'a question without a reading');
}

function asReading(read: Reading | AppError | undefined): Reading {
  const reading = required(read);
  if (reading instanceof AppError) throw reading;
  return reading;
}
