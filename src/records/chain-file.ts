import { CHAIN_START, type ChainPosition, digestOf, lineOf, type Note, type Resource } from './chain.ts';
import type { Entry } from './entry.ts';
import { type LogFile, openLogFile } from './log-file.ts';

/** A chain of records that goes on over restarts and from file to file. */
export interface ChainFile {
  /** Links the entries to the chain and appends them, all or none. @throws Error */
  write(entries: readonly (Entry | Note)[]): void;
  /** @throws Error */
  sync(): Promise<void>;
  /** Opens the file by its name again. @throws Error: then the one that was open stays. */
  reopen(): void;
  /** Lets go of the file; the next write opens it again. */
  close(): void;
}

export interface ChainFileOptions {
  path: string;
  resource: Resource;
  /** What the note of opening says. */
  about: Record<string, string | number>;
  now: () => number;
  onTorn: (torn: { bytes: number; path: string }) => void;
}

export function makeChainFile({ path, resource, about, now, onTorn }: ChainFileOptions): ChainFile {
  let file: LogFile | undefined;
  let position: ChainPosition = CHAIN_START;
  const resourceText = JSON.stringify(resource);
  const bytes = makeLineBytes();

  function writeTo(target: LogFile, entries: readonly (Entry | Note)[]): void {
    let next = position;
    bytes.rewind();
    for (const entry of entries) {
      const line = bytes.add(lineOf(entry, resourceText, next));
      next = { seq: next.seq + 1, digest: digestOf(line) };
    }
    target.append(bytes.all());
    position = next;
  }

  function open(): LogFile {
    const timestamp = now();
    const opened = openLogFile(path, timestamp);
    try {
      // An empty file goes on with the chain of the one before it; any other goes on with its own.
      if (opened.found !== undefined) position = opened.found;
      const notes: Note[] = [{ event_name: 'machtig.records_opened', timestamp, attributes: { ...about } }];
      if (opened.torn) {
        onTorn(opened.torn);
        notes.push({ event_name: 'machtig.torn_line_set_aside', timestamp, attributes: { ...opened.torn } });
      }
      writeTo(opened, notes);
      return opened;
    } catch (thrown) {
      opened.close();
      throw thrown;
    }
  }

  function close(): void {
    file?.close();
    file = undefined;
  }

  return {
    write(entries) {
      // Moved or removed without a signal: what is appended to it would be lost.
      if (file?.isGone()) close();
      file ??= open();
      writeTo(file, entries);
    },
    sync: async () => file?.sync(),
    reopen() {
      const next = open();
      close();
      file = next;
    },
    close,
  };
}

const ROOM = 256 * 1024;

/** Lines as bytes, written once: the same bytes are hashed and handed to the file. */
function makeLineBytes() {
  let bytes = Buffer.allocUnsafe(ROOM);
  let size = 0;

  function makeRoom(more: number): void {
    if (size + more <= bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (size + more));
    bytes.copy(larger, 0, 0, size);
    bytes = larger;
  }

  return {
    /** Begins anew; lets go of what an extraordinary turn has made it grow to. */
    rewind() {
      if (bytes.length > 4 * ROOM) bytes = Buffer.allocUnsafe(ROOM);
      size = 0;
    },
    /** Returns its bytes, without the line feed behind it; they stand until the next line is added. */
    add(line: string): Buffer {
      makeRoom(3 * line.length + 1); // no character takes more in UTF-8
      const start = size;
      const end = start + bytes.write(line, start);
      bytes[end] = LINE_FEED;
      size = end + 1;
      return bytes.subarray(start, end);
    },
    all: () => bytes.subarray(0, size),
  };
}

const LINE_FEED = 10;
