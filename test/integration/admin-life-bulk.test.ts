import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Selection } from '../../src/administer/life/bulk.ts';
import { revokeMany, transferMany } from '../../src/administer/life/bulk-acts.ts';
import { dryRun } from '../../src/administer/life/dry-run.ts';
import { type AdminWorld, ALLOW, deny, NOON, startAdminWorld } from '../support/admin.ts';
import { codeOf, type LifeWorld, makeLifeWorld } from '../support/admin-life.ts';
import type { Row } from '../support/register-rows.ts';

let world: AdminWorld;
let life: LifeWorld;
let stan: Selection;
const reason = 'een goede reden';

beforeAll(async () => {
  world = await startAdminWorld({ policy: 'allow' });
  life = await makeLifeWorld(world);
  stan = { filter: { represented: { partyId: world.party('bakkerij') }, delegate: { partyId: world.party('stan') } } };
});
afterAll(() => world.close());
afterEach(() => world.policy.answer());
/** Nothing of an earlier test is in the way. */
beforeEach(() =>
  world.act((client) =>
    client.query(`update mandates set status = 'revoked' where source = 'test' and status in ('active', 'suspended')`),
  ),
);

const revoke = (selection: Selection, by = 'karin') =>
  life.write((acting) => revokeMany(acting, { selection, act: 'mandate.revoke', reason }), by);
const transfer = (selection: Selection, key: string) =>
  life.write((acting) => transferMany(acting, { selection, to: { party: { partyId: world.party(key) } }, reason }));
const many = (count: number, columns: Row = {}) =>
  Promise.all(Array.from({ length: count }, () => life.mandate(columns)));
const statuses = async (ids: readonly string[]) => {
  const { rows } = await world.pool.query<{ status: string }>(
    'select distinct status from mandates where mandate_id = any ($1)',
    [ids],
  );
  return rows.map(({ status }) => status).sort();
};

describe('a bulk revocation', () => {
  test('takes all that a filter finds and is not over, in one transaction', async () => {
    const ids = [...(await many(3)), ...(await many(2, { status: 'suspended' }))];
    const [waiting = ''] = await many(1, { status: 'requested' });
    const { value } = await revoke(stan);
    // Beside these the one that the example register has.
    expect(value).toEqual({ revoked: 6, onward: 0, suspended: 0 });
    expect(await statuses(ids)).toEqual(['revoked']);
    expect((await world.mandate(waiting)).status).toBe('requested');
    const { rows } = await world.pool.query(
      'select distinct transaction_id from changes where entity_id = any ($1) and operation = $2 and revision > 0',
      [ids, 'update'],
    );
    expect(rows).toHaveLength(1);
  });

  test('narrows by service, branch, kind and set', async () => {
    const [branch = ''] = await many(1, { all_branches: false, branches: ['000090000041'] });
    await many(1);
    const filter = { ...('filter' in stan && stan.filter), branch: '000090000041' };
    expect((await revoke({ filter })).value.revoked).toBe(1);
    expect((await world.mandate(branch)).status).toBe('revoked');
    expect((await revoke({ filter: { ...filter, branch: undefined, kind: 'business' } })).value.revoked).toBe(0);
    const service = '5e000000-0000-4000-8000-000000000010';
    expect((await revoke({ filter: { ...filter, branch: undefined, service } })).value.revoked).toBe(0);
  });

  test('asks the rules about each, and does all or nothing', async () => {
    const ids = await many(5);
    world.policy.answer(({ act }) =>
      act.name === 'mandate.revoke' && act.current?.mandate_id === ids[3] ? deny('beyond_own_branches') : ALLOW,
    );
    await expect(revoke({ ids })).rejects.toMatchObject({ code: 'act_refused', reasons: ['beyond_own_branches'] });
    expect(await statuses(ids)).toEqual(['active']);
  });

  test('is judged by one policy, whichever comes into use meanwhile', async () => {
    const ids = await many(201);
    world.policy.asked.length = 0;
    world.policy.answer(() => {
      if (world.policy.asked.length === 200) world.policy.answer(deny('beyond_own_branches'));
      return ALLOW;
    });
    expect((await revoke({ ids })).value.revoked).toBe(201);
    await expect(revoke(stan)).rejects.toMatchObject({ code: 'act_refused', reasons: ['beyond_own_branches'] });
  });

  test('does not tell an unknown mandate from one that is not to be seen', async () => {
    const ids = await many(2);
    const absent = await revoke({ ids: [...ids, randomUUID()] }).catch((error: Error) => error);
    world.policy.answer(({ act }) => (act.current?.mandate_id === ids[1] ? deny('not_representative') : ALLOW));
    const hidden = await revoke({ ids }).catch((error: Error) => error);
    expect(String(hidden)).toBe(String(absent));
    expect(await statuses(ids)).toEqual(['active']);
  });

  test('by filter is refused before anything is counted to whoever may see neither party', async () => {
    world.policy.answer(({ act }) => (act.name === 'party.view' ? deny('not_representative') : ALLOW));
    expect(await codeOf(revoke(stan))).toBe('act_refused');
    const nobody: Selection = { filter: { represented: { partyId: world.party('sportclub') } } };
    expect(await codeOf(revoke(nobody))).toBe('act_refused');
  });

  test('of ids that are over already is a conflict', async () => {
    const ids = await many(2, { status: 'revoked' });
    expect(await codeOf(revoke({ ids }))).toBe('conflict');
  });

  test('counts what goes along: passed on, and of co-holders', async () => {
    const { parent } = await life.onward();
    const [one] = await life.jointPair();
    expect((await revoke({ ids: [parent, one] })).value).toEqual({ revoked: 2, onward: 2, suspended: 1 });
  });

  test('tells the rules how many managers stay when all of the selection go', async () => {
    const manage = { services: ['5e000000-0000-4000-8000-000000000041'] };
    const [one = ''] = await many(1, manage);
    const [two = ''] = await many(1, { ...manage, delegate: world.party('bea') });
    world.policy.asked.length = 0;
    await revoke({ ids: [one, two] });
    const told = world.policy.asked
      .filter(({ act }) => act.name === 'mandate.revoke')
      .map(({ act }) => act.managers_left);
    // Karin stays.
    expect(told).toEqual([1, 1]);
  });

  test('as a dry run counts, and does nothing', async () => {
    const ids = await many(4);
    const tried = await dryRun(world.administer, world.as('karin'), (acting) =>
      revokeMany(acting, { selection: { ids }, act: 'mandate.revoke', reason }),
    );
    expect(tried).toEqual({ allow: true, reasons: [], value: { revoked: 4, onward: 0, suspended: 0 } });
    expect(await statuses(ids)).toEqual(['active']);
  });

  test('works through more than are held in memory at a time, and names all authority', async () => {
    const ids = await many(450);
    const authority = ['01', '03', '20'].map((end) => `3a000000-0000-4000-8000-0000000000${end}`);
    let asked = 0;
    world.policy.answer(() => ({ ...ALLOW, authority: [authority[Math.floor(asked++ / 150)] ?? ''] }));
    expect((await revoke({ ids })).value.revoked).toBe(450);
    const { rows } = await world.pool.query<{ named: string[] }>(
      `select distinct array(select jsonb_array_elements_text(acted_by -> 'authority') order by 1) as named
       from changes where entity_id = any ($1) and operation = 'update'`,
      [ids],
    );
    expect(rows).toEqual([{ named: [...authority].sort() }]);
  });

  test('under an Idempotency-Key happens once', async () => {
    const ids = await many(2);
    const options = { idempotency: { key: randomUUID(), digest: 'aa' } };
    const again = () =>
      world.administer.write(world.as('karin'), options, (acting) =>
        revokeMany(acting, { selection: { ids }, act: 'mandate.revoke', reason }),
      );
    const first = await again();
    expect(await again()).toEqual({ ...first, repeated: true });
  });
});

describe('a bulk transfer', () => {
  test('gives each to the new delegate for the time it has left', async () => {
    const ids = [...(await many(2)), ...(await many(1, { valid_until: '2027-01-01T00:00:00Z' }))];
    const [over = ''] = await many(1, { valid_until: new Date(NOON).toISOString() });
    const { value } = await transfer({ ids }, 'bea');
    expect(value).toEqual({ transferred: 3, onward: 0, suspended: 0 });
    expect(await statuses(ids)).toEqual(['revoked']);
    const { rows } = await world.pool.query<{ status: string; end: string }>(
      `select n.status, to_char(n.valid_until at time zone 'UTC', 'YYYY-MM-DD') as end
       from mandates o join mandates n on n.mandate_id = substring(o.status_cause from '[0-9a-f-]{36}')::uuid
       where o.mandate_id = any ($1) and n.delegate = $2 order by 2`,
      [ids, world.party('bea')],
    );
    expect(rows.map(({ end }) => end)).toEqual(['2027-01-01', '2030-12-30', '2030-12-30']);
    expect(await codeOf(transfer({ ids: [over] }, 'bea'))).toBe('conflict');
  });

  test('by filter leaves alone what is over or suspended', async () => {
    await many(1, { status: 'suspended' });
    await many(1, { valid_until: new Date(NOON).toISOString() });
    const [id = ''] = await many(1);
    await transfer(stan, 'bea');
    expect((await world.mandate(id)).status).toBe('revoked');
    expect((await revoke(stan)).value.revoked).toBe(2);
  });

  test('does nothing when one of them does not fit the new delegate', async () => {
    const ids = await many(2);
    await expect(transfer({ ids }, 'balans')).rejects.toMatchObject({ constraint: 'ends_fit_the_kind' });
    expect(await statuses(ids)).toEqual(['active']);
  });

  test('does not move a mandate together with what was passed on from it', async () => {
    const { parent, child } = await life.onward();
    expect(await codeOf(transfer({ ids: [parent, child] }, 'bouwadvies'))).toBe('conflict');
  });
});
