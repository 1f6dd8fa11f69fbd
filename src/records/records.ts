import { randomUUID } from 'node:crypto';
import { AppError, toError } from '../domain/errors.ts';
import type { Log } from '../process/log.ts';
import { makeChainFile } from './chain-file.ts';
import type { Entry, Records } from './entry.ts';
import { makeTickQueue } from './tick-queue.ts';

/** `written`: in the file before the answer leaves; `synced`: on the disk; `full`: written, with the policy input. */
export type RecordsMode = 'written' | 'synced' | 'full' | 'off';

export interface RecordsOptions {
  path: string;
  mode: Exclude<RecordsMode, 'off'>;
  /** Of this program, as records name it. */
  version: string;
  now: () => number;
  log: Pick<Log, 'warn' | 'error' | 'info'>;
  onWritten?: (records: number) => void;
  onFailed?: (records: number) => void;
  /** A clock for how long something took, ms. */
  elapsed?: () => number;
}

export interface RecordsFile extends Records {
  /** Opens the file by its name again, for log rotation; the chain goes on. @throws AppError `records_unavailable` */
  reopen(): void;
  /** Writes what is waiting, then closes. */
  close(): Promise<void>;
}

/** A write that the kernel makes wait longer is said: no answer left meanwhile (docs/decisions/0035-background-threads.md). */
const HELD_UP_MS = 250;

/** No records, in so many words. */
export const RECORDS_OFF: Records = { wantsInput: false, append: () => undefined };

/**
 * Decision records in a file: all records of one turn of the event loop in one append, each with a sequence number
 * and the digest of the line before it.
 * @throws AppError `records_unavailable` when the file cannot be used.
 */
export function makeRecords(options: RecordsOptions): RecordsFile {
  const {
    path,
    mode,
    now,
    log,
    onWritten = () => {},
    onFailed = () => {},
    elapsed = () => performance.now(),
  } = options;
  const file = makeChainFile({
    path,
    resource: {
      'service.name': 'machtig',
      'service.version': options.version,
      'service.instance.id': randomUUID(),
    },
    about: { mode },
    now,
    onTorn: (torn) => log.warn({ torn }, 'a torn decision record was set aside'),
  });
  let failing = false;
  let closed = false;

  async function keep(entries: readonly Entry[]): Promise<void> {
    try {
      const startedAt = elapsed();
      file.write(entries);
      const tookMs = Math.round(elapsed() - startedAt);
      if (tookMs > HELD_UP_MS) log.warn({ tookMs, records: entries.length }, 'the disk held up decision records');
      if (mode === 'synced') await file.sync();
    } catch (thrown) {
      const cause = toError(thrown);
      onFailed(entries.length);
      if (!failing) log.error({ err: cause }, 'decision records cannot be written: no question is answered');
      failing = true;
      // Whatever is wrong with the file, the next records try it from its name on.
      file.close();
      throw new AppError('records_unavailable', 'the decision record could not be written', { cause });
    }
    onWritten(entries.length);
    if (failing) log.info('decision records are written again');
    failing = false;
  }

  const queue = makeTickQueue<Entry>(keep);

  function reopen(): void {
    try {
      file.reopen();
    } catch (thrown) {
      const cause = toError(thrown);
      throw new AppError('records_unavailable', `cannot open the records file: ${cause.message}`, { cause });
    }
  }

  reopen();
  return {
    wantsInput: mode === 'full',
    append: (entry) => (closed ? Promise.reject(afterClosing()) : queue.push(entry)),
    reopen,
    async close() {
      closed = true;
      await queue.idle();
      file.close();
    },
  };
}

function afterClosing(): AppError {
  return new AppError('records_unavailable', 'the records are closed');
}
