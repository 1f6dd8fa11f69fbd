import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeCachedLookups } from '../../src/mandates/cache.ts';
import type { Found, Lookups } from '../../src/mandates/lookups.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { someMandateFacts } from '../contract/arbitraries.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [a, b, c] = [1, 2, 3].map((n) => recordKey.links(id(n))) as [RecordKey, RecordKey, RecordKey];
const ahead = recordKey.links(id(4));

/** A store whose answers wait until the test lets them go; each says how often the store was asked, and tells `ahead`. */
function makeSlowStore() {
  const asked: (readonly RecordKey[])[] = [];
  const waiting: { go: () => void; fail: (error: Error) => void }[] = [];
  const store: Lookups = {
    peek: () => undefined,
    read(keys, also) {
      asked.push(keys);
      also?.(ahead, [id(100 + asked.length)]);
      const answer: Found[] = keys.map(() => [id(asked.length)]);
      return new Promise((resolve, reject) => waiting.push({ go: () => resolve(answer), fail: reject }));
    },
  };
  return {
    store,
    asked,
    go: (call: number) => waiting[call]?.go(),
    fail: (call: number) => waiting[call]?.fail(new Error('gone')),
  };
}

function makeStore(answer: (key: RecordKey) => Found) {
  const asked: RecordKey[] = [];
  const store: Lookups = {
    peek: () => undefined,
    async read(keys) {
      asked.push(...keys);
      return keys.map(answer);
    },
  };
  return { store, asked };
}

describe('cached lookups', () => {
  test('ask the store once, and then have the record at hand', async () => {
    const { store, asked } = makeStore(() => [id(9)]);
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    expect(cache.peek(a)).toBeUndefined();
    expect(await cache.read([a, b, a])).toEqual([[id(9)], [id(9)], [id(9)]]);
    expect(cache.peek(a)).toEqual([id(9)]);
    expect(await cache.read([b, c])).toEqual([[id(9)], [id(9)]]);
    expect(asked).toEqual([a, b, c]);
  });

  test('remember that the register has none', async () => {
    const { store, asked } = makeStore(() => null);
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    await cache.read([a]);
    expect(cache.peek(a)).toBeNull();
    expect(await cache.read([a])).toEqual([null]);
    expect(asked).toEqual([a]);
  });

  test('ask once for what several ask for at the same time', async () => {
    const { store, asked, go } = makeSlowStore();
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    const reads = [cache.read([a]), cache.read([a, b])];
    go(0);
    go(1);
    expect(await Promise.all(reads)).toEqual([[[id(1)]], [[id(1)], [id(2)]]]);
    expect(asked).toEqual([[a], [b]]);
  });

  test('forget what changed', async () => {
    const { store, asked } = makeStore(() => null);
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    await cache.read([a, b]);
    cache.drop([a]);
    expect([cache.peek(a), cache.peek(b)]).toEqual([undefined, null]);
    cache.clear();
    expect(cache.peek(b)).toBeUndefined();
    await cache.read([a]);
    expect(asked).toEqual([a, b, a]);
  });

  test.each(['drop', 'clear'] as const)('do not remember what changed while it was fetched (%s)', async (how) => {
    const { store, go } = makeSlowStore();
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    const before = cache.read([a]);
    if (how === 'drop') cache.drop([a]);
    else cache.clear();
    const after = cache.read([a]);
    go(0);
    expect(await before).toEqual([[id(1)]]);
    expect(cache.peek(a)).toBeUndefined();
    go(1);
    expect(await after).toEqual([[id(2)]]);
    expect(cache.peek(a)).toEqual([id(2)]);
  });

  test('remember what was read ahead once the answer is there, and hand it to nobody before', async () => {
    const { store, asked, go, fail } = makeSlowStore();
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    const read = cache.read([a]);
    expect(cache.peek(ahead)).toBeUndefined();
    go(0);
    await read;
    expect(cache.peek(ahead)).toEqual([id(101)]);
    cache.clear();
    const failing = cache.read([a]);
    fail(1);
    await expect(failing).rejects.toThrow('gone');
    expect(cache.peek(ahead)).toBeUndefined();
    expect(asked).toEqual([[a], [a]]);
  });

  test.each(['drop', 'clear'] as const)('do not remember what was read ahead and changed since (%s)', async (how) => {
    const { store, go } = makeSlowStore();
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    const before = cache.read([a]);
    if (how === 'drop') cache.drop([ahead]);
    else cache.clear();
    const after = cache.read([b]);
    go(1);
    await after;
    go(0);
    await before;
    expect(cache.peek(ahead)).toEqual([id(102)]);
    cache.drop([ahead]);
    expect(cache.peek(ahead)).toBeUndefined();
  });

  test('do not remember an older answer that arrives after a newer one', async () => {
    const { store, go } = makeSlowStore();
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    const before = cache.read([a]);
    cache.drop([a]);
    const after = cache.read([a]);
    go(1);
    await after;
    go(0);
    await before;
    expect(cache.peek(a)).toEqual([id(2)]);
  });

  test('pass a failure on to everyone who waits, and ask again afterwards', async () => {
    const { store, go, fail } = makeSlowStore();
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    const reads = [cache.read([a]), cache.read([a])];
    fail(0);
    expect((await Promise.allSettled(reads)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = cache.read([a]);
    go(1);
    expect(await again).toEqual([[id(2)]]);
  });

  test('stay within their bound, keeping what is used', async () => {
    const { store } = makeStore((key) => [key]);
    const cache = makeCachedLookups(store, { maxBytes: 50_000 });
    const keyOf = (n: number) => recordKey.links(id(n));
    const used = Array.from({ length: 20 }, (_, n) => keyOf(n));
    await cache.read(used);
    for (let n = 100; n < 3000; n++) {
      await cache.read([keyOf(n)]);
      for (const key of used) cache.peek(key);
      expect(cache.counts().bytes).toBeLessThanOrEqual(50_000);
    }
    // A bucket that is full forgets its oldest, used or not: chance has it that most of them are never in one.
    expect(used.filter((key) => cache.peek(key) !== undefined).length).toBeGreaterThan(10);
    const others = Array.from({ length: 2900 }, (_, n) => keyOf(100 + n)).filter(
      (key) => cache.peek(key) !== undefined,
    );
    expect(others).toContain(keyOf(2999));
    expect(others).not.toContain(keyOf(100));
    expect(others.length).toBeGreaterThan(50);
    expect(others.length).toBeLessThan(1000);
  });

  test('count no bytes for what they forgot', async () => {
    const { store } = makeStore((key) => [key]);
    const cache = makeCachedLookups(store, { maxBytes: 5_000 });
    const keys = Array.from({ length: 100 }, (_, n) => recordKey.links(id(n)));
    for (const key of keys) await cache.read([key]);
    for (const key of keys.toReversed()) cache.peek(key);
    cache.drop(keys);
    expect(cache.counts()).toMatchObject({ bytes: 0, entries: 0 });
  });

  test('answer for a pair as for each of its keys', async () => {
    const scopes = [...[1, 2, 3].map((n) => scopeKey.service(id(n))), scopeKey.everything, scopeKey.case('urn:s', 'c')];
    const [party, scope] = [fc.constantFrom(id(1), id(2), 'nobody'), fc.constantFrom(...scopes)];
    const key = fc.tuple(party, party, scope).map((parts) => recordKey.mandates(...parts));
    const act = fc.record({ key, facts: fc.option(fc.array(someMandateFacts, { maxLength: 2 })), drop: fc.boolean() });
    const pair = fc.record({ represented: party, delegate: party, scopes: fc.subarray(scopes) });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), pair, async (acts, asked) => {
        const facts = new Map<RecordKey, Found>(acts.map((one) => [one.key, one.facts]));
        const cache = makeCachedLookups(makeStore((asKey) => facts.get(asKey) ?? null).store, { maxBytes: 100_000 });
        await cache.read(acts.map((one) => one.key));
        cache.drop(acts.filter(({ drop }) => drop).map((one) => one.key));
        const one = asked.scopes.map((of) => cache.peek(recordKey.mandates(asked.represented, asked.delegate, of)));
        const found: Found[] = [true];
        const isAtHand = cache.peekPair?.(asked, found);
        expect(isAtHand).toBe(!one.includes(undefined));
        if (isAtHand) expect(found).toEqual([true, ...one]);
      }),
      { numRuns: 300 },
    );
  });

  test('count hits and misses', async () => {
    const { store } = makeStore(() => true);
    const cache = makeCachedLookups(store, { maxBytes: 100_000 });
    cache.peek(a);
    await cache.read([a, b]);
    cache.peek(a);
    await cache.read([a, b]);
    expect(cache.counts()).toMatchObject({ hits: 3, misses: 3 });
  });
});
