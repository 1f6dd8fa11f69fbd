import { expect, test } from 'vitest';
import { loop } from '../../src/process/loop.ts';

const HOUR = 3_600_000;

test('goes on at once when the step says so, then waits until woken', async () => {
  const stop = new AbortController();
  const steps: number[] = [];
  const running = loop(
    stop.signal,
    async () => {
      steps.push(steps.length);
      if (steps.length < 3) return 'again';
      if (steps.length === 4) stop.abort();
    },
    { intervalMs: HOUR },
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(steps).toEqual([0, 1, 2]);
  running.wake();
  await running.done;
  expect(steps).toEqual([0, 1, 2, 3]);
});

test('remembers a hint that arrives during a step', async () => {
  const stop = new AbortController();
  let steps = 0;
  const running = loop(
    stop.signal,
    async () => {
      steps++;
      if (steps === 1) queueMicrotask(() => running.wake());
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (steps === 2) stop.abort();
    },
    { intervalMs: HOUR },
  );
  await running.done;
  expect(steps).toBe(2);
});

test('reports a failing step, backs off and goes on', async () => {
  const stop = new AbortController();
  const reported: string[] = [];
  let steps = 0;
  const running = loop(
    stop.signal,
    async () => {
      steps++;
      if (steps < 3) throw 'a bare string';
      stop.abort();
    },
    { intervalMs: HOUR, backoff: { minMs: 1, maxMs: 2 }, onError: (error) => reported.push(error.message) },
  );
  await running.done;
  expect(reported).toEqual(['a bare string', 'a bare string']);
});

test('ends at once when stopped in a pause', async () => {
  const stop = new AbortController();
  const running = loop(stop.signal, async () => {}, { intervalMs: HOUR });
  await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  await running.done;
});
