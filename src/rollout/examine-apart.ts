import { toError } from '../domain/errors.ts';
import { BundleRefusal } from '../policy/bundle-refusal.ts';
import type { Trust } from '../policy/signature.ts';
import { makeDeadline } from '../process/deadline.ts';
import { startThread } from '../process/thread.ts';
import type { Release } from './examine.ts';
import type { ExamineReply, ExamineWorkerData } from './examine-worker.ts';
import type { OrderDeps } from './order.ts';

/** Far beyond what a bundle takes on a busy machine. */
const LIMIT_MS = 30_000;
const LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

export interface ApartOptions {
  /** Absent: signatures are not looked at. */
  trust?: Trust;
  /** Absent: any release may follow. */
  order?: OrderDeps;
  signal: AbortSignal;
  limitMs?: number;
}

/**
 * `examine`, and warming up, in a thread of its own. What a bundle makes of it, an endless loop or all memory, ends with
 * the thread; those who ask the bundle in use meanwhile notice nothing.
 * @throws BundleRefusal, or what the signal was aborted with
 */
export async function examineApart(packed: Uint8Array, options: ApartOptions): Promise<Release> {
  const { trust, order, signal, limitMs = LIMIT_MS } = options;
  signal.throwIfAborted();
  const reply = await ask({ packed, ...(trust && { trust }), ...(order && { order: nowOf(order) }) }, signal, limitMs);
  if ('passed' in reply) return { ...reply.passed, packed };
  const { code, message, issued } = reply.refused;
  const refusal = new BundleRefusal(code, message);
  if (issued) refusal.issued = issued;
  throw refusal;
}

function nowOf({ seen, rollback, now }: OrderDeps): NonNullable<ExamineWorkerData['order']> {
  const before = seen();
  return { now: now(), ...(before && { seen: before }), ...(rollback !== undefined && { rollback }) };
}

async function ask(workerData: ExamineWorkerData, signal: AbortSignal, limitMs: number): Promise<ExamineReply> {
  const thread = startThread('examine-worker', import.meta.url, { workerData, resourceLimits: LIMITS });
  const deadline = makeDeadline(signal, limitMs);
  try {
    return await new Promise<ExamineReply>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', (thrown) => reject(tooCostly(`looking at it ended with: ${toError(thrown).message}`)));
      thread.once('exit', (code) => reject(tooCostly(`looking at it ended with exit code ${code}`)));
      deadline.signal.addEventListener('abort', () => reject(tooCostly(`looking at it takes more than ${limitMs} ms`)));
    });
  } finally {
    deadline.clear();
    await thread.terminate();
    signal.throwIfAborted();
  }
}

function tooCostly(message: string): BundleRefusal {
  return new BundleRefusal('too_costly', message);
}
