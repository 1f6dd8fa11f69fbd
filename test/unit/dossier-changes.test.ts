import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAsked } from '../../src/evaluate/dossier-asked.ts';
import { makeChanges, type Places } from '../../src/evaluate/dossier-changes.ts';
import { packedWord } from '../../src/evaluate/packed-text.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { ANNA, FIRM, OFFICE } from '../support/decide-world.ts';

const NOWHERE: Places = packedWord(0);
const keyOf = (n: number): RecordKey => recordKey.party(String(n));

describe('changes of records', () => {
  it('are one for all scopes between two parties, and for no other two', () => {
    const changes = makeChanges(2 ** 10, 1);
    const between = (one: string, other: string, scope: string) => recordKey.mandates(one, other, scopeKey.set(scope));
    const places = changes.watch([between(FIRM, ANNA, 'x'), between(FIRM, ANNA, 'y')]) ?? NOWHERE;
    expect(places).toHaveLength(2 + 3);
    const before = changes.now();
    changes.mark([between(ANNA, FIRM, 'x'), between(FIRM, OFFICE, 'x')]);
    expect(changes.since(before, places)).toBe(false);
    changes.mark([between(FIRM, ANNA, 'z')]);
    expect(changes.since(before, places)).toBe(true);
    expect(changes.since(changes.now(), places)).toBe(false);
    changes.markAll();
    expect(changes.since(changes.now() - 1, NOWHERE)).toBe(true);
  });

  it('are told to whoever watches, also when many more are watched than there is room for', () => {
    const keys = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 12 });
    const step = fc.record({
      does: fc.constantFrom('watch', 'watch', 'mark', 'look', 'markAll'),
      keys,
      pick: fc.nat(),
    });
    let [seen, missed] = [0, 0];
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { maxLength: 80 }), (seed, steps) => {
        const changes = makeChanges(16, seed);
        const watchers: { keys: number[]; places: Places; goodAt: number; isChanged: boolean }[] = [];
        for (const { does, keys: named, pick } of steps) {
          const watcher = watchers[pick % watchers.length];
          if (does === 'watch') {
            const places = changes.watch(named.map(keyOf));
            if (places) watchers.push({ keys: named, places, goodAt: changes.now(), isChanged: false });
          } else if (does === 'mark') {
            changes.mark(named.map(keyOf));
            for (const one of watchers) if (one.keys.some((key) => named.includes(key))) one.isChanged = true;
          } else if (does === 'markAll') {
            changes.markAll();
            for (const one of watchers) one.isChanged = true;
          } else if (watcher) {
            const isTold = changes.since(watcher.goodAt, watcher.places);
            if (watcher.isChanged) expect(isTold).toBe(true);
            if (isTold) missed++;
            else {
              seen++;
              watcher.goodAt = changes.now();
            }
          }
        }
      }),
      { numRuns: 3000 },
    );
    // Else nothing was shown.
    expect(Math.min(seen, missed)).toBeGreaterThan(400);
  });

  it('are not watched when there is no room for all that belong together', () => {
    const changes = makeChanges(8, 1);
    expect(changes.watch(Array.from({ length: 8 }, (_, n) => keyOf(n)))).toHaveLength(2 + 8 * 3);
    expect(changes.watch(Array.from({ length: 9 }, (_, n) => keyOf(n)))).toBeUndefined();
  });

  it('give up what was not in use for longest', () => {
    const changes = makeChanges(8, 1);
    const watched = Array.from({ length: 8 }, (_, n) => changes.watch([keyOf(n)]) ?? NOWHERE);
    const before = changes.now();
    expect(changes.since(before, watched[0] ?? NOWHERE)).toBe(false);
    changes.watch([keyOf(8)]);
    expect(watched.map((places) => changes.since(before, places))).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((n) => n === 1),
    );
  });
});

describe('questions asked before', () => {
  it('are counted', () => {
    const asked = makeAsked();
    expect([asked.count('one'), asked.count('other'), asked.count('one')]).toEqual([1, 1, 2]);
    expect([asked.times('one'), asked.times('other'), asked.times('third')]).toEqual([2, 1, 0]);
  });

  it('are nearly all remembered when a third as many were asked since as there is room for', () => {
    const asked = makeAsked(2 ** 12, 1);
    const names = Array.from({ length: 2 ** 12 / 3 }, (_, n) => `question ${n}`);
    const known = () => names.filter((name) => asked.count(name) > 1).length;
    expect(known()).toBe(0);
    expect(known()).toBeGreaterThan(0.97 * names.length);
  });

  it('are forgotten when many others were asked since', () => {
    const asked = makeAsked(2 ** 6);
    asked.count('one');
    for (let n = 0; n < 10_000; n++) asked.count(`question ${n}`);
    expect(asked.times('one')).toBe(0);
  });

  it('count for half after a while, and no more than a byte holds', () => {
    const asked = makeAsked(2 ** 6);
    for (let n = 0; n < 1000; n++) asked.count('one');
    asked.set('other', 300);
    expect([asked.times('one'), asked.times('other')]).toEqual([255, 255]);
    asked.halve();
    expect([asked.times('one'), asked.times('other')]).toEqual([127, 127]);
  });
});
