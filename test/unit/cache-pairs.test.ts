import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeHeld } from '../../src/mandates/cache-pairs.ts';
import type { Found } from '../../src/mandates/lookups.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const mandates = (pair: number, scope: number) => recordKey.mandates(id(1), id(pair), scopeKey.service(id(scope)));

describe('records held by pair', () => {
  test('stand each under its own scope', () => {
    const held = makeHeld(100_000);
    held.set(mandates(2, 1), null);
    held.set(mandates(2, 2), []);
    expect([held.get(mandates(2, 1)), held.get(mandates(2, 2))]).toEqual([null, []]);
    expect([held.get(mandates(2, 3)), held.get(mandates(3, 1))]).toEqual([undefined, undefined]);
    held.delete(mandates(2, 1));
    expect([held.get(mandates(2, 1)), held.get(mandates(2, 2))]).toEqual([undefined, []]);
  });

  test('are not bounded in number for one pair', () => {
    const held = makeHeld(1_000_000);
    for (let scope = 0; scope < 100; scope++) held.set(mandates(2, scope), null);
    for (let scope = 0; scope < 100; scope++) expect(held.get(mandates(2, scope))).toBeNull();
    for (let scope = 0; scope < 100; scope += 2) held.delete(mandates(2, scope));
    for (let scope = 0; scope < 100; scope++)
      expect(held.get(mandates(2, scope))).toBe(scope % 2 === 0 ? undefined : null);
    for (let scope = 0; scope < 100; scope++) held.delete(mandates(2, scope));
    expect(held.size()).toEqual({ bytes: 0, entries: 0 });
  });

  test('answer as a plain map does, or not at all, within the bound', () => {
    const keys = [
      ...[1, 2, 3, 4].flatMap((pair) => Array.from({ length: 40 }, (_, scope) => mandates(pair, scope))),
      recordKey.mandates(id(1), id(2), scopeKey.everything),
      recordKey.mandates(id(1), id(2), scopeKey.case('urn:s', 'c1')),
      recordKey.party(id(1)),
      recordKey.service('mandates:a service of that name, long enough to look like a pair of two parties xxx:s1'),
    ] as RecordKey[];
    const step = fc.record({
      key: fc.constantFrom(...keys),
      act: fc.constantFrom('set', 'set', 'set', 'get', 'delete'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.constantFrom(2_000, 8_000, 1_000_000), (steps, maxBytes) => {
        const held = makeHeld(maxBytes);
        const model = new Map<RecordKey, Found>();
        for (const [n, { key, act }] of steps.entries()) {
          if (act === 'delete') {
            held.delete(key);
            model.delete(key);
          } else if (act === 'set') {
            const found = n % 3 === 0 ? null : [id(n)];
            held.set(key, found);
            model.set(key, found);
          } else {
            const found = held.get(key);
            if (found !== undefined || maxBytes > 100_000) expect(found).toBe(model.get(key));
          }
          expect(held.size().bytes).toBeLessThanOrEqual(maxBytes);
        }
        for (const key of keys) held.delete(key);
        expect(held.size()).toEqual({ bytes: 0, entries: 0 });
      }),
    );
  });
});
