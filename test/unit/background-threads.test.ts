import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What runs by `nice` cannot be told from what yields. */
const CAN_TELL = process.platform === 'linux' && os.getPriority() === 0;

const MODULE = fileURLToPath(new URL('../../src/process/background-threads.ts', import.meta.url));

/** Niceness of each thread of a program of its own after `then`, its first thread's first. */
function nicenessAfter(then: string): number[] {
  const script = `
    const { lowerBackgroundThreads } = await import(${JSON.stringify(MODULE)});
    const os = await import('node:os');
    const { readdirSync } = await import('node:fs');
    ${then}
    const threads = readdirSync('/proc/self/task').map(Number).sort((a, b) => a - b);
    console.log(JSON.stringify(threads.map((thread) => os.getPriority(thread))));`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test.runIf(CAN_TELL)('the threads beside the first yield to it, and those begun later do not', () => {
  const [first, ...others] = nicenessAfter('lowerBackgroundThreads();');
  expect(first).toBe(0);
  expect(others.length).toBeGreaterThan(3);
  expect(new Set(others)).toEqual(new Set([10]));

  const withWorker = nicenessAfter(`
    lowerBackgroundThreads();
    const { Worker } = await import('node:worker_threads');
    const { once } = await import('node:events');
    const worker = new Worker('setTimeout(() => {}, 60_000)', { eval: true });
    await once(worker, 'online');
    setTimeout(() => process.exit(), 0);`);
  expect(withWorker.filter((niceness) => niceness === 0)).toHaveLength(2);
});

test.runIf(CAN_TELL)('a thread that yields more already is left as it is', () => {
  const others = nicenessAfter(`
    for (const thread of readdirSync('/proc/self/task').map(Number))
      if (thread !== process.pid) os.setPriority(thread, 15);
    lowerBackgroundThreads();`).slice(1);
  expect(new Set(others)).toEqual(new Set([15]));
});
