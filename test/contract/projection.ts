import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AppError } from '../../src/domain/errors.ts';
import type { MandateFacts } from '../../src/domain/facts.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import { makeCopy } from '../../src/mandates/memory-copy.ts';
import type { Batch, Header, Projection, ProjectionState, Write } from '../../src/mandates/projection.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { someWrites } from './arbitraries.ts';

export interface ProjectionSubject {
  projection: Projection;
  lookups: Lookups;
}

export const HEADER: Header = { layout: LAYOUT, keyId: 'test', keyCheck: 'check' };
export const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const at = (n: number) => ({ epoch: 1, n });

export function aMandate(n: number, changes: Partial<MandateFacts> = {}): MandateFacts {
  return {
    mandate_id: id(n),
    kind: 'employee',
    status: 'active',
    valid_from: 1,
    valid_until: 2,
    loa: 'eh3',
    scope: { by: 'service' },
    operations: 'all',
    branches: 'all',
    cases: 'all',
    granted_at: 1,
    ...changes,
  };
}

const PLACE = { represented: id(1), delegate: id(2), scope: scopeKey.service(id(3)) };
export const PLACE_KEY = recordKey.mandates(PLACE.represented, PLACE.delegate, PLACE.scope);

export function grant(n: number, changes?: Partial<MandateFacts>): Write {
  return { put: 'mandate', ...PLACE, facts: aMandate(n, changes) };
}

export function batch(from: number, to: number, ...writes: Write[]): Batch {
  return { from: at(from), to: at(to), hash: `hash ${to}`, writes };
}

export async function fill(
  { projection }: Pick<ProjectionSubject, 'projection'>,
  fence: number,
  ...writes: Write[]
): Promise<void> {
  const rebuild = await projection.rebuild(HEADER, fence);
  await rebuild.load(writes);
  await rebuild.swap(at(0), 'hash 0', 'lineage');
}

export async function contentsOf(projection: Projection): Promise<Write[]> {
  const all: Write[] = [];
  for await (const chunk of projection.contents()) all.push(...chunk);
  return all;
}

/** Every record key that it names; one that it cannot name fails the test. */
export async function keysOf(projection: Projection): Promise<Set<RecordKey>> {
  const all = new Set<RecordKey>();
  for await (const chunk of projection.keys()) {
    for (const key of chunk) {
      if (key === undefined) throw new Error('it holds what its layout does not write');
      all.add(key);
    }
  }
  return all;
}

async function stateOf(projection: Projection): Promise<ProjectionState> {
  const state = await projection.state();
  if (state === undefined) throw new Error('there is no projection');
  return state;
}

const conflict = expect.objectContaining({ code: 'conflict' }) as AppError;

/** What every projection does; `open` gives an empty one each time. */
export function projectionContract(name: string, open: () => Promise<ProjectionSubject>): void {
  describe(`projection in ${name}`, () => {
    test('is nothing, and ready for nobody, until it was built', async () => {
      const { projection, lookups } = await open();
      expect(await projection.state()).toBeUndefined();
      expect(lookups.peek(PLACE_KEY)).toBeUndefined();
      await expect(lookups.read([PLACE_KEY])).rejects.toMatchObject({ code: 'not_ready' });
      await expect(projection.apply(batch(0, 1), 1)).rejects.toThrow(conflict);
      await expect(projection.heartbeat(1, at(0), 1)).rejects.toThrow(conflict);
    });

    test('says where it is', async () => {
      const subject = await open();
      await fill(subject, 3);
      const said = { header: HEADER, revision: at(0), hash: 'hash 0', fence: 3, lineage: 'lineage' };
      expect(await subject.projection.state()).toMatchObject(said);
      await subject.projection.apply(batch(0, 5), 4);
      const state = await subject.projection.state();
      expect(state).toMatchObject({ ...said, revision: at(5), hash: 'hash 5', fence: 4 });
      for (const part of state?.parts ?? []) expect(part).toEqual({ revision: at(5), hash: 'hash 5' });
    });

    test('adds, replaces and takes out single entries of a list', async () => {
      const subject = await open();
      const { projection, lookups } = subject;
      await fill(subject, 1, grant(10));
      await projection.apply(batch(0, 1, grant(11), grant(10, { status: 'suspended' })), 1);
      expect(await lookups.read([PLACE_KEY])).toEqual([[aMandate(10, { status: 'suspended' }), aMandate(11)]]);
      await projection.apply(batch(1, 2, { drop: 'mandate', ...PLACE, mandateId: id(10) }), 1);
      expect(await lookups.read([PLACE_KEY])).toEqual([[aMandate(11)]]);
      await projection.apply(batch(2, 3, { drop: 'mandate', ...PLACE, mandateId: id(11) }), 1);
      expect(await lookups.read([PLACE_KEY])).toEqual([null]);
    });

    test('applies nothing on top of another revision than the batch expects', async () => {
      const subject = await open();
      await fill(subject, 1, grant(10));
      for (const wrong of [batch(1, 2, grant(11)), { ...batch(0, 1, grant(11)), from: { epoch: 2, n: 0 } }]) {
        await expect(subject.projection.apply(wrong, 1)).rejects.toThrow(conflict);
      }
      await subject.projection.apply(batch(0, 1), 1);
      await expect(subject.projection.apply(batch(0, 1, grant(11)), 1)).rejects.toThrow(conflict);
      expect(await subject.lookups.read([PLACE_KEY])).toEqual([[aMandate(10)]]);
    });

    test('refuses a leader after a later one, whatever it does', async () => {
      const subject = await open();
      const { projection } = subject;
      await fill(subject, 1, grant(10));
      const begun = await projection.rebuild(HEADER, 1);
      await projection.apply(batch(0, 1), 2);
      await expect(projection.apply(batch(1, 2, grant(11)), 1)).rejects.toThrow(conflict);
      await expect(projection.heartbeat(1, at(1), 1)).rejects.toThrow(conflict);
      await expect(projection.rebuild(HEADER, 1)).rejects.toThrow(conflict);
      await expect(begun.load([grant(12)]).then(() => begun.swap(at(9), ''))).rejects.toThrow(conflict);
      expect(await subject.lookups.read([PLACE_KEY])).toEqual([[aMandate(10)]]);
    });

    test('is rebuilt beside the live one, which stays as it is until the swap', async () => {
      const subject = await open();
      const { projection, lookups } = subject;
      await fill(subject, 1, grant(10));
      const rebuild = await projection.rebuild({ ...HEADER, keyId: 'other' }, 1);
      await rebuild.load([grant(20)]);
      expect(await lookups.read([PLACE_KEY])).toEqual([[aMandate(10)]]);
      await rebuild.abandon();
      expect(await contentsOf(projection)).toEqual([grant(10)]);
      await fill(subject, 1, grant(30));
      expect(await lookups.read([PLACE_KEY])).toEqual([[aMandate(30)]]);
    });

    test('tells what it holds under a key, and nothing under another', async () => {
      const subject = await open();
      await expect(subject.projection.held([PLACE_KEY])).rejects.toMatchObject({ code: 'not_ready' });
      await fill(subject, 1, grant(4), grant(3));
      const { records } = await subject.projection.held([recordKey.party(id(1)), PLACE_KEY]);
      expect(records).toEqual([[], [grant(3), grant(4)]]);
      expect([...(await keysOf(subject.projection))]).toEqual([PLACE_KEY]);
    });

    test('beats only for the revision at which it is', async () => {
      const subject = await open();
      await fill(subject, 1);
      await subject.projection.heartbeat(await subject.projection.time(), at(0), 1);
      await expect(subject.projection.heartbeat(1, at(1), 1)).rejects.toThrow(conflict);
    });

    test('goes into another epoch as it is, once, and only from where it was seen', async () => {
      const { projection, lookups } = await open();
      await fill({ projection }, 1, grant(10));
      const before = await stateOf(projection);
      await projection.apply(batch(0, 5, grant(11)), 1);
      await expect(projection.renew(before, 2, 2)).rejects.toThrow(conflict);
      const seen = await stateOf(projection);
      await expect(projection.renew(seen, 2, 1)).rejects.toThrow(conflict); // Another has come since: that was refused, and heard.
      for (const wrong of [{ copy: '7' }, { lineage: 'other' }]) {
        await expect(projection.renew({ ...seen, ...wrong }, 2, 3)).rejects.toThrow(conflict);
      }
      await projection.renew(seen, 2, 3);
      const there = { epoch: 2, n: 5 };
      const { parts, ...now } = await stateOf(projection);
      expect(now).toMatchObject({ revision: there, hash: 'hash 5', lineage: 'lineage', copy: seen.copy, fence: 3 });
      for (const part of parts) expect(part).toEqual({ revision: there, hash: 'hash 5' });
      expect(await lookups.read([PLACE_KEY])).toEqual([[aMandate(10), aMandate(11)]]);
      await expect(projection.apply(batch(5, 6, grant(12)), 3)).rejects.toThrow(conflict);
      await expect(projection.heartbeat(1, at(5), 3)).rejects.toThrow(conflict);
      await projection.heartbeat(1, there, 3);
      await projection.apply({ ...batch(0, 0, grant(12)), from: there, to: { epoch: 2, n: 6 } }, 3);
    });

    test('holds after any writes what they say, whether loaded or applied', async () => {
      await fc.assert(
        fc.asyncProperty(someWrites, someWrites, async (loaded, applied) => {
          const subject = await open();
          const model = makeCopy();
          for (const write of [...loaded, ...applied]) model.write(write);
          await fill(subject, 1, ...loaded);
          await subject.projection.apply(batch(0, 1, ...applied), 1);
          expect(sorted(await contentsOf(subject.projection))).toEqual(sorted([...model.contents()]));
          const keys = [...(await keysOf(subject.projection))];
          const { from, to, records } = await subject.projection.held(keys);
          expect([from, to]).toEqual([at(1), at(1)]);
          expect(sorted(records.flatMap((puts) => puts as Write[]))).toEqual(sorted([...model.contents()]));
        }),
        { numRuns: 60 },
      );
    });
  });
}

function sorted(writes: Write[]): string[] {
  return writes.map((write) => JSON.stringify(write, (_, value) => ordered(value))).sort();
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
