import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dossiers, makeDossiers } from '../../src/evaluate/dossier.ts';
import { makeReading } from '../../src/evaluate/reading.ts';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { identityOf } from '../../src/mandates/writes.ts';
import { registerWrites, testAlias } from '../../src/workbench/cases/register-writes.ts';
import { fixed } from '../support/decide-world.ts';
import { questions } from './questions.ts';
import { registers } from './registers.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 300);
const HEADER = { layout: 1, keyId: 'test', keyCheck: 'test' };

/** What makes one register of another, in any order: no two of these writes touch the same entry. */
function between(before: readonly Write[], after: readonly Write[]): Write[] {
  const kept = new Set(after.map(identityOf));
  return [...before.filter((write) => !kept.has(identityOf(write))).flatMap(dropOf), ...after];
}

function dropOf(write: Write): Write[] {
  if (!('put' in write)) return [];
  const { put, ...what } = write;
  if (put === 'mandate' && 'facts' in write)
    return [{ drop: 'mandate', ...write, mandateId: write.facts.mandate_id } as Write];
  return [{ drop: put, ...what } as unknown as Write];
}

/** One projection, read through dossiers and without them. */
async function twins(writes: readonly Write[], dossiers: Dossiers) {
  const store = makeMemoryStore();
  const rebuild = await store.projection.rebuild(HEADER, 1);
  await rebuild.load(writes);
  await rebuild.swap({ epoch: 1, n: 0 }, '');
  store.watch((notice) => {
    if (notice.notice === 'change' && notice.keys !== 'all') dossiers.drop(notice.keys);
  });
  let n = 0;
  const deps = { lookups: store.lookups, freshness: fixed(), alias: testAlias, now: () => 0 };
  return {
    plain: makeReading(deps).readNow,
    kept: makeReading({ ...deps, dossiers }).readNow,
    change: (some: readonly Write[]) =>
      store.projection.apply({ from: { epoch: 1, n }, to: { epoch: 1, n: ++n }, hash: '', writes: some }, 1),
  };
}

describe('dossiers under random changes', () => {
  it('say what is gathered anew at that moment, change by change', { timeout: 120_000 }, async () => {
    let hits = 0;
    const asked = fc.array(questions, { minLength: 4, maxLength: 4 });
    const order = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(registers, registers, asked, order, async (first, second, list, picks) => {
        const dossiers = makeDossiers({ maxBytes: 1_000_000 });
        const { plain, kept, change } = await twins(registerWrites(first), dossiers);
        const changes = between(registerWrites(first), registerWrites(second));
        for (const pick of picks) {
          for (const question of list) expect(kept(question)).toEqual(plain(question));
          const [write] = changes.splice(pick % changes.length, 1);
          if (write) await change([write]);
        }
        for (const question of list) expect(kept(question)).toEqual(plain(question));
        hits += dossiers.counts().hits;
      }),
      { numRuns: RUNS },
    );
    // Else nothing was shown.
    expect(hits).toBeGreaterThan(RUNS);
  });
});
