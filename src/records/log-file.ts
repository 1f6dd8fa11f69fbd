import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { type ChainPosition, digestOf, readLink } from './chain.ts';

const sync = promisify(fdatasync);

/** An append-only file of lines that this process alone writes. */
export interface LogFile {
  /** Where the chain in it stood when it was opened; undefined when it was empty. */
  readonly found: ChainPosition | undefined;
  /** Bytes of a line without end that were found behind the last record, and where they are kept now. */
  readonly torn: { bytes: number; path: string } | undefined;
  /** All or nothing: what cannot be written whole is taken back. @throws Error */
  append(bytes: Uint8Array): void;
  /** Until the disk has it. */
  sync(): Promise<void>;
  /**
   * The file no longer stands under its name (rotated without a signal, removed): appending would be in vain.
   * Asked before each append that does not follow the opening. @throws Error when somebody else has written to it.
   */
  isGone(): boolean;
  close(): void;
}

/** @throws Error when it cannot be opened, is no regular file, or its last line is no record. */
export function openLogFile(path: string, stamp: number): LogFile {
  const { O_RDWR, O_APPEND, O_CREAT, O_CLOEXEC = 0 } = constants as typeof constants & { O_CLOEXEC?: number };
  const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o640);
  try {
    if (!fstatSync(fd).isFile()) throw new Error(`records need a regular file; ${path} is none`);
    const torn = setTornLineAside(fd, path, stamp);
    return appendTo(fd, torn, lastRecord(fd, path));
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
}

function appendTo(fd: number, torn: LogFile['torn'], found: ChainPosition | undefined): LogFile {
  let size = fstatSync(fd).size;
  let syncing = 0;
  let closing = false;
  return {
    found,
    torn,
    append(bytes) {
      try {
        let done = 0;
        while (done < bytes.length) done += writeSync(fd, bytes, done);
      } catch (thrown) {
        ftruncateSync(fd, size);
        throw thrown;
      }
      size += bytes.length;
    },
    async sync() {
      syncing += 1;
      try {
        await sync(fd);
      } finally {
        syncing -= 1;
        if (closing && syncing === 0) closeSync(fd);
      }
    },
    isGone() {
      const { nlink, size: there } = fstatSync(fd);
      if (nlink !== 0 && there !== size)
        throw new Error(`the records file has ${there} bytes where ${size} were written: another writer?`);
      return nlink === 0;
    },
    close() {
      closing = true;
      if (syncing === 0) closeSync(fd);
    },
  };
}

/** A process that was killed in the middle of a write leaves a line without end: it was never answered upon. */
function setTornLineAside(fd: number, path: string, stamp: number): LogFile['torn'] {
  const { size } = fstatSync(fd);
  const keep = lastLineFeed(fd, size) + 1;
  if (keep === size) return undefined;
  const torn = { bytes: size - keep, path: `${path}.torn-${stamp}` };
  writeFileSync(torn.path, readBytes(fd, keep, size), { mode: 0o640 });
  ftruncateSync(fd, keep);
  return torn;
}

function lastRecord(fd: number, path: string): ChainPosition | undefined {
  const { size } = fstatSync(fd);
  if (size === 0) return undefined;
  const line = readBytes(fd, lastLineFeed(fd, size - 1) + 1, size - 1).toString();
  const link = readLink(line);
  if (link === undefined) throw new Error(`the last line of ${path} is no record: move the file away first`);
  return { seq: link.seq, digest: digestOf(line) };
}

/** The place of the last line feed before `end`, or -1. */
function lastLineFeed(fd: number, end: number): number {
  const step = 64 * 1024;
  for (let until = end; until > 0; until -= step) {
    const from = Math.max(0, until - step);
    const at = readBytes(fd, from, until).lastIndexOf(10);
    if (at !== -1) return from + at;
  }
  return -1;
}

function readBytes(fd: number, from: number, until: number): Buffer {
  const bytes = Buffer.alloc(until - from);
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(fd, bytes, done, bytes.length - done, from + done);
    if (read === 0) break;
    done += read;
  }
  return bytes;
}
