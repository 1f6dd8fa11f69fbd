import { loop } from '../../process/loop.ts';
import type { UseSource } from '../use-source.ts';
import { countUses } from './count-uses.ts';
import type { SyncOptions } from './projector.ts';
import { openSession, type Session } from './session.ts';

/** Shorter than the server lets a session be idle. */
const EVERY_MS = 2000;

/**
 * Writes reported uses of mandates back into the register while this process leads, on a connection of its own: it may
 * be slow, and it may fail, without sync being late. Resolves when `signal` has stopped it.
 */
export async function writeBackUses(options: SyncOptions, source: UseSource, signal: AbortSignal): Promise<void> {
  const { databaseUrl, log, hooks, name } = options;
  let session: Session | undefined;

  async function step(): Promise<'again' | undefined> {
    if (session === undefined || session.lost.aborted) {
      session = await openSession({ databaseUrl, purpose: 'sync: uses', answerWithinMs: 10_000 });
    }
    const counted = await countUses(session, source, name);
    if (counted === undefined || counted.entries === 0) return undefined;
    if (counted.malformed > 0) log.warn({ malformed: counted.malformed }, 'reports of uses that cannot be read');
    hooks?.onUses?.(counted);
    return counted.more ? 'again' : undefined;
  }

  const running = loop(signal, step, {
    intervalMs: EVERY_MS,
    onError: (error, retryInMs) => log.warn({ error: error.message, retryInMs }, 'uses were not written back'),
  });
  // Cutting off a statement does no harm: what it did not commit is read again.
  signal.addEventListener('abort', () => void session?.close(), { once: true });
  await running.done;
  await session?.close();
}
