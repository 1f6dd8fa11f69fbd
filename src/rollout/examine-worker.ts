import { parentPort, workerData } from 'node:worker_threads';
import type { RefusalCode } from '../policy/bundle-refusal.ts';
import type { Trust } from '../policy/signature.ts';
import { examine, type Issued, type Release, toRefusal } from './examine.ts';
import { makeAdmit, type Seen } from './order.ts';
import { warmUp } from './warm.ts';

/** What the thread is started with. */
export interface ExamineWorkerData {
  packed: Uint8Array;
  trust?: Trust;
  /** Absent where order is not looked at. */
  order?: { seen?: Seen; rollback?: string; now: number };
}

/** A bundle that passed, or why not. An error's class does not survive the way between threads. */
export type ExamineReply =
  | { passed: Omit<Release, 'packed'> }
  | { refused: { code: RefusalCode; message: string; issued?: Omit<Issued, 'keyId'> } };

const { packed, trust, order } = workerData as ExamineWorkerData; // examine-apart.ts hands over nothing else

async function reply(): Promise<ExamineReply> {
  try {
    const checks = { ...(trust && { trust }), ...(order && { admit: admitBy(order) }), breathe };
    const { bundle, signed } = await examine(packed, checks);
    await warmUp(bundle, breathe);
    return { passed: { bundle, ...(signed && { signed }) } };
  } catch (thrown) {
    const { code, message, issued } = toRefusal(thrown);
    return { refused: { code, message, ...(issued && { issued }) } };
  }
}

/** Nobody else waits for his turn in this thread. */
async function breathe(): Promise<void> {}

function admitBy({ seen, rollback, now }: NonNullable<ExamineWorkerData['order']>) {
  return makeAdmit({ seen: () => seen, now: () => now, ...(rollback !== undefined && { rollback }) });
}

parentPort?.postMessage(await reply());
