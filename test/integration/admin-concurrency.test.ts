import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Acting, Written } from '../../src/administer/acting.ts';
import { makeAdminister } from '../../src/administer/administer.ts';
import { revokeMany, transferMany } from '../../src/administer/life/bulk-acts.ts';
import { changeMandate } from '../../src/administer/life/change.ts';
import { reactivateMandate } from '../../src/administer/life/reactivate.ts';
import { renewMandate } from '../../src/administer/life/renew.ts';
import { revokeMandate, suspendMandate } from '../../src/administer/life/stop.ts';
import { transferMandate } from '../../src/administer/life/transfer.ts';
import { type AdminWorld, MANAGE, startAdminWorld } from '../support/admin.ts';
import { type LifeWorld, makeLifeWorld } from '../support/admin-life.ts';
import { makeDice } from '../support/dice.ts';

/** With the committed rules, and many connections. */
let world: AdminWorld;
let life: LifeWorld;
let administer: AdminWorld['administer'];
let close: () => Promise<void>;

const reason = 'tegelijk';
/** What an act may come to; anything else is an error that a caller would see as ours. */
const FORESEEN = ['conflict', 'precondition_failed', 'act_refused', 'not_found'];

beforeAll(async () => {
  world = await startAdminWorld();
  life = await makeLifeWorld(world);
  // On a busy machine the last of 200 waits long for its connection.
  const pool = new pg.Pool({ connectionString: world.database.url, max: 30 });
  // Those that are idle when the database goes.
  pool.on('error', () => {});
  administer = makeAdminister({
    pool,
    keys: world.keys,
    policy: world.policy,
    manageService: MANAGE,
    now: () => world.clock.now,
  });
  close = () => pool.end();
});
afterAll(async () => {
  await close();
  await world.close();
});

interface Result {
  code?: string;
  error?: unknown;
  written?: Written<unknown>;
}

async function tryIt(act: (acting: Acting) => Promise<unknown>, by = 'karin'): Promise<Result> {
  try {
    return { written: await administer.write(world.as(by), {}, act) };
  } catch (error) {
    return { error, code: error instanceof Error && 'code' in error ? String(error.code) : 'none' };
  }
}

const unforeseen = (results: readonly Result[]) =>
  results.filter(({ code }) => code !== undefined && !FORESEEN.includes(code)).map(({ error }) => error);

async function expectWholeHistory(): Promise<void> {
  expect((await world.pool.query('select * from verify_changes()')).rows).toEqual([]);
  // Whoever replays the changes arrives at the same rows.
  const { rows } = await world.pool.query(
    `select m.mandate_id from mandates m
     where to_jsonb(m) is distinct from (select c.after from changes c
       where c.entity = 'mandate' and c.entity_id = m.mandate_id::text order by c.revision desc limit 1)`,
  );
  expect(rows).toEqual([]);
  // And each change starts where the one before it ended.
  const { rows: gaps } = await world.pool.query(
    `select entity_id, revision from (
       select entity_id, revision, before, lag(after) over (partition by entity_id order by revision) as last
       from changes where entity = 'mandate') as c
     where last is not null and before is distinct from last`,
  );
  expect(gaps).toEqual([]);
}

describe('200 writers at once', () => {
  test('on a few mandates lose nothing, and nothing goes wrong that was not foreseen', async () => {
    const dice = makeDice(7);
    const ids = await Promise.all(Array.from({ length: 6 }, () => life.mandate()));
    const { parent, child } = await life.onward();
    const joint = await life.jointPair();
    const all = [...ids, parent, child, ...joint];
    const acts: ((mandateId: string, i: number) => (acting: Acting) => Promise<unknown>)[] = [
      (mandateId) => (acting) => suspendMandate(acting, { mandateId, reason }),
      (mandateId) => (acting) => suspendMandate(acting, { mandateId, reason }),
      (mandateId) => (acting) => reactivateMandate(acting, { mandateId }),
      (mandateId) => (acting) => reactivateMandate(acting, { mandateId }),
      (mandateId) => (acting) => reactivateMandate(acting, { mandateId }),
      (mandateId, i) => (acting) => changeMandate(acting, { mandateId, change: { name: `naam ${i}` } }),
      (mandateId, i) => (acting) => changeMandate(acting, { mandateId, change: { name: `naam ${i}` } }),
      (mandateId) => (acting) =>
        renewMandate(acting, {
          mandateId,
          validUntil: '2033-01-01T00:00:00Z',
          evidence: [{ kind: 'arbeidsovereenkomst' }],
        }),
      (mandateId) => (acting) =>
        transferMandate(acting, { mandateId, to: { party: { partyId: world.party('nora') } }, reason }),
      (mandateId) => (acting) => revokeMandate(acting, { mandateId, reason }),
    ];
    const results = await Promise.all(Array.from({ length: 200 }, (_, i) => tryIt(dice.pick(acts)(dice.pick(all), i))));
    expect(unforeseen(results)).toEqual([]);
    const written = results.flatMap(({ written }) => written ?? []);
    expect(written.length).toBeGreaterThan(20);
    expect(new Set(written.map(({ revision }) => revision)).size).toBe(written.length);
    await expectWholeHistory();
  }, 60_000);

  test('who each saw the same version: one of them wins each time', async () => {
    const id = await life.mandate();
    let ifMatch = await etagOf(id);
    for (let round = 0; round < 4; round++) {
      const seen = ifMatch;
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          tryIt((acting) =>
            changeMandate(acting, { mandateId: id, ifMatch: seen, change: { name: `ronde ${round}, naam ${i}` } }),
          ),
        ),
      );
      expect(unforeseen(results)).toEqual([]);
      const winners = results.flatMap(({ written }, i) => (written ? [i] : []));
      expect(winners).toHaveLength(1);
      expect((await world.mandate(id)).name).toBe(`ronde ${round}, naam ${winners[0]}`);
      ifMatch = await etagOf(id);
      expect(ifMatch).not.toBe(seen);
    }
    await expectWholeHistory();
  }, 60_000);

  test('each change counts that reads before it writes', async () => {
    const id = await life.mandate();
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        tryIt((acting) => changeMandate(acting, { mandateId: id, change: { evidence: [{ kind: `bewijs ${i}` }] } })),
      ),
    );
    expect(unforeseen(results)).toEqual([]);
    expect(results.filter(({ written }) => written)).toHaveLength(200);
    expect((await world.mandate(id)).evidence).toHaveLength(200);
  }, 60_000);

  test('in bulk and one by one go together', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => life.mandate()));
    const bulk = [
      tryIt((acting) => revokeMany(acting, { selection: { ids: ids.slice(0, 20) }, act: 'mandate.revoke', reason })),
      tryIt((acting) =>
        transferMany(acting, {
          selection: { ids: ids.slice(10, 30) },
          to: { party: { partyId: world.party('nora') } },
          reason,
        }),
      ),
      tryIt((acting) => revokeMany(acting, { selection: { ids: ids.slice(20) }, act: 'mandate.revoke', reason })),
    ];
    const single = ids.map((mandateId) =>
      tryIt((acting) => changeMandate(acting, { mandateId, change: { name: 'een' } })),
    );
    const results = await Promise.all([...bulk, ...single]);
    expect(unforeseen(results)).toEqual([]);
    // Two of these three want the same mandates: they cannot both have them.
    expect((await Promise.all(bulk)).filter(({ written }) => written).length).toBeGreaterThan(0);
    await expectWholeHistory();
  }, 60_000);

  test('who end each other’s authority: whoever has lost his does no more', async () => {
    const managers = ['stan', 'nora', 'tekenaar', 'bas'];
    const mandates = await Promise.all(
      managers.map((key) =>
        life.mandate({ delegate: world.party(key), services: ['5e000000-0000-4000-8000-000000000041'] }),
      ),
    );
    const results = await Promise.all(
      managers.flatMap((by, i) =>
        mandates.flatMap((mandateId, j) =>
          i === j ? [] : [tryIt((acting) => revokeMandate(acting, { mandateId, reason: by }), by)],
        ),
      ),
    );
    expect(unforeseen(results)).toEqual([]);
    // Each revocation was allowed by a mandate that stood when it was written.
    const { rows } = await world.pool.query<{ stood: boolean }>(
      `select (select o.after ->> 'status' from changes o where o.entity = 'mandate'
           and o.entity_id = c.acted_by -> 'authority' ->> 0 and o.revision < c.revision
         order by o.revision desc limit 1) = 'active' as stood
       from changes c where c.entity_id = any ($1) and c.after ->> 'status' = 'revoked'`,
      [mandates],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ stood }) => stood)).toBe(true);
    await expectWholeHistory();
  }, 60_000);
});

async function etagOf(id: string): Promise<string> {
  const { rows } = await world.pool.query<{ etag: string }>(`select entity_revision('mandate', $1) as etag`, [id]);
  return rows[0]?.etag ?? '';
}
