import { readdirSync } from 'node:fs';
import os from 'node:os';

/** A tenth of the weight of a thread at 0: what is behind gets on in what the main thread leaves, and a little beside it. */
const NICENESS = 10;

/**
 * Lets the threads that collect garbage and compile for V8 (and read files for libuv) yield to the one that answers. Where all
 * have one core, four of them take four fifths of it for as long as a collection marks: tens of milliseconds in which nothing
 * is answered (docs/decisions/0035-background-threads.md). It means the threads there are: those begun later are of other use.
 * Only Linux gives a thread a niceness of its own; elsewhere this does nothing.
 * @returns how many threads yield now
 */
export function lowerBackgroundThreads(): number {
  if (process.platform !== 'linux') return 0;
  const others = readdirSync('/proc/self/task')
    .map(Number)
    .filter((thread) => thread !== process.pid);
  return others.filter(yields).length;
}

function yields(thread: number): boolean {
  try {
    os.setPriority(thread, Math.max(NICENESS, os.getPriority(thread)));
    return true;
  } catch {
    // A sandbox that forbids it, or a thread that has just ended: answers come all the same.
    return false;
  }
}
