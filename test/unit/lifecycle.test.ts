import { expect, test } from 'vitest';
import { makeLifecycle, opening } from '../../src/process/lifecycle.ts';

test('closes in reverse order, keeps going after a failure and rethrows the first', async () => {
  const closed: string[] = [];
  const lifecycle = makeLifecycle();
  for (const name of ['pool', 'redis', 'server']) {
    lifecycle.onClose(name, () => {
      closed.push(name);
      if (name !== 'pool') throw new Error(`${name} stuck`);
    });
  }
  await expect(lifecycle.close()).rejects.toThrow('could not close server: server stuck');
  expect(closed).toEqual(['server', 'redis', 'pool']);
});

test('closes once, however often it is asked', async () => {
  let count = 0;
  const lifecycle = makeLifecycle();
  lifecycle.onClose('counter', () => count++);
  await Promise.all([lifecycle.close(), lifecycle.close()]);
  expect(count).toBe(1);
  expect(() => lifecycle.onClose('late', () => {})).toThrow('late was opened');
});

test('a failed start closes what was already open and reports why it failed', async () => {
  const closed: string[] = [];
  const lifecycle = makeLifecycle();
  const start = opening(lifecycle, async () => {
    lifecycle.onClose('pool', () => closed.push('pool'));
    throw new Error('port taken');
  });
  await expect(start).rejects.toThrow('port taken');
  expect(closed).toEqual(['pool']);
});
