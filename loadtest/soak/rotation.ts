import { existsSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const GIVEN_UP_MS = 10_000;

/** Rotates the decision records as an operator would: moved away, SIGHUP, and gone once the next file is there. @returns bytes written */
export async function rotateRecords(file: string, pid: number): Promise<number> {
  const old = `${file}.1`;
  await rename(file, old);
  process.kill(pid, 'SIGHUP');
  for (let waitedMs = 0; !existsSync(file); waitedMs += 20) {
    if (waitedMs > GIVEN_UP_MS) throw new Error('the sidecar opened no new file of records');
    await sleep(20);
  }
  const { size } = await stat(old);
  await rm(old);
  return size;
}
