import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError, toError } from '../domain/errors.ts';

/** So many bytes of whole lines go to a thread at once: some hundreds of records. */
const CHUNK = 1024 * 1024;
/** A record with a policy input is some kilobytes; what is longer than this was written by nothing of ours. */
const MAX_LINE = 16 * 1024 * 1024;
const LINE_FEED = 10;

/** Some whole lines of a file, in memory of their own. */
export interface Lines {
  file: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The lines of a file, or of what it was packed from (gzip, by its first bytes).
 * @param onRead told how many bytes of the file, as it lies there, were read
 * @throws AppError `invalid_request` when it cannot be read or unpacked
 */
export async function* readLines(file: string, onRead: (bytes: number) => void): AsyncGenerator<Lines> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const bytes of contents(file, onRead)) {
      const end = bytes.lastIndexOf(LINE_FEED) + 1;
      size += bytes.length;
      if (size > MAX_LINE) throw new Error('it has a line that is too long for a record');
      if (size < CHUNK || end === 0) {
        waiting.push(bytes);
        continue;
      }
      yield { file, bytes: join([...waiting, bytes.subarray(0, end)]) };
      waiting = [bytes.slice(end)];
      size = bytes.length - end;
    }
  } catch (thrown) {
    const message = `the records ${file} cannot be read: ${toError(thrown).message}`;
    throw new AppError('invalid_request', message, { cause: thrown });
  }
  if (size > 0) yield { file, bytes: join(waiting) };
}

async function* contents(file: string, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const parts = (await isPacked(file)) ? pipeline(source, createGunzip(), () => {}) : source;
  try {
    for await (const bytes of parts) {
      onRead(source.bytesRead);
      yield bytes as Uint8Array; // no encoding is set: these are bytes
    }
  } finally {
    source.destroy();
  }
}

async function isPacked(file: string): Promise<boolean> {
  for await (const bytes of createReadStream(file, { start: 0, end: 1 })) {
    return (bytes as Uint8Array)[0] === 0x1f && (bytes as Uint8Array)[1] === 0x8b;
  }
  return false;
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The text of each line, without its line feed; empty lines are none. */
export function* textsOf(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let from = 0; from < buffer.length; ) {
    const found = buffer.indexOf(LINE_FEED, from);
    const end = found === -1 ? buffer.length : found;
    if (end > from) yield buffer.toString('utf8', from, end);
    from = end + 1;
  }
}
