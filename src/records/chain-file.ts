import { CHAIN_START, type ChainPosition, link, type Note, type Resource } from './chain.ts';
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

  function writeTo(target: LogFile, entries: readonly (Entry | Note)[]): void {
    let next = position;
    let text = '';
    for (const entry of entries) {
      const linked = link(entry, resourceText, next);
      text += `${linked.line}\n`;
      next = linked.position;
    }
    target.append(text);
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
