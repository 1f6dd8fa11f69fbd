import { Socket } from 'node:net';
import { Client, type QueryResultRow } from 'pg';
import { AppError, toError } from '../../domain/errors.ts';

/** One dedicated Postgres connection: it holds a lock, a snapshot or a subscription, so it is never shared or reused. */
export interface Session {
  readonly client: Client;
  /** Aborts, with the cause, when the connection is lost or a statement went unanswered for too long. */
  readonly lost: AbortSignal;
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Never waits for a silent server. */
  close(): Promise<void>;
}

export interface SessionOptions {
  databaseUrl: string;
  /** What the session is for, as the database shows it in `pg_stat_activity`. */
  purpose: string;
  /** A statement unanswered for so long means that the connection is dead; 0: no limit (COPY). */
  answerWithinMs: number;
  /**
   * How long what the server sent may lie unread before it takes this end for gone. Linux counts a reader that pauses among
   * the vanished, though it answers; so whoever waits for another store while it reads needs longer. Default 4000.
   */
  unreadAtMostMs?: number;
}

/**
 * The server, too, must notice that this end is gone, or the lock of a leader whose machine has vanished would live
 * until the kernel gives up (hours). A frozen process keeps its TCP connection alive; only idleness betrays it.
 */
const SERVER_NOTICES = `
  select set_config('tcp_keepalives_idle', '2', false),
         set_config('tcp_keepalives_interval', '1', false),
         set_config('tcp_keepalives_count', '2', false),
         set_config('tcp_user_timeout', $1, false),
         set_config('idle_session_timeout', '4000', false),
         set_config('idle_in_transaction_session_timeout', '60000', false)`;

/** @throws AppError `store_unavailable` */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { databaseUrl, purpose, answerWithinMs, unreadAtMostMs = 4000 } = options;
  const socket = new Socket();
  const lost = new AbortController();
  const client = new Client({
    connectionString: databaseUrl,
    application_name: `machtig ${purpose}`,
    connectionTimeoutMillis: 2000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 2000,
    stream: () => socket,
  });
  const lose = (cause: Error) => {
    if (!lost.signal.aborted) lost.abort(cause);
    socket.destroy();
  };
  client.on('error', lose);
  client.on('end', () => lose(new Error('the connection ended')));

  async function query<Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const silence = answerWithinMs > 0 ? watch(answerWithinMs, lose) : undefined;
    try {
      return (await client.query<Row>(text, values)).rows;
    } catch (thrown) {
      // A refused statement leaves the connection whole; silence does not, and pg cannot take the statement back.
      if (!isRefusal(thrown)) lose(toError(thrown));
      throw new AppError('store_unavailable', `postgres (${purpose}): ${toError(thrown).message}`, { cause: thrown });
    } finally {
      silence?.end();
    }
  }

  try {
    await client.connect();
    await query(SERVER_NOTICES, [String(unreadAtMostMs)]);
  } catch (thrown) {
    lose(toError(thrown));
    throw new AppError('store_unavailable', `postgres (${purpose}): ${toError(thrown).message}`, { cause: thrown });
  }
  return {
    client,
    lost: lost.signal,
    query,
    async close() {
      if (!lost.signal.aborted) await Promise.race([client.end(), closedBy(socket, 1000)]);
      lose(new Error('the session was closed'));
    },
  };
}

/** How long it looks for an answer that may lie here unread. */
const LOOK_MS = 50;

/**
 * Says that there was no answer, once it is overdue. A process that got no CPU for as long, or stood still, finds the answer and the
 * alarm at once, the alarm first: so it looks once more. A long rebuild is not given up for that.
 */
function watch(ms: number, onSilence: (cause: Error) => void): { end(): void } {
  let timer = setTimeout(() => {
    timer = setTimeout(() => onSilence(new Error(`no answer within ${ms} ms`)), LOOK_MS);
  }, ms);
  return { end: () => clearTimeout(timer) };
}

/** The server answered, with an error of its own (it carries an SQLSTATE of five characters). */
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /^[0-9A-Z]{5}$/.test(String(thrown.code)) && !isFatal(thrown);
}

/** Class 57P: the server ends the session (shutdown, idle timeout, terminated by the administrator). */
function isFatal(error: Error & { code: unknown }): boolean {
  return String(error.code).startsWith('57P');
}

function closedBy(socket: Socket, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
