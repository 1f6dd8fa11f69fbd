import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeMandate, type MandateChange } from '../../src/administer/life/change.ts';
import { renounceMandate, revokeMandate, suspendMandate } from '../../src/administer/life/stop.ts';
import { type Appointment, appointManager } from '../../src/administer/managers/appoint.ts';
import { changeManager, dismissManager } from '../../src/administer/managers/change.ts';
import { listManagers } from '../../src/administer/managers/list.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { codeOf, type LifeWorld, makeLifeWorld } from '../support/admin-life.ts';
import type { Row } from '../support/register-rows.ts';

/** With the committed rules. */
let world: AdminWorld;
let life: LifeWorld;

const MANAGE_SERVICE = '5e000000-0000-4000-8000-000000000041';
const ENERGY = '5e000000-0000-4000-8000-000000000021';
const VAT = '5e000000-0000-4000-8000-000000000010';
/** Karin manages the bakery by a mandate that covers other services too, and is the only one. */
const KARIN = '3a000000-0000-4000-8000-000000000020';
const SIGNATORY = '3a000000-0000-4000-8000-000000000013';
const reason = 'een goede reden';

beforeAll(async () => {
  world = await startAdminWorld();
  life = await makeLifeWorld(world);
});
afterAll(() => world.close());

const appoint = (by: string, party: string, manager: string, more: Partial<Appointment> = {}) =>
  life.write(
    (acting) =>
      appointManager(acting, {
        party: { partyId: world.party(party) },
        manager: { party: { partyId: world.party(manager) } },
        loa: 'eh3',
        branches: 'all',
        services: 'all',
        validUntil: '2030-01-01T00:00:00Z',
        evidence: [{ kind: 'arbeidsovereenkomst' }],
        ...more,
      }),
    by,
  );
const managerOf = (party: string, key: string, columns: Row = {}) =>
  life.mandate({
    represented: world.party(party),
    delegate: world.party(key),
    services: [MANAGE_SERVICE],
    name: `${key} beheert`,
    ...columns,
  });
const reasonsOf = (act: Promise<unknown>) =>
  act.then(
    () => [],
    (error: { reasons?: string[]; code?: string }) => (error.reasons?.length ? error.reasons : [error.code]),
  );
const list = (party: string, by: string) =>
  world.administer.read(world.as(by), (acting) =>
    listManagers(acting, { party: { partyId: world.party(party) }, limit: 50 }),
  );

describe('appointing', () => {
  test('is done by whoever signs for the party, as a mandate on managing', async () => {
    const { value, revision } = await appoint('olaf', 'balans', 'bea', {
      services: [ENERGY],
      branches: ['000090000031'],
    });
    expect(value).toMatchObject({
      waits: false,
      etag: revision,
      mandate: {
        kind: 'employee',
        status: 'active',
        services: [{ service_uuid: MANAGE_SERVICE }],
        operations: [`service:${ENERGY}`],
        branches: ['000090000031'],
        granted_by: { party_id: world.party('olaf') },
      },
    });
    const bea = life.idOf(value.mandate);
    const managers = new Map((await list('balans', 'olaf')).map((one) => [one.mandate_id, one]));
    expect([...managers.keys()]).toEqual([SIGNATORY, bea].sort());
    expect(managers.get(SIGNATORY)).toMatchObject({ basis: 'legal_representative', services: 'all' });
    expect(managers.get(bea)).toMatchObject({ basis: 'manager', services: [ENERGY], branches: ['000090000031'] });
  });

  test('is not for a manager who may not pass his own mandate on', async () => {
    expect(await reasonsOf(appoint('karin', 'bakkerij', 'stan'))).toEqual(['may_not_appoint']);
  });

  test('is not for a stranger, who does not even learn whether the party exists', async () => {
    expect(await codeOf(appoint('henk', 'balans', 'bea'))).toBe('act_refused');
    expect(await codeOf(list('balans', 'henk'))).toBe('act_refused');
  });

  test('is of persons, and for services that exist', async () => {
    await expect(appoint('olaf', 'balans', 'bakkerij')).rejects.toMatchObject({ faults: [{ at: '/manager/party' }] });
    const services = [ENERGY, '00000000-0000-4000-8000-000000000000'];
    await expect(appoint('olaf', 'balans', 'bas', { services })).rejects.toMatchObject({
      faults: [{ at: '/services/1' }],
    });
  });

  test('waits for the other where two sign together', async () => {
    const { value } = await appoint('vandam-een', 'rederij', 'stan');
    expect(value).toMatchObject({ waits: true, mandate: { status: 'offered' } });
  });
});

describe('the last manager', () => {
  const last = ['last_manager'];

  test('does not go, in whichever way', async () => {
    const ways = [renounceMandate, revokeMandate, suspendMandate, dismissManager];
    for (const way of ways) {
      expect(await reasonsOf(life.write((acting) => way(acting, { mandateId: KARIN, reason })))).toEqual(last);
    }
    const without = { services: [ENERGY] };
    expect(
      await reasonsOf(life.write((acting) => changeMandate(acting, { mandateId: KARIN, change: without }))),
    ).toContain('last_manager');
  });

  test('is the one that is left when two lay it down at the same time', async () => {
    const stan = await managerOf('sportclub', 'stan', { granted_by: world.party('petra') });
    const olaf = await managerOf('sportclub', 'olaf', { granted_by: world.party('petra') });
    const renounce = (mandateId: string, by: string) =>
      reasonsOf(life.write((acting) => renounceMandate(acting, { mandateId, reason }), by));
    const results = await Promise.all([renounce(stan, 'stan'), renounce(olaf, 'olaf')]);
    expect(results.sort((a, b) => a.length - b.length)).toEqual([[], last]);
  });

  test('may go when another manages without limits, not when he is limited', async () => {
    await managerOf('bakkerij', 'olaf', { branches: ['000090000041'], all_branches: false });
    await managerOf('bakkerij', 'olaf', { all_operations: false, operations: [`service:${ENERGY}`] });
    await managerOf('bakkerij', 'bas', { valid_from: '2028-01-01T00:00:00Z' });
    await managerOf('bakkerij', 'bas', { status: 'suspended' });
    await managerOf('bakkerij', 'bas', { loa: 'eh2plus' });
    const dismiss = () => reasonsOf(life.write((acting) => dismissManager(acting, { mandateId: KARIN, reason })));
    expect(await dismiss()).toEqual(last);
    await managerOf('bakkerij', 'stan');
    expect(await dismiss()).toEqual([]);
    const { services, status } = await world.mandate(KARIN);
    expect(status).toBe('active');
    expect(services).not.toContain(MANAGE_SERVICE);
  });
});

describe('limits of a manager', () => {
  test('are changed by whoever signs for the party', async () => {
    const id = await managerOf('balans', 'bas');
    const { value } = await life.write(
      (acting) => changeManager(acting, { mandateId: id, limits: { services: [ENERGY] } }),
      'olaf',
    );
    expect(value.mandate).toMatchObject({ operations: [`service:${ENERGY}`] });
    await life.write((acting) => changeManager(acting, { mandateId: id, limits: { services: 'all' } }), 'olaf');
    expect(await world.mandate(id)).toMatchObject({ all_operations: true, operations: [] });
    const below = life.write((acting) => changeManager(acting, { mandateId: id, limits: { loa: 'eh2plus' } }), 'olaf');
    await expect(below).rejects.toMatchObject({ code: 'invalid_request', faults: [{ at: '/loa' }] });
  });

  test('are not his own to change', async () => {
    const id = await managerOf('balans', 'nora');
    expect(
      await reasonsOf(
        life.write(
          (acting) => changeManager(acting, { mandateId: id, limits: { branches: ['000090000031'] } }),
          'nora',
        ),
      ),
    ).toContain('own_managing_mandate');
  });

  test('are no way to end a mandate that is none of a manager', async () => {
    const id = await life.mandate({ represented: world.party('balans'), delegate: world.party('bas') });
    const dismiss = life.write((acting) => dismissManager(acting, { mandateId: id, reason }), 'olaf');
    expect(await reasonsOf(dismiss)).toContain('not_a_manager');
  });

  test('hold for whatever he does with mandates, as they stand and as they would stand', async () => {
    await managerOf('bakkerij', 'nora', { all_operations: false, operations: [`service:${ENERGY}`] });
    await managerOf('bakkerij', 'tekenaar', { all_branches: false, branches: ['000090000041'] });
    const change = (by: string, mandateId: string, what: MandateChange) =>
      reasonsOf(life.write((acting) => changeMandate(acting, { mandateId, change: what }), by));
    const own = await life.mandate();
    expect(await change('nora', own, { operations: ['view'] })).toEqual([]);
    expect(await change('nora', own, { loa: 'eh4' })).toContain('above_own_level');
    expect(await change('nora', own, { services: [VAT, ENERGY] })).toEqual(['beyond_own_services']);
    const centre = await life.mandate({ all_branches: false, branches: ['000090000041'] });
    expect(await change('tekenaar', centre, { operations: ['view'] })).toEqual([]);
    expect(await change('tekenaar', centre, { branches: 'all' })).toEqual(['beyond_own_branches']);
    // What lies beyond his limits he does not even see.
    const everywhere = await life.mandate();
    expect(await change('tekenaar', everywhere, { branches: ['000090000041'] })).toEqual(['not_found']);
    expect(await change('nora', await life.mandate({ services: [VAT] }), { name: 'x' })).toEqual(['not_found']);
  });

  test('are not widened by making a mandate of managing out of another', async () => {
    const id = await life.mandate({ delegate: world.party('bas') });
    const services = [ENERGY, MANAGE_SERVICE];
    const widen = life.write((acting) => changeMandate(acting, { mandateId: id, change: { services } }));
    expect(await reasonsOf(widen)).not.toEqual([]);
    expect((await world.mandate(id)).services).not.toContain(MANAGE_SERVICE);
  });
});
