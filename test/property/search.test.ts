import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/domain/evaluation.ts';
import { isPartyRef, type PartyName, toUrn } from '../../src/domain/identifier.ts';
import { type Asked, questionOf, type SearchKind } from '../../src/evaluate/search/asked.ts';
import type { Found, Paging } from '../../src/evaluate/search/found.ts';
import { makeSearch, type SearchDeps } from '../../src/evaluate/search/search.ts';
import { type MemoryStore, makeMemoryStore } from '../../src/mandates/memory.ts';
import { operationsNamed } from '../../src/policy/conditions.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { RECORDS_OFF } from '../../src/records/records.ts';
import { registerWrites, testAlias } from '../../src/workbench/cases/register-writes.ts';
import { decide } from '../oracle/oracle.ts';
import type { Register } from '../oracle/register.ts';
import { fixed } from '../support/decide-world.ts';
import { everyone } from '../support/http.ts';
import { committedPolicy } from '../support/policy.ts';
import { NOW } from './arbitraries.ts';
import { bundleWith, numbered, tables } from './condition-tables.ts';
import { manyOrganisations } from './many-organisations.ts';
import { questions } from './questions.ts';
import { registers } from './registers.ts';
import { makeTurn, turning } from './turns.ts';
import { BRANCHES, NO_BRANCH, OPERATIONS } from './world.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1500);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);

const policy = await committedPolicy();
const metrics = makeMetrics();

/** How many searches found so many, so that the property proves what it reaches. */
const seen = new Map<string, number>();
const count = (name: string, by = 1) => seen.set(name, (seen.get(name) ?? 0) + by);

const paging = fc.record({ limit: fc.integer({ min: 1, max: 5 }), keep: fc.integer({ min: 1, max: 4 }) });
const kinds = fc.constantFrom('person' as const, 'organisation' as const);
const searches = fc.constantFrom<SearchKind>('subject', 'resource', 'action');
/** Half of them plain, so that not all is denied for the question's sake. */
const asked: fc.Arbitrary<Asked> = fc
  .tuple(searches, questions, kinds, fc.boolean())
  .map(([search, { actor, represented, service, operation, ...others }, kind, plain]) => {
    const rest = plain ? { loa: 'eh4' } : others;
    const what = { service, ...(operation !== undefined && { operation }) };
    if (search === 'subject') return { search, kind, question: { ...rest, represented, ...what } };
    if (search === 'resource') return { search, kind, question: { ...rest, actor, ...what } };
    return { search, question: { ...rest, actor, represented } };
  });

async function load(store: MemoryStore, register: Register): Promise<void> {
  const rebuild = await store.projection.rebuild({ layout: 1, keyId: 'test', keyCheck: 'test' }, 1);
  await rebuild.load(registerWrites(register));
  await rebuild.swap({ epoch: 1, n: 1 }, '');
}

type Instead = Partial<Pick<SearchDeps, 'reach' | 'policy' | 'operationsNamed'>>;

function searchOver(store: MemoryStore, keep: number, instead: Instead = {}) {
  return makeSearch({
    ...{ lookups: store.lookups, reach: store.reach, freshness: fixed(), policy, alias: testAlias, keep, metrics },
    ...instead,
    ...{ records: RECORDS_OFF, now: () => NOW, deadlineMs: 60_000, atOnce: 1 },
  });
}

/** Every page to the last; `between` is called before each but the first. */
async function listAll(
  find: (paging: Paging) => Promise<Found>,
  limit: number,
  between: () => Promise<void> = async () => {},
) {
  const listed: string[] = [];
  let pages = 0;
  let page = await find({ limit });
  for (;;) {
    expect(page.hits.length).toBeLessThanOrEqual(limit);
    listed.push(...page.hits.map(({ id, part }) => nameOf(id, part)));
    if (page.next === undefined) return listed;
    // There are seven parties: whoever needs so many pages never ends.
    expect(++pages).toBeLessThan(100);
    await between();
    page = await find({ limit, after: page.next });
  }
}

const nameOf = (id: string, part?: string) => (part === undefined ? id : `${id} ${part}`);

/** Tries everybody and everything, in the whole question, on the oracle. */
function bruteForce(register: Register, search: Asked): string[] {
  const allows = (question: Question) => decide(register, withOthers(register, question), NOW).allow;
  const everybody = [...register.parties.values()].filter((party) => 'kind' in search && party.kind === search.kind);
  const ids = search.search === 'action' ? [...register.services.keys()] : everybody.map(({ party_id }) => party_id);
  return ids.flatMap((id) => {
    if (allows(questionOf(search, id))) return [id];
    return partsFor(search).flatMap((part) => (allows(questionOf(search, id, part)) ? [nameOf(id, part)] : []));
  });
}

/** Nobody acts together with himself; the oracle leaves that to whoever asks, and here anybody may be the actor. */
function withOthers(register: Register, question: Question): Question {
  const { actor, together } = question;
  if (together === undefined || !isPartyRef(actor)) return question;
  const isActor = (name: PartyName) =>
    !isPartyRef(name) && register.aliases.get(toUrn(name))?.party_id === actor.party_id;
  return { ...question, together: together.filter(({ id }) => !isActor(id)) };
}

function partsFor({ search, question }: Asked): readonly string[] {
  if (search === 'action') return OPERATIONS;
  return search === 'resource' && question.branch === undefined ? [...BRANCHES, NO_BRANCH] : [];
}

describe(`searches over random registers (again with PROPERTY_SEED=${SEED})`, () => {
  it('find everybody and everything that an evaluation would allow, and nothing else', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        registers,
        fc.array(asked, { minLength: 4, maxLength: 4 }),
        paging,
        async (register, all, how) => {
          const store = makeMemoryStore(undefined, 2);
          await load(store, register);
          const { find } = searchOver(store, how.keep);
          for (const search of all) {
            const expected = bruteForce(register, search);
            const listed = await listAll((page) => find(search, page, { caller: everyone }), how.limit);
            expect(listed, JSON.stringify(search)).toEqual(expected.sort());
            count(`${search.search}: ${Math.min(3, listed.length)}`);
            count('results', listed.length);
            count('results with a part', listed.filter((name) => name.includes(' ')).length);
          }
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('find what conditions of services leave, and at which operations', { timeout: 300_000 }, async () => {
    const all = fc.array(asked, { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(registers.map(numbered), tables, all, paging, async (register, table, searches, how) => {
        const ruled = { ...register, conditions: new Map(Object.entries(table)) };
        const store = makeMemoryStore(undefined, 2);
        await load(store, register);
        const bundle = bundleWith(table);
        const engine = makeEngine(bundle, readVerdict);
        const { find } = searchOver(store, how.keep, {
          policy: engine,
          operationsNamed: (service) => operationsNamed(bundle, service),
        });
        for (const search of searches) {
          const listed = await listAll((page) => find(search, page, { caller: everyone }), how.limit);
          expect(listed, JSON.stringify({ search, table })).toEqual(bruteForce(ruled, search).sort());
          count('operations under conditions', listed.filter((name) => name.includes(' ')).length);
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('list whoever is there throughout once, whatever changes meanwhile', { timeout: 300_000 }, async () => {
    const two = registers.chain((register) =>
      fc.tuple(fc.constant(register), fc.subarray(register.mandates), fc.array(fc.boolean(), { maxLength: 40 })),
    );
    await fc.assert(
      fc.asyncProperty(two, asked, paging, async ([all, passing, flips], search, { limit, keep }) => {
        const fewer = { ...all, mandates: all.mandates.filter((row) => !passing.includes(row)) };
        const store = makeMemoryStore(undefined, 1);
        await load(store, all);
        const turn = makeTurn(store, { all, passing, flips });
        const { find } = searchOver(store, keep, { reach: turning(store.reach, turn) });
        const listed = await listAll((page) => find(search, page, { caller: everyone }), limit, turn);
        const [with_, without] = [new Set(bruteForce(all, search)), new Set(bruteForce(fewer, search))];
        const throughout = [...with_].filter((name) => without.has(name));
        expect(new Set(listed).size, JSON.stringify(search)).toBe(listed.length);
        expect(listed, JSON.stringify(search)).toEqual(expect.arrayContaining(throughout));
        for (const name of listed) expect(with_.has(name) || without.has(name)).toBe(true);
        count('there throughout', throughout.length);
        count('there for a time', with_.size + without.size - 2 * throughout.length);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('find the clients of 64 organisations, and ask for `via` beyond', async () => {
    for (const [organisations, found] of [
      [64, 1],
      [65, 0],
    ] as const) {
      const { register } = manyOrganisations(organisations);
      const store = makeMemoryStore();
      await load(store, register);
      const [first] = manyOrganisations(organisations).asked;
      const { actor, service } = first ?? expect.fail();
      const search: Asked = { search: 'resource', kind: 'person', question: { actor, service, loa: 'eh4' } };
      const { hits, reasons } = await searchOver(store, 10).find(search, { limit: 10 }, { caller: everyone });
      // Himself, and the client of the last organisation.
      expect(hits).toHaveLength(1 + found);
      expect(reasons).toEqual(found === 0 ? ['via_required'] : []);
    }
  });

  it('found none, one and several of each', () => {
    const counts = [...seen].sort().map(([name, times]) => `${name} ${times}`);
    process.stdout.write(`PROPERTY_SEED=${SEED}: ${counts.join(', ')}\n`);
    for (const name of ['subject: 0', 'subject: 1', 'subject: 2', 'resource: 0', 'resource: 2', 'action: 3']) {
      expect(seen.get(name), name).toBeGreaterThan(0);
    }
    expect(seen.get('results with a part')).toBeGreaterThan(0);
    expect(seen.get('operations under conditions')).toBeGreaterThan(0);
    expect(seen.get('there throughout')).toBeGreaterThan(0);
    expect(seen.get('there for a time')).toBeGreaterThan(0);
  });
});
