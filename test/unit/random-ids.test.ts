import { expect, test } from 'vitest';
import { randomHex, randomUuid } from '../../src/process/random-ids.ts';

test('UUIDs are of version 4, and none comes twice', () => {
  const drawn = Array.from({ length: 2000 }, randomUuid);
  for (const uuid of drawn)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(drawn).size).toBe(drawn.length);
});

test('every digit of a UUID that is free takes every value', () => {
  const drawn = Array.from({ length: 2000 }, randomUuid);
  for (let at = 0; at < 36; at++) {
    const values = new Set(drawn.map((uuid) => uuid[at])).size;
    expect([at, values]).toEqual([at, [8, 13, 14, 18, 23].includes(at) ? 1 : at === 19 ? 4 : 16]);
  }
});

test('hexadecimal digits are as many as were asked for, and others each time', () => {
  const drawn = Array.from({ length: 3000 }, (_, index) => randomHex(index % 2 === 0 ? 16 : 8));
  for (const [index, text] of drawn.entries())
    expect(text).toMatch(index % 2 === 0 ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{16}$/);
  expect(new Set(drawn.map((text) => text.slice(0, 16))).size).toBe(drawn.length);
});
