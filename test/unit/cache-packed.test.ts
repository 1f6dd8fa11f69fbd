import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeHeld } from '../../src/mandates/cache-packed.ts';
import type { Found } from '../../src/mandates/lookups.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { aScopeKey, someMandateFacts, somePartyFacts } from '../contract/arbitraries.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const mandates = (pair: number, scope: number) => recordKey.mandates(id(1), id(pair), scopeKey.service(id(scope)));

describe('records held packed', () => {
  test('stand each under its own scope', () => {
    const held = makeHeld(100_000);
    held.set([
      [mandates(2, 1), null],
      [mandates(2, 2), []],
    ]);
    expect([held.get(mandates(2, 1)), held.get(mandates(2, 2))]).toEqual([null, []]);
    expect([held.get(mandates(2, 3)), held.get(mandates(3, 1))]).toEqual([undefined, undefined]);
    held.delete(mandates(2, 1));
    expect([held.get(mandates(2, 1)), held.get(mandates(2, 2))]).toEqual([undefined, []]);
  });

  test('are found again for hundreds of scopes between one pair', () => {
    const held = makeHeld(1_000_000);
    for (let scope = 0; scope < 300; scope++) held.set([[mandates(2, scope), null]]);
    for (let scope = 0; scope < 300; scope++) expect(held.get(mandates(2, scope))).toBeNull();
    for (let scope = 0; scope < 300; scope += 2) held.delete(mandates(2, scope));
    for (let scope = 0; scope < 300; scope++) {
      expect(held.get(mandates(2, scope))).toBe(scope % 2 === 0 ? undefined : null);
    }
    for (let scope = 0; scope < 300; scope++) held.delete(mandates(2, scope));
    expect(held.size()).toEqual({ bytes: 0, entries: 0 });
  });

  test('answer as a plain map does, or not at all, within the bound', () => {
    const keys = [
      ...[1, 2, 3, 4].flatMap((pair) => Array.from({ length: 40 }, (_, scope) => mandates(pair, scope))),
      recordKey.mandates(id(1), id(2), scopeKey.everything),
      recordKey.mandates(id(1), id(2), scopeKey.case('urn:s', 'c1')),
      recordKey.mandates(id(1), 'nobody', scopeKey.everything),
      recordKey.party(id(1)),
      recordKey.alias('ab'.repeat(16)),
      recordKey.links(id(1)),
      recordKey.links('no id'),
      recordKey.branch(id(1), '000012345678'),
      recordKey.service('mandates:a service of that name, long enough to look like a pair of two parties xxx:s1'),
    ] as RecordKey[];
    const step = fc.record({
      key: fc.constantFrom(...keys),
      act: fc.constantFrom('set', 'set', 'set', 'get', 'delete', 'clear'),
      several: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.constantFrom(8_000, 60_000, 1_000_000), (steps, maxBytes) => {
        const held = makeHeld(maxBytes);
        const model = new Map<RecordKey, Found>();
        for (const [n, { key, act, several }] of steps.entries()) {
          if (act === 'clear' && n % 7 > 0) continue;
          if (act === 'clear') {
            held.clear();
            model.clear();
          } else if (act === 'delete') {
            held.delete(key);
            model.delete(key);
          } else if (act === 'set') {
            const first = keys.indexOf(key);
            const records = keys
              .slice(first, first + several)
              .map((one, i) => [one, (n + i) % 3 ? [id(n + i)] : null] as const);
            held.set(records);
            for (const [one, found] of records) model.set(one, found);
          } else {
            const found = held.get(key);
            if (found !== undefined || maxBytes > 100_000) expect(found).toEqual(model.get(key));
          }
          expect(held.size().bytes).toBeLessThanOrEqual(maxBytes);
        }
        for (const key of keys) {
          const found = held.get(key);
          if (found !== undefined || maxBytes > 100_000) expect(found).toEqual(model.get(key));
          held.delete(key);
        }
        expect(held.size()).toEqual({ bytes: 0, entries: 0 });
      }),
      { numRuns: 300 },
    );
  });

  test('come back as they were, whatever they hold', () => {
    const held = makeHeld(1_000_000);
    fc.assert(
      fc.property(fc.array(someMandateFacts, { maxLength: 5 }), somePartyFacts, aScopeKey, (list, party, scope) => {
        const records = [
          [recordKey.mandates(id(1), id(2), scope), list],
          [recordKey.mandates(id(1), id(2), scopeKey.everything), list],
          [recordKey.party(id(3)), party],
        ] as const;
        held.set(records);
        for (const [key, found] of records) expect(held.get(key)).toEqual(found);
        for (const [key, found] of records) expect(held.get(key)).toEqual(found);
      }),
    );
  });
});
