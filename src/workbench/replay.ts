import { stat } from 'node:fs/promises';
import { AppError, toError } from '../domain/errors.ts';
import type { Bundle } from '../policy/bundle.ts';
import { addTally } from './impact-tally.ts';
import { countRevision, makeReplayed, type Replayed } from './replay-chunk.ts';
import { type Lines, readLines } from './replay-lines.ts';
import { makeReplayers } from './replay-threads.ts';

export interface ReplayOptions {
  bundle: Bundle;
  /** Files of records, JSON lines as they were written or packed with gzip. */
  files: readonly string[];
  /** Decisions listed of each group. */
  maxExamples: number;
  /** 0: in this thread. */
  threads: number;
  /** Bytes of the files that were read. */
  onRead?: (bytes: number) => void;
}

/** All records, with the places of the first malformed lines. */
export interface Replay extends Omit<Replayed, 'malformed'> {
  malformed: { file: string; line: number }[];
}

const MAX_MALFORMED = 10;

/**
 * Decides every recorded decision again, on the input that is recorded with it. Memory does not grow with the records;
 * the outcome does not depend on the number of threads.
 * @throws AppError `invalid_request` for a file that cannot be read
 */
export async function replayRecords({ bundle, files, maxExamples, threads, onRead }: ReplayOptions): Promise<Replay> {
  const replayers = makeReplayers(bundle, maxExamples, threads);
  const all: Replay = { ...makeReplayed(), malformed: [] };
  const underWay: { file: string; done: Promise<Replayed> }[] = [];
  const linesOf: Record<string, number> = {};

  async function takeFirst(): Promise<void> {
    const first = underWay.shift();
    if (first === undefined) return;
    const { file } = first;
    const done = await first.done;
    const before = linesOf[file] ?? 0;
    linesOf[file] = before + done.lines;
    const places = done.malformed.map((line) => ({ file, line: before + line + 1 }));
    all.malformed.push(...places.slice(0, MAX_MALFORMED - all.malformed.length));
    add(all, done, maxExamples);
  }

  try {
    for await (const { file, bytes } of linesOfAll(files, onRead ?? (() => {}))) {
      const done = replayers.replay(bytes);
      done.catch(() => {}); // whoever takes it hears of it
      underWay.push({ file, done });
      if (underWay.length >= replayers.width) await takeFirst();
    }
    while (underWay.length > 0) await takeFirst();
  } finally {
    await replayers.close();
  }
  return all;
}

/** @throws AppError `invalid_request` when one of them is not there. */
export async function sizeOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const found = await stat(file).catch((cause: unknown) => {
      throw new AppError('invalid_request', `the records ${file} cannot be read: ${toError(cause).message}`, { cause });
    });
    if (!found.isFile()) throw new AppError('invalid_request', `the records ${file} are no file`);
    bytes += found.size;
  }
  return bytes;
}

async function* linesOfAll(files: readonly string[], onRead: (bytes: number) => void): AsyncGenerator<Lines> {
  let before = 0;
  for (const file of files) {
    let read = 0;
    yield* readLines(file, (bytes) => {
      read = bytes;
      onRead(before + bytes);
    });
    before += read;
  }
}

function add(all: Replay, done: Replayed, maxExamples: number): void {
  all.lines += done.lines;
  all.records += done.records;
  all.unfaithful += done.unfaithful;
  for (const skip of Object.keys(done.skipped) as (keyof Replay['skipped'])[]) all.skipped[skip] += done.skipped[skip];
  for (const [revision, count] of Object.entries(done.recordedWith)) countRevision(all.recordedWith, revision, count);
  addTally(all.tally, done.tally, maxExamples);
}
