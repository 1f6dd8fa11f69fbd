import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Acting } from '../../src/administer/acting.ts';
import { changeMandate } from '../../src/administer/life/change.ts';
import { confirmSet } from '../../src/administer/life/confirm-set.ts';
import { reactivateMandate } from '../../src/administer/life/reactivate.ts';
import { renewMandate } from '../../src/administer/life/renew.ts';
import { renounceMandate, revokeMandate, suspendMandate } from '../../src/administer/life/stop.ts';
import { transferMandate } from '../../src/administer/life/transfer.ts';
import { MANDATE_STATUSES } from '../../src/domain/facts.ts';
import { STEPS } from '../../src/domain/mandate-life.ts';
import { type AdminWorld, ALLOW, deny, NOON, startAdminWorld } from '../support/admin.ts';
import { codeOf, type LifeWorld, makeLifeWorld } from '../support/admin-life.ts';

let world: AdminWorld;
let life: LifeWorld;
const reason = 'een goede reden';

beforeAll(async () => {
  world = await startAdminWorld({ policy: 'allow' });
  life = await makeLifeWorld(world);
});
afterAll(() => world.close());
afterEach(() => {
  world.policy.answer();
  world.clock.now = NOON;
});

test('SQL and the state machine agree on every pair of statuses', async () => {
  const pairs = MANDATE_STATUSES.flatMap((from) => MANDATE_STATUSES.map((to) => ({ from, to })));
  const { rows } = await world.pool.query<{ from: string; to: string; is: boolean }>(
    `select p."from", p."to", is_status_step(p."from", p."to") as is
     from jsonb_to_recordset($1) as p ("from" text, "to" text)`,
    [JSON.stringify(pairs)],
  );
  const said = rows.map(({ from, to, is }) => `${from} → ${to}: ${is}`);
  const drawn = pairs.map(
    ({ from, to }) => `${from} → ${to}: ${from !== to && STEPS.some((step) => step.from === from && step.to === to)}`,
  );
  expect(said).toEqual(drawn);
});

test('every act is refused in every status that has no step for it, whoever asks', async () => {
  const acts: Record<string, (acting: Acting, mandateId: string) => Promise<unknown>> = {
    'mandate.change': (acting, mandateId) => changeMandate(acting, { mandateId, change: { name: 'anders' } }),
    'mandate.renew': (acting, mandateId) =>
      renewMandate(acting, { mandateId, validUntil: '2033-01-01T00:00:00Z', evidence: [] }),
    'mandate.suspend': (acting, mandateId) => suspendMandate(acting, { mandateId, reason }),
    'mandate.reactivate': (acting, mandateId) => reactivateMandate(acting, { mandateId }),
    'mandate.revoke': (acting, mandateId) => revokeMandate(acting, { mandateId, reason }),
    'mandate.renounce': (acting, mandateId) => renounceMandate(acting, { mandateId, reason }),
    'mandate.transfer': (acting, mandateId) =>
      transferMandate(acting, { mandateId, to: { party: { partyId: world.party('bea') } }, reason }),
  };
  const happened: string[] = [];
  const drawn: string[] = [];
  for (const status of MANDATE_STATUSES) {
    for (const [name, act] of Object.entries(acts)) {
      const mandateId = await life.mandate({ status });
      const code = await codeOf(life.write((acting) => act(acting, mandateId)));
      happened.push(`${status} ${name}: ${code ?? 'done'}`);
      const possible = STEPS.some((step) => step.from === status && step.act === name);
      drawn.push(`${status} ${name}: ${possible ? 'done' : 'conflict'}`);
    }
  }
  expect(happened).toEqual(drawn);
});

describe('a change', () => {
  test('is judged as it stands and as it would stand, and happens at once', async () => {
    const id = await life.mandate();
    world.policy.asked.length = 0;
    const { value, revision } = await life.write((acting) =>
      changeMandate(acting, { mandateId: id, change: { operations: ['view'], loa: 'eh2plus', name: 'nauwer' } }),
    );
    const [asked] = world.policy.asked;
    expect(asked?.act).toMatchObject({
      name: 'mandate.change',
      current: { operations: 'all', loa: 'eh3' },
      mandate: { operations: ['view'], loa: 'eh2plus' },
    });
    expect(value.mandate).toMatchObject({ operations: ['view'], name: 'nauwer', branches: 'all', revision });
    expect(value.etag).toBe(revision);
  });

  test('is refused to whoever has seen something else', async () => {
    const id = await life.mandate();
    const { value } = await life.write((acting) => changeMandate(acting, { mandateId: id, change: { name: 'een' } }));
    const again = (ifMatch: string) =>
      life.write((acting) => changeMandate(acting, { mandateId: id, ifMatch, change: { name: 'twee' } }));
    expect(await codeOf(again('1.1'))).toBe('precondition_failed');
    await again(value.etag);
    expect(await codeOf(again(value.etag))).toBe('precondition_failed');
  });

  test('never moves the end beyond five years after the beginning', async () => {
    const id = await life.mandate();
    const until = (valid_until: string) =>
      life.write((acting) => changeMandate(acting, { mandateId: id, change: { valid_until } }));
    // It began at midnight of 1 January 2026 in Amsterdam.
    await expect(until('2030-12-31T23:00:00.001Z')).rejects.toMatchObject({
      constraint: 'lasts_five_years_at_most',
    });
    await until('2030-12-31T23:00:00Z');
  });

  test('does not end a mandate before now, nor bring back one that is over', async () => {
    const id = await life.mandate();
    const until = (valid_until: string) =>
      codeOf(life.write((acting) => changeMandate(acting, { mandateId: id, change: { valid_until } })));
    expect(await until(new Date(NOON).toISOString())).toBe('invalid_request');
    expect(await until(new Date(NOON + 1).toISOString())).toBeUndefined();
    world.clock.now = NOON + 1;
    expect(await until('2027-01-01T00:00:00Z')).toBe('conflict');
  });

  test('names the place of what is unknown', async () => {
    const id = await life.mandate();
    const change = { sets: [{ set_id: '00000000-0000-4000-8000-000000000000' }] };
    await expect(life.write((acting) => changeMandate(acting, { mandateId: id, change }))).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at: '/sets/0/set_id' }],
    });
  });

  test('cannot wait for co-grantors', async () => {
    const id = await life.mandate();
    world.policy.answer({ ...ALLOW, holders_required: 2 });
    await expect(
      life.write((acting) => changeMandate(acting, { mandateId: id, change: { name: 'samen' } })),
    ).rejects.toMatchObject({ code: 'act_refused', reasons: ['joint_authority_required'] });
  });
});

describe('an act that is refused', () => {
  const refuseAllBut = (...names: string[]) =>
    world.policy.answer(({ act }) => (names.includes(act.name) ? ALLOW : deny('not_for_this_capacity')));
  const revoke = (mandateId: string) => life.write((acting) => revokeMandate(acting, { mandateId, reason }));

  test('says why to those who may see the mandate', async () => {
    const id = await life.mandate();
    refuseAllBut('mandate.view');
    await expect(revoke(id)).rejects.toMatchObject({ code: 'act_refused', reasons: ['not_for_this_capacity'] });
    expect((await world.mandate(id)).status).toBe('active');
  });

  test('looks to others as if there were no mandate', async () => {
    const id = await life.mandate();
    refuseAllBut();
    const [hidden, absent] = await Promise.all(
      [id, '00000000-0000-4000-8000-000000000000'].map((one) => revoke(one).catch((error: Error) => error)),
    );
    expect(hidden).toMatchObject({ code: 'not_found' });
    expect(String(hidden)).toBe(String(absent));
  });

  test('tells those who may see it that its status stands in the way', async () => {
    const id = await life.mandate({ status: 'suspended' });
    refuseAllBut('mandate.view');
    expect(await codeOf(life.write((acting) => suspendMandate(acting, { mandateId: id, reason })))).toBe('conflict');
  });
});

describe('suspension and reactivation', () => {
  test('go back and forth, with their reason as cause', async () => {
    const id = await life.mandate();
    const suspended = await life.write((acting) => suspendMandate(acting, { mandateId: id, reason }));
    expect(suspended.value.mandate).toMatchObject({ status: 'suspended', status_cause: reason });
    await life.write((acting) => reactivateMandate(acting, { mandateId: id, ifMatch: suspended.value.etag }));
    expect(await world.mandate(id)).toMatchObject({ status: 'active', status_cause: null });
  });

  test('keep the deviation and the channels of verification with the change', async () => {
    const id = await life.mandate();
    await life.write((acting) =>
      suspendMandate(acting, { mandateId: id, reason, deviation: 'per telefoon', verifiedBy: ['terugbellen'] }),
    );
    expect(await life.lastActedBy(id)).toMatchObject({
      act: 'mandate.suspend',
      deviation: 'per telefoon',
      verified_by: ['terugbellen'],
    });
  });

  test.each(['court', 'service_owner'] as const)('are not for a manager when a %s suspended', async (capacity) => {
    const id = await life.mandate();
    world.policy.answer({ ...ALLOW, capacity });
    await life.write((acting) => suspendMandate(acting, { mandateId: id, reason }));
    world.policy.answer();
    const reactivate = () => codeOf(life.write((acting) => reactivateMandate(acting, { mandateId: id })));
    expect(await reactivate()).toBe('conflict');
    world.policy.answer({ ...ALLOW, capacity });
    expect(await reactivate()).toBeUndefined();
  });

  test('tell the rules who suspended', async () => {
    const id = await life.mandate();
    world.policy.answer({ ...ALLOW, capacity: 'court' });
    await life.write((acting) => suspendMandate(acting, { mandateId: id, reason }));
    world.policy.asked.length = 0;
    await codeOf(life.write((acting) => reactivateMandate(acting, { mandateId: id })));
    expect(world.policy.asked[0]?.act.current).toMatchObject({ suspended_by: 'court' });
  });

  test('do not bring back a mandate at the moment of its end', async () => {
    const id = await life.mandate({ status: 'suspended', valid_until: new Date(NOON).toISOString() });
    const reactivate = () => codeOf(life.write((acting) => reactivateMandate(acting, { mandateId: id })));
    expect(await reactivate()).toBe('conflict');
    world.clock.now = NOON - 1;
    expect(await reactivate()).toBeUndefined();
  });
});

describe('a revocation', () => {
  test('is for good', async () => {
    const id = await life.mandate();
    await life.write((acting) => revokeMandate(acting, { mandateId: id, reason }));
    for (const act of [suspendMandate, revokeMandate, renounceMandate]) {
      expect(await codeOf(life.write((acting) => act(acting, { mandateId: id, reason })))).toBe('conflict');
    }
    expect(await codeOf(life.write((acting) => reactivateMandate(acting, { mandateId: id })))).toBe('conflict');
  });

  test('is not for what waits: that is withdrawn or rejected', async () => {
    const id = await life.mandate({ status: 'offered' });
    expect(await codeOf(life.write((acting) => revokeMandate(acting, { mandateId: id, reason })))).toBe('conflict');
  });

  test('takes along what was passed on, and says so', async () => {
    const { parent, child, asked } = await life.onward();
    const { value } = await life.write((acting) => revokeMandate(acting, { mandateId: parent, reason }));
    expect(value.onward.map(({ mandate_id, status }) => [mandate_id, status])).toEqual(
      [
        [child, 'revoked'],
        [asked, 'lapsed'],
      ].sort(),
    );
  });

  test('suspends co-holders, who are reactivated only when all have authority', async () => {
    const [one, two] = await life.jointPair();
    const { value } = await life.write((acting) => revokeMandate(acting, { mandateId: one, reason }));
    expect(value.suspended).toMatchObject([{ mandate_id: two, status: 'suspended' }]);
    const reactivate = () => codeOf(life.write((acting) => reactivateMandate(acting, { mandateId: two })));
    expect(await reactivate()).toBe('conflict');
    await life.write((acting) => changeMandate(acting, { mandateId: two, change: { joint: null } }));
    expect(await reactivate()).toBeUndefined();
  });

  test('suspends co-holders along with a suspension, and both come back one after the other', async () => {
    const [one, two] = await life.jointPair();
    await life.write((acting) => suspendMandate(acting, { mandateId: one, reason }));
    expect((await world.mandate(two)).status).toBe('suspended');
    for (const mandateId of [one, two]) await life.write((acting) => reactivateMandate(acting, { mandateId }));
    expect((await world.mandate(two)).status).toBe('active');
  });
});

describe('a renewal', () => {
  const validUntil = '2033-01-01T00:00:00Z';
  const evidence = [{ kind: 'handelsregister' }];
  const renew = (mandateId: string, more: object = {}) =>
    life.write((acting) => renewMandate(acting, { mandateId, validUntil, evidence, ...more }));

  test('is a new mandate that names the old and begins where that ends', async () => {
    const id = await life.mandate();
    const { value } = await renew(id);
    expect(value.mandate).toMatchObject({
      renews: id,
      status: 'active',
      valid_from: '2030-12-30T23:00:00.000Z',
      granted_at: new Date(NOON).toISOString(),
      evidence,
    });
    expect(new Date(String((await world.mandate(id)).valid_until))).toEqual(new Date('2030-12-30T23:00:00Z'));
  });

  test('begins now when the old one is over, and may change the scope', async () => {
    const id = await life.mandate({ valid_until: new Date(NOON).toISOString() });
    const { value } = await renew(id, { validUntil: '2031-01-01T00:00:00Z', change: { operations: ['view'] } });
    expect(value.mandate).toMatchObject({ valid_from: new Date(NOON).toISOString(), operations: ['view'] });
  });

  test('is for at most five years from its own beginning', async () => {
    const id = await life.mandate();
    await expect(renew(id, { validUntil: '2035-12-31T00:00:00Z' })).rejects.toMatchObject({
      constraint: 'lasts_five_years_at_most',
    });
  });

  test('happens once, also when two ask at the same time', async () => {
    const id = await life.mandate();
    const codes = await Promise.all([codeOf(renew(id)), codeOf(renew(id))]);
    expect(codes.sort()).toEqual(['conflict', undefined]);
  });

  test('may be asked again when the first has been revoked', async () => {
    const id = await life.mandate();
    const { value } = await renew(id);
    await life.write((acting) => revokeMandate(acting, { mandateId: life.idOf(value.mandate), reason }));
    await renew(id);
  });

  test('is not a way around a suspension', async () => {
    const id = await life.mandate({ status: 'suspended' });
    expect(await codeOf(renew(id))).toBe('conflict');
  });

  test('waits for co-grantors', async () => {
    const id = await life.mandate();
    world.policy.answer({ ...ALLOW, holders_required: 2 });
    const { value } = await renew(id);
    expect(value).toMatchObject({ waits: true, mandate: { status: 'offered' } });
    const { rows } = await world.pool.query('select party_id from consents where mandate_id = $1', [
      life.idOf(value.mandate),
    ]);
    expect(rows).toEqual([{ party_id: world.party('karin') }]);
  });

  test('of an onward mandate hangs on what renewed its parent', async () => {
    const { parent, child } = await life.onward();
    await expect(renew(child)).rejects.toMatchObject({ constraint: 'derived_fits_its_parent' });
    const renewedParent = await renew(parent);
    const { value } = await renew(child);
    expect(value.mandate).toMatchObject({ renews: child, derived_from: life.idOf(renewedParent.value.mandate) });
  });
});

describe('a transfer', () => {
  const transfer = (mandateId: string, key: string) =>
    life.write((acting) =>
      transferMandate(acting, { mandateId, to: { party: { partyId: world.party(key) } }, reason }),
    );

  test('ends the old mandate and gives the new delegate the time that is left', async () => {
    const id = await life.mandate();
    const { value } = await transfer(id, 'bea');
    expect(value).toMatchObject({
      revoked: id,
      mandate: {
        delegate: { party_id: world.party('bea') },
        status: 'active',
        valid_from: new Date(NOON).toISOString(),
        valid_until: '2030-12-30T23:00:00.000Z',
        evidence: [],
      },
    });
    expect(await world.mandate(id)).toMatchObject({
      status: 'revoked',
      status_cause: `transferred to ${life.idOf(value.mandate)}: ${reason}`,
    });
  });

  test('leaves a beginning that is still to come', async () => {
    const id = await life.mandate({ valid_from: '2027-01-01T00:00:00Z' });
    const { value } = await transfer(id, 'bea');
    expect(value.mandate).toMatchObject({ valid_from: '2027-01-01T00:00:00.000Z' });
  });

  test('is refused as a whole when the new delegate does not fit', async () => {
    const id = await life.mandate();
    await expect(transfer(id, 'balans')).rejects.toMatchObject({ constraint: 'ends_fit_the_kind' });
    expect((await world.mandate(id)).status).toBe('active');
  });

  test('is not to whoever has it, nor of what is over or suspended', async () => {
    expect(await codeOf(transfer(await life.mandate(), 'stan'))).toBe('conflict');
    expect(await codeOf(transfer(await life.mandate({ status: 'suspended' }), 'bea'))).toBe('conflict');
    const over = await life.mandate({ valid_until: new Date(NOON).toISOString() });
    expect(await codeOf(transfer(over, 'bea'))).toBe('conflict');
  });

  test('ends what was passed on from it', async () => {
    const { parent, child } = await life.onward();
    const { value } = await transfer(parent, 'bouwadvies');
    expect(value.onward.map(({ mandate_id }) => mandate_id)).toContain(child);
  });
});

describe('confirming a set', () => {
  const set = '5e700000-0000-4000-8000-000000000001';
  const farm = '3a000000-0000-4000-8000-000000000004';
  const confirm = (version: number) =>
    life.write((acting) => confirmSet(acting, { mandateId: farm, setId: set, version }), 'willem');

  test('takes the newest version only, and tells what it adds and means', async () => {
    expect(await codeOf(confirm(1))).toBe('conflict');
    expect(await codeOf(confirm(3))).toBe('conflict');
    const { value } = await confirm(2);
    expect(value.added).toMatchObject([{ service_uuid: '5e000000-0000-4000-8000-000000000003' }]);
    expect(value.added[0]?.consequence).toMatch(/\S/);
    expect(value.mandate).toMatchObject({ sets: [{ set_id: set, version: 2, newest_version: 2 }] });
  });
});
