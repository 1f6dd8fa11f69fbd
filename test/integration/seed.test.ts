import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedRegister } from '../../src/register/seed.ts';
import { drawSeedQuestions } from '../../src/register/seed-questions.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

const keys = makeKeys({ hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'k1' });
const size = { mandates: 6000, seed: 7, year: 2026 };

let database: TestDatabase;
const stages = new Set<string>();
beforeAll(async () => {
  database = await cloneDatabase();
  await seedRegister({ ...size, pool: database.pool, keys, onProgress: ({ stage }) => stages.add(stage) });
});
afterAll(() => database.drop());

async function one(sql: string, pool: pg.Pool = database.pool): Promise<Record<string, unknown>> {
  return (await pool.query(sql)).rows[0];
}

describe('a seeded register', () => {
  it('holds as many mandates as asked, about ten for each represented party', async () => {
    const found = await one('select count(*)::int as n, count(distinct represented)::int as parties from mandates');
    expect(found.n).toBe(size.mandates);
    expect(size.mandates / Number(found.parties)).toBeGreaterThan(7);
    expect(size.mandates / Number(found.parties)).toBeLessThan(14);
    expect([...stages]).toEqual(['parties', 'aliases', 'branches', 'party_states', 'mandates', 'indexes']);
  });

  it('holds nothing that the register would have refused row by row', async () => {
    await database.pool.query('select check_references(m) from mandates m');
    expect(
      await one(`select count(*)::int as n, count(misfit_with_parent(c, p))::int as misfits
        from mandates c join mandates p on p.mandate_id = c.derived_from`),
    ).toMatchObject({ misfits: 0 });
  });

  it('has its triggers, indexes and foreign keys back', async () => {
    const parts = `select
      (select count(*)::int from pg_trigger where not tgisinternal and tgenabled = 'O') as triggers,
      (select count(*)::int from pg_indexes where schemaname = 'public') as indexes,
      (select count(*)::int from pg_constraint where contype = 'f' and convalidated) as keys`;
    const fresh = await cloneDatabase();
    expect(await one(parts)).toEqual(await one(parts, fresh.pool));
    await fresh.drop();
  });

  it.each([
    'kind = any (array[$$employee$$, $$business$$, $$voluntary$$, $$statutory$$, $$appointed$$])',
    `status = 'suspended'`,
    `status = 'revoked'`,
    `status = 'active' and valid_until < '2026-01-01'`,
    `valid_from > '2026-12-31'`,
    'joint_required is not null',
    'derived_from is not null',
    'not all_branches',
    'not all_cases',
    'owner_id is not null',
    `sets <> '[]'`,
    `reach in ('clients', 'both')`,
  ])('has mandates with %s', async (condition) => {
    expect(Number((await one(`select count(*) as n from mandates where ${condition}`)).n)).toBeGreaterThan(0);
  });

  it('starts a new epoch', async () => {
    expect(await one('select epoch, key_id from register')).toEqual({ epoch: 2, key_id: 'k1' });
  });

  it('is the same for the same seed, and another for another', async () => {
    const digest = `select md5(string_agg(m::text, ',' order by mandate_id)) as digest from mandates m`;
    const [same, other] = [await cloneDatabase(), await cloneDatabase()];
    await seedRegister({ ...size, pool: same.pool, keys });
    await seedRegister({ ...size, seed: 8, pool: other.pool, keys });
    expect(await one(digest, same.pool)).toEqual(await one(digest));
    expect(await one(digest, other.pool)).not.toEqual(await one(digest));
    await Promise.all([same.drop(), other.drop()]);
  });

  it('is not laid over another register', async () => {
    await expect(seedRegister({ ...size, pool: database.pool, keys })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('questions over a seeded register', () => {
  const questions = [...drawSeedQuestions({ ...size, count: 500 })];

  it('name parties, actors and services that are in it', async () => {
    const aliases = questions.flatMap(({ actor, represented }) => [keys.alias(actor), keys.alias(represented)]);
    const services = questions.map(({ service }) => service);
    const { rows } = await database.pool.query(
      `select (select count(distinct a)::int from unnest($1::text[]) a) as asked,
         (select count(*)::int from alias_facts where alias = any ($1)) as found,
         (select count(*)::int from unnest($2::text[]) s where s not in (select service_id from service_facts)) as unknown`,
      [aliases, services],
    );
    expect(rows[0]?.unknown).toBe(0);
    expect(rows[0]?.found).toBeGreaterThan(rows[0]?.asked * 0.9);
  });

  it('are the same for the same seed, and prefer some parties', () => {
    expect([...drawSeedQuestions({ ...size, count: 500 })]).toEqual(questions);
    const counts = new Map<string, number>();
    for (const { represented } of questions) {
      counts.set(represented.value, (counts.get(represented.value) ?? 0) + 1);
    }
    expect(Math.max(...counts.values())).toBeGreaterThan(20);
  });
});
