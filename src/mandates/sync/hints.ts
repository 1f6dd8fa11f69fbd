import { type Loop, loop } from '../../process/loop.ts';
import { openSession, type Session } from './session.ts';

export interface HintOptions {
  databaseUrl: string;
  signal: AbortSignal;
  /** Something may have been committed: go and look. Also called after every (re)connection. */
  onHint: () => void;
  onError?: (error: Error) => void;
  /** How often the session is asked whether it still listens. */
  checkEveryMs?: number;
}

/**
 * Listens for `machtig_changes` on a connection of its own. A notification is only a hint to look sooner, so losing
 * this connection costs latency and nothing else; the same session is asked regularly whether it still listens,
 * because a connection that has gone silent looks exactly like a quiet register.
 */
export function listenForHints({ databaseUrl, signal, onHint, onError, checkEveryMs = 1000 }: HintOptions) {
  let session: Session | undefined;

  async function connect(): Promise<Session> {
    const opened = await openSession({ databaseUrl, purpose: 'sync: hints', answerWithinMs: 2000 });
    opened.client.on('notification', onHint);
    opened.lost.addEventListener('abort', () => running.wake());
    await opened.query('listen machtig_changes');
    onHint();
    return opened;
  }

  async function check(): Promise<void> {
    if (session === undefined || session.lost.aborted) session = await connect();
    const rows = await session.query('select 1 from pg_listening_channels() as channel where channel = $1', [
      'machtig_changes',
    ]);
    if (rows.length === 0) {
      await session.close();
      throw new Error('the connection no longer listens for changes');
    }
  }

  const running: Loop = loop(signal, check, {
    intervalMs: checkEveryMs,
    backoff: { minMs: 100, maxMs: 2000 },
    ...(onError ? { onError } : {}),
  });
  return { done: running.done.then(() => session?.close()) };
}
