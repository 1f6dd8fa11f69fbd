import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeTurns } from '../../loadtest/bench/one-at-a-time.ts';
import type { Target } from '../../loadtest/bench/targets.ts';
import { answers } from '../../loadtest/peers/process.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

let lifecycle: ReturnType<typeof makeLifecycle>;
beforeEach(() => {
  lifecycle = makeLifecycle();
});
afterEach(() => lifecycle.close());

const SERVER = "require('node:http').createServer((_, res) => res.end('{}')).listen(Number(process.argv[1]))";

async function startTarget(name: string): Promise<Target & { pid: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'machtig-turns-'));
  lifecycle.onClose('folder', () => rmSync(folder, { recursive: true }));
  const bodies = join(folder, 'questions');
  writeFileSync(bodies, '{}\n{}\n');
  const port = await freePort();
  const child = spawn(process.execPath, ['-e', SERVER, String(port)]);
  lifecycle.onClose(name, () => child.kill('SIGKILL'));
  await eventually(`${name} answers`, () => answers(`http://127.0.0.1:${port}/`));
  const pid = Number(child.pid);
  const none = { counters: async () => ({}), shares: () => ({}), storePids: () => [] };
  return { name, dataClass: 'floor', pids: () => [pid], pid, port, path: '/', bodies, ...none };
}

/** `T` while it is stopped by a signal. */
const stateOf = (pid: number) => /\) (.) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];

it('lets one server run at a time, and two names of one process as one', async () => {
  const [first, second] = [await startTarget('first'), await startTarget('second')];
  const turns = takeTurns([first, { ...first, name: 'first, by another name' }, second]);
  await turns.of(first);
  await eventually('the second stands still', () => stateOf(second.pid) === 'T');
  expect(stateOf(first.pid)).not.toBe('T');
  await turns.of(second);
  await eventually('the first stands still', () => stateOf(first.pid) === 'T');
  expect(await answers(`http://127.0.0.1:${second.port}/`)).toBe(true);
  turns.end();
  await eventually('the first runs again', () => stateOf(first.pid) !== 'T');
});
