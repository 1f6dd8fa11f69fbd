import { afterAll, describe, expect, it } from 'vitest';
import { lookUpTool } from '../../src/workbench/tools.ts';
import { cloneDatabase } from '../support/database.ts';
import { readCorpus } from './corpus.ts';
import { compareDeciders } from './differential.ts';
import { fuzz } from './fuzzer.ts';
import { openTarget, TARGETS } from './targets.ts';

/** New seeds are for `npm run fuzz`. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const closers: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

/** What must come out, or the target tries nothing. */
const REACHES: Record<(typeof TARGETS)[number], readonly string[]> = {
  door: ['200, denied', '400', '400, in some other form'],
  redis: ['refused: store_unavailable', 'finds the same', 'an entry: change, by name'],
  bundle: ['signed: taken', 'signed: file_altered', 'unsigned: revision_wrong'],
  import: ['taken', 'refused as a file: invalid_request'],
};

async function database() {
  const { pool, drop } = await cloneDatabase();
  closers.push(drop);
  return pool;
}

describe(`inputs that nobody meant (again with FUZZ_SEED=${SEED})`, () => {
  it.each(TARGETS)('break no promise of the %s', { timeout: 240_000 }, async (name) => {
    const target = await openTarget(name, { seed: SEED, database });
    try {
      const corpus = readCorpus(name, target);
      const executions = target.seeds.length + corpus.length + 300;
      const { findings, outcomes } = await fuzz(target, { seed: SEED, until: { executions }, corpus });
      expect(findings.map(({ says, input }) => [says, Buffer.from(input).toString('latin1')])).toEqual([]);
      expect(Object.keys(outcomes)).toEqual(expect.arrayContaining([...REACHES[name]]));
    } finally {
      await target.close();
    }
  });
});

describe(`whatever can decide (again with FUZZ_SEED=${SEED})`, () => {
  const opa = lookUpTool('opa', process.env);

  it('decides random cases as the oracle does', { timeout: 240_000 }, async () => {
    const { disagreements, cases } = await compareDeciders({ seed: SEED, until: { cases: 2000 } });
    expect(disagreements).toEqual([]);
    expect(cases).toBeGreaterThanOrEqual(2000);
  });

  it.skipIf(opa === undefined)('decides them so in Go as well', { timeout: 240_000 }, async () => {
    const until = { cases: 250 };
    const { disagreements, natively } = await compareDeciders({ seed: SEED, until, nativelyOneIn: 1 });
    expect(disagreements).toEqual([]);
    expect(natively).toBeGreaterThanOrEqual(250);
  });
});
