import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import { makeCopy } from '../../src/mandates/memory-copy.ts';
import type { Put, Write } from '../../src/mandates/projection.ts';
import { recordKey } from '../../src/mandates/record-key.ts';
import { canonical } from '../../src/mandates/sync/canonical.ts';
import { compareRecord } from '../../src/mandates/sync/reconcile-compare.ts';
import { makeMending } from '../../src/mandates/sync/reconcile-mend.ts';
import { someWrites } from '../contract/arbitraries.ts';
import { at, batch, fill, grant, id, PLACE_KEY } from '../contract/projection.ts';

const copyOf = (writes: readonly Write[]) => {
  const copy = makeCopy();
  for (const write of writes) copy.write(write);
  return copy;
};
const spelled = (puts: Iterable<Write>) => [...puts].map(canonical).sort();

describe('what is compared', () => {
  it('is made equal by its repair, whatever it was', () => {
    fc.assert(
      fc.property(someWrites, someWrites, (told, held) => {
        const [truth, copy] = [copyOf(told), copyOf(held)];
        for (const key of new Set([...truth.keys(), ...copy.keys()])) {
          const difference = compareRecord(key, truth.putsUnder(key), copy.putsUnder(key));
          const same = canonical(spelled(truth.putsUnder(key))) === canonical(spelled(copy.putsUnder(key)));
          expect(difference === undefined).toBe(same);
          for (const write of difference?.repair ?? []) copy.write(write);
        }
        expect(spelled(copy.contents())).toEqual(spelled(truth.contents()));
      }),
    );
  });

  it('is replaced when it is one value that cannot be read, and beyond repair when it is a list', () => {
    const party: Put = { put: 'branch', party: id(1), branch: '000000000001' };
    const key = recordKey.branch(id(1), '000000000001');
    expect(compareRecord(key, [party], 'unreadable')?.repair).toEqual([party]);
    expect(compareRecord(key, [], 'unreadable')?.repair).toEqual([
      { drop: 'branch', party: id(1), branch: '000000000001' },
    ]);
    expect(compareRecord(PLACE_KEY, [], 'unreadable')).toMatchObject({ unreadable: true, repair: undefined });
  });
});

describe('a repair', () => {
  const told = [grant(1) as Put];

  async function spoilt() {
    const store = makeMemoryStore();
    await fill(store, 1, grant(2));
    const stop = new AbortController();
    return { ...store, stop, mending: makeMending(store.projection, () => {}, stop.signal) };
  }
  const mandatesIn = async ({ lookups }: Awaited<ReturnType<typeof spoilt>>) => (await lookups.read([PLACE_KEY]))[0];
  const here = { revision: at(0), hash: 'hash 0', fence: 1 };

  it('waits until the leader has applied what the truth knows of', async () => {
    const store = await spoilt();
    store.mending.watch();
    const checked = store.mending.check({ at: at(1), keys: [PLACE_KEY], puts: [told] });
    await store.mending.mend(here);
    expect(await mandatesIn(store)).toMatchObject([{ mandate_id: id(2) }]);
    await store.projection.apply(batch(0, 1), 1);
    await store.mending.mend({ revision: at(1), hash: 'hash 1', fence: 1 });
    expect(await checked).toMatchObject({ differences: [{ missing: 1, extra: 1 }], moved: [] });
    expect(await mandatesIn(store)).toMatchObject([{ mandate_id: id(1) }]);
  });

  it('leaves alone what was changed after the truth was read', async () => {
    const store = await spoilt();
    store.mending.watch();
    const checked = store.mending.check({ at: at(0), keys: [PLACE_KEY], puts: [told] });
    const change = batch(0, 1, grant(3));
    await store.projection.apply(change, 1);
    store.mending.applied(change.writes, change.to);
    await store.mending.mend({ revision: at(1), hash: 'hash 1', fence: 1 });
    expect(await checked).toEqual({ differences: [], moved: [PLACE_KEY] });
    expect(await mandatesIn(store)).toMatchObject([{ mandate_id: id(2) }, { mandate_id: id(3) }]);
  });

  it('leaves alone what may have changed while nobody knew where the projection was', async () => {
    const store = await spoilt();
    store.mending.watch();
    const truth = { at: at(0), keys: [PLACE_KEY], puts: [[grant(2) as Put]] };
    // The batch that revokes is applied, but its answer is lost: the leader takes the position anew, and finds it there.
    const revoked = compareRecord(PLACE_KEY, [], [grant(2) as Put])?.repair ?? [];
    await store.projection.apply(batch(0, 1, ...revoked), 1);
    store.mending.reset();
    const checked = store.mending.check(truth);
    await store.mending.mend({ revision: at(1), hash: 'hash 1', fence: 1 });
    expect(await checked).toEqual({ differences: [], moved: [PLACE_KEY] });
    expect(await mandatesIn(store)).toBeNull();
  });

  it('is refused of another epoch, of another place, when the position is taken anew, and when the lead is lost', async () => {
    const store = await spoilt();
    const check = (n: number, epoch = 1) => {
      store.mending.watch();
      return store.mending.check({ at: { epoch, n }, keys: [PLACE_KEY], puts: [told] });
    };
    const conflict = { code: 'conflict' };
    const other = expect(check(0, 2)).rejects.toMatchObject(conflict);
    await expect(store.mending.mend(here)).rejects.toMatchObject(conflict);
    await other;
    const elsewhere = expect(check(0)).rejects.toMatchObject(conflict);
    await expect(store.mending.mend({ ...here, revision: at(7) })).rejects.toMatchObject(conflict);
    await elsewhere;
    const anew = expect(check(0)).rejects.toMatchObject(conflict);
    store.mending.reset();
    await anew;
    const lost = expect(check(0)).rejects.toMatchObject(conflict);
    store.stop.abort();
    await lost;
    expect(() => store.mending.check({ at: at(0), keys: [], puts: [] })).toThrow();
    expect(await mandatesIn(store)).toMatchObject([{ mandate_id: id(2) }]);
  });
});
