import { describe, expect, it } from 'vitest';
import { makeBreathe } from '../../src/evaluate/search/breathe.ts';
import { makeSmallest } from '../../src/evaluate/search/smallest.ts';

describe('turns of searches', () => {
  it('let the event loop come round between any two slices, however many searches there are', async () => {
    const breathe = makeBreathe(0);
    const seen: string[] = [];
    const search = async (name: string) => {
      for (let slice = 0; slice < 3; slice++) {
        await breathe();
        seen.push(name);
      }
    };
    let over = false;
    const searches = Promise.all(['a', 'b', 'c'].map(search)).then(() => {
      over = true;
    });
    while (!over) {
      await new Promise(setImmediate);
      seen.push('|');
    }
    await searches;
    // Nobody has two turns in one round, nor two searches one each; each has its turn before another has two.
    expect(seen.join('')).not.toMatch(/[abc]{2}/);
    expect(seen.filter((name) => name !== '|').join('')).toBe('abcabcabc');
  });

  it('cost nothing while a slice lasts', async () => {
    const breathe = makeBreathe(60_000);
    let rounds = 0;
    setImmediate(() => rounds++);
    for (let step = 0; step < 1000; step++) await breathe();
    expect(rounds).toBe(0);
  });
});

describe('the smallest', () => {
  const ids = Array.from({ length: 100 }, (_, n) => String(n).padStart(3, '0'));

  it('come in order and once, however they are offered', () => {
    const smallest = makeSmallest(5);
    for (const id of [...ids].reverse()) smallest.offer([id, id, '050']);
    expect(smallest.take()).toEqual({ ids: ids.slice(0, 5), isMore: true });
  });

  it('are those beyond where the last page ended; a candidate with parts left is among them', () => {
    const take = (after: { id: string; part?: string }) => {
      const smallest = makeSmallest(3, after);
      smallest.offer(ids);
      return smallest.take().ids;
    };
    expect(take({ id: '041' })).toEqual(['042', '043', '044']);
    expect(take({ id: '041', part: 'x' })).toEqual(['041', '042', '043']);
    expect(take({ id: '099' })).toEqual([]);
  });

  it('are all, when there is room for them', () => {
    const smallest = makeSmallest(3);
    smallest.offer(['c', 'a', 'b', 'a']);
    expect(smallest.take()).toEqual({ ids: ['a', 'b', 'c'], isMore: false });
  });
});
