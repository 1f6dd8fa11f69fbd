import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeInstance, defineInstance } from '../../src/administer/catalogue/instances.ts';
import { listOwners, registerOwner } from '../../src/administer/catalogue/owners.ts';
import type { View } from '../../src/administer/catalogue/rows.ts';
import {
  changeService,
  type DefineService,
  defineService,
  listServices,
  seeService,
} from '../../src/administer/catalogue/services.ts';
import { NOT_DESCRIBED } from '../../src/administer/catalogue/terms.ts';
import {
  BELASTINGDIENST,
  type CatalogueWorld,
  MANURE,
  NVWA,
  RIJNDAM,
  RVO,
  SHARED,
  startCatalogueWorld,
  TRANSPORT,
  VAT,
  VEENWIJK,
} from '../support/catalogue-world.ts';

let world: CatalogueWorld;
beforeAll(async () => {
  world = await startCatalogueWorld();
});
afterAll(() => world.close());

const terms: DefineService = {
  name: 'Subsidie aanvragen',
  description: 'U vraagt subsidie aan voor uw stal.',
  consequence: 'Wie u machtigt, vraagt subsidie aan op uw naam.',
  loa: 'eh3',
  kinds: ['business'],
  grounds: [],
  domain: 'general',
  chains: true,
  branches: false,
  follow_up: 'both',
  instances: [],
};
const serviceId = (oin: string, n: number) => `urn:etoegang:DV:${oin}:services:${n}`;
const define = (oin: string, n: number, more: Partial<DefineService> = {}) =>
  world.owner(oin, (acting) =>
    defineService(acting, { ...terms, instances: [{ service_id: serviceId(oin, n) }], ...more }),
  );
const change = (oin: string, serviceUuid: string, patch: object, more: { ifMatch?: string; dryRun?: boolean } = {}) =>
  world.owner(oin, (acting) => changeService(acting, { serviceUuid, patch, dryRun: false, ...more }));
const uuidOf = (view: View) => String(view.service_uuid);
const see = (uuid: string) => world.administer.read(world.as('willem'), (acting) => seeService(acting, uuid));
const changesOf = async (entity: string, id: string) => {
  const { rows } = await world.pool.query<{ operation: string; acted_by: { who: string; act: string } }>(
    'select operation, acted_by from changes where entity = $1 and entity_id = $2 order by revision',
    [entity, id],
  );
  return rows;
};

describe('a service owner', () => {
  it('defines a service, which anybody who logs in then sees in the words of a citizen', async () => {
    const made = await define(RVO, 100);
    expect(made).toMatchObject({ active: true, kinds: ['business'], owners: [{ oin: RVO }] });
    expect(await see(uuidOf(made))).toEqual(made);
    expect(await changesOf('definition', uuidOf(made))).toMatchObject([
      { operation: 'insert', acted_by: { who: 'system:service_owner', act: 'service.define' } },
    ]);
  });

  it('takes no ServiceID of another', async () => {
    await expect(define(RVO, 101, { instances: [{ service_id: serviceId(NVWA, 101) }] })).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at: '/instances/0/service_id' }],
    });
  });

  it('defines none for another, and none for all', async () => {
    const another = [{ service_id: serviceId(NVWA, 102), owner: NVWA }];
    await expect(define(RVO, 102, { instances: another })).rejects.toMatchObject({ reasons: ['not_own_service'] });
    await expect(define(RVO, 102, { instances: [] })).rejects.toMatchObject({ reasons: ['not_own_service'] });
    const both = [{ service_id: serviceId(RVO, 102) }, ...another];
    await expect(define(RVO, 102, { instances: both })).rejects.toMatchObject({ reasons: ['not_own_service'] });
  });

  it('changes its own service, against the ETag that it saw', async () => {
    const made = await define(RVO, 103);
    const uuid = uuidOf(made);
    const { service } = await change(RVO, uuid, { loa: 'eh4' }, { ifMatch: made.revision ?? '' });
    expect(service).toMatchObject({ loa: 'eh4', name: terms.name });
    expect(service.revision).not.toBe(made.revision);
    await expect(change(RVO, uuid, { loa: 'eh3' }, { ifMatch: made.revision ?? '' })).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    expect((await see(uuid)).revision).toBe(service.revision);
  });

  it('changes no service of another, and none that it shares', async () => {
    await expect(change(NVWA, TRANSPORT, { active: false })).rejects.toMatchObject({ reasons: ['not_own_service'] });
    await expect(change(RIJNDAM, SHARED, { active: false })).rejects.toMatchObject({ reasons: ['not_own_service'] });
    await expect(change(VEENWIJK, SHARED, { consequence: 'Niets.' })).rejects.toMatchObject({ code: 'act_refused' });
    expect(await see(SHARED)).toMatchObject({ active: true });
  });

  it('is told that a service that is not there is not there', async () => {
    await expect(change(RVO, '5e000000-0000-4000-8000-00000000ffff', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  it('makes nothing mandatable that says nothing of what a mandate means', async () => {
    const made = await define(RVO, 104, { kinds: [], consequence: NOT_DESCRIBED });
    await expect(change(RVO, uuidOf(made), { kinds: ['business'] })).rejects.toMatchObject({
      constraint: 'mandatable_services_are_described',
    });
    const patch = { kinds: ['business'], consequence: 'Wie u machtigt, doet dit voor u.' };
    expect((await change(RVO, uuidOf(made), patch)).service).toMatchObject(patch);
  });

  it('closes a service: its mandates stay, and are no change', async () => {
    const before = await world.pool.query("select count(*) from mandates where status = 'active'");
    const { effects } = await change(BELASTINGDIENST, VAT, { active: false }, { dryRun: true });
    expect(effects?.active_mandates).toBeGreaterThan(0);
    expect(effects?.no_longer_serve).toBeGreaterThan(0);
    expect(effects?.no_longer_serve).toBe(effects?.because.active);
    expect((await see(VAT)).active).toBe(true);
    expect((await change(BELASTINGDIENST, VAT, { active: false })).service.active).toBe(false);
    const after = await world.pool.query("select count(*) from mandates where status = 'active'");
    expect(after.rows).toEqual(before.rows);
    const reopening = await change(BELASTINGDIENST, VAT, { active: true }, { dryRun: true });
    expect(reopening.effects).toMatchObject({ no_longer_serve: 0, begin_to_serve: effects?.no_longer_serve });
    await change(BELASTINGDIENST, VAT, { active: true });
  });
});

describe('a dry run', () => {
  it('tells how many mandates a change shuts out, and changes nothing', async () => {
    const before = await see(TRANSPORT);
    const revision = await world.pool.query('select max(revision) from changes');
    const { service, effects } = await change(RVO, TRANSPORT, { kinds: ['employee'], grounds: [] }, { dryRun: true });
    expect(service).toMatchObject({ kinds: ['employee'], revision: before.revision });
    expect(effects?.because.kinds).toBeGreaterThan(0);
    expect(effects?.no_longer_serve).toBeGreaterThanOrEqual(effects?.because.kinds ?? 0);
    const by = effects?.covered_by ?? { service: 0, set: 0, owner: 0, everything: 0 };
    expect(by.service + by.set + by.owner + by.everything).toBe(effects?.active_mandates);
    expect(await see(TRANSPORT)).toEqual(before);
    expect((await world.pool.query('select max(revision) from changes')).rows).toEqual(revision.rows);
  });

  it('goes on while another draws revisions: it draws none', async () => {
    const other = await world.pool.connect();
    try {
      await other.query('begin');
      await other.query("select pg_advisory_xact_lock(hashtextextended('machtig.changes', 0))");
      const { service } = await change(RVO, TRANSPORT, { loa: 'eh4' }, { dryRun: true });
      expect(service.loa).toBe('eh4');
    } finally {
      await other.query('rollback');
      other.release();
    }
  });

  it('touches no mandate when a text changes', async () => {
    const { effects } = await change(RVO, TRANSPORT, { name: 'Veetransport melden' }, { dryRun: true });
    expect(effects).toMatchObject({ no_longer_serve: 0, because: {} });
  });

  it('finds what the register would refuse', async () => {
    const made = await define(RVO, 105, { instances: [{ service_id: serviceId(RVO, 105), loa: 'eh3' }] });
    await expect(change(RVO, uuidOf(made), { loa: 'eh4' }, { dryRun: true })).rejects.toMatchObject({
      constraint: 'instance_may_only_narrow',
    });
  });

  it('is for its owner alone as well', async () => {
    await expect(change(NVWA, TRANSPORT, { active: false }, { dryRun: true })).rejects.toMatchObject({
      code: 'act_refused',
    });
  });
});

describe('an instance', () => {
  const offer = (oin: string, n: number, service_uuid: string) =>
    world.owner(oin, (acting) => defineInstance(acting, { service_id: serviceId(oin, n), service_uuid }));
  const changed = (oin: string, id: string, patch: object, dryRun = false) =>
    world.owner(oin, (acting) => changeInstance(acting, { serviceId: id, patch, dryRun }));

  it('is added by the owner who alone offers the service, and narrowed by him', async () => {
    const made = await define(RVO, 110);
    await offer(RVO, 111, uuidOf(made));
    const id = serviceId(RVO, 111);
    const { instance } = await changed(RVO, id, { loa: 'eh4', kinds: [] });
    expect(instance).toMatchObject({ loa: 'eh4', kinds: [] });
    await expect(changed(RVO, id, { kinds: ['business', 'voluntary'] })).rejects.toMatchObject({
      constraint: 'instance_may_only_narrow',
    });
    expect((await changed(RVO, id, { loa: null })).instance).not.toHaveProperty('loa');
  });

  it('never comes under the definition of another by itself: mandates would reach it', async () => {
    await expect(offer(NVWA, 112, MANURE)).rejects.toMatchObject({ reasons: ['not_own_service'] });
    await expect(offer(RIJNDAM, 112, SHARED)).rejects.toMatchObject({ reasons: ['not_own_service'] });
    const national = await world.registrar((acting) => defineService(acting, terms));
    expect(national).toMatchObject({ owners: [] });
    await expect(offer(NVWA, 112, uuidOf(national))).rejects.toMatchObject({ reasons: ['not_own_service'] });
    const wish = { service_id: serviceId(NVWA, 112), owner: NVWA, service_uuid: uuidOf(national) };
    await world.registrar((acting) => defineInstance(acting, wish));
    expect(await see(uuidOf(national))).toMatchObject({ owners: [{ oin: NVWA }] });
  });

  it('of another is not changed', async () => {
    await expect(changed(NVWA, serviceId(RVO, 1), { active: false })).rejects.toMatchObject({ code: 'act_refused' });
  });

  it('that was closed is opened again by its owner alone only where nobody else offers the service', async () => {
    const own = serviceId(RVO, 1);
    await changed(RVO, own, { active: false });
    expect((await changed(RVO, own, { active: true })).instance.active).toBe(true);
    const shared = serviceId(VEENWIJK, 2);
    await changed(VEENWIJK, shared, { active: false });
    await expect(changed(VEENWIJK, shared, { active: true })).rejects.toMatchObject({ reasons: ['not_own_service'] });
    const wish = { serviceId: shared, patch: { active: true }, dryRun: false };
    expect((await world.registrar((acting) => changeInstance(acting, wish))).instance.active).toBe(true);
  });

  it('tells in a dry run whom its closing shuts out', async () => {
    const { instance, effects } = await changed(RVO, serviceId(RVO, 1), { active: false }, true);
    expect(instance.active).toBe(false);
    expect(effects?.because.active).toBeGreaterThan(0);
  });

  it('becomes a portal to what its owner offers, and to that of others only by whoever keeps the register', async () => {
    const portal = serviceId(RVO, 113);
    await define(RVO, 113);
    const own = [serviceId(RVO, 1), serviceId(RVO, 2)];
    expect((await changed(RVO, portal, { sub_services: own })).instance.sub_services).toEqual(own);
    const others = [serviceId(RVO, 1), serviceId(NVWA, 1)];
    await expect(changed(RVO, portal, { sub_services: others })).rejects.toMatchObject({ code: 'act_refused' });
    await world.registrar((acting) =>
      changeInstance(acting, { serviceId: portal, patch: { sub_services: others }, dryRun: false }),
    );
    // What stands there is no longer asked for again.
    expect((await changed(RVO, portal, { sub_services: others.slice(1) })).instance.sub_services).toEqual(
      others.slice(1),
    );
    await expect(changed(RVO, portal, { sub_services: ['urn:none'] })).rejects.toMatchObject({
      faults: [{ at: '/sub_services/0' }],
    });
  });
});

describe('service owners', () => {
  it('are registered by whoever keeps the register, and recorded', async () => {
    const wish = { oin: '00000003800000090000', name: 'Waterschap De Dommel' };
    await expect(world.owner(RVO, (acting) => registerOwner(acting, wish))).rejects.toMatchObject({
      code: 'act_refused',
    });
    const made = await world.registrar((acting) => registerOwner(acting, wish));
    const again = await world.registrar((acting) => registerOwner(acting, { ...wish, name: 'Waterschap Rijn' }));
    expect(again).toEqual({ ...made, name: 'Waterschap Rijn' });
    expect((await changesOf('owner', made.owner_id)).map(({ operation }) => operation)).toEqual(['insert', 'update']);
  });

  it('are listed page by page', async () => {
    const page = (after?: string) =>
      world.administer.read(world.as('willem'), (acting) => listOwners(acting, { limit: 3, ...(after && { after }) }));
    const first = await page();
    const second = await page(first.at(-1)?.oin);
    const oins = [...first, ...second].map(({ oin }) => oin);
    expect(oins).toEqual([...new Set(oins)].sort());
    expect(oins).toHaveLength(6);
  });
});

describe('the list of services', () => {
  const list = (filters: object, limit = 200) =>
    world.administer.read(world.as('willem'), (acting) => listServices(acting, filters, { limit }));

  it('answers those of one owner, for one kind, by part of a name', async () => {
    for (const one of await list({ oin: NVWA })) expect(JSON.stringify(one.owners)).toContain(NVWA);
    for (const one of await list({ kind: 'voluntary' })) expect(one).toMatchObject({ active: true });
    expect((await list({ name: 'MEST' })).map(uuidOf)).toEqual([MANURE]);
    expect(await list({ name: '%' })).toEqual([]);
  });

  it('answers every service once, page by page', async () => {
    const seen: string[] = [];
    let after: readonly [string, string] | undefined;
    for (;;) {
      const page: View[] = await world.administer.read(world.as('willem'), (acting) =>
        listServices(acting, {}, { limit: 4, ...(after && { after }) }),
      );
      seen.push(...page.map(uuidOf));
      const last = page.at(-1);
      if (last === undefined) break;
      after = [String(last.name), uuidOf(last)];
    }
    const { rows } = await world.pool.query<{ count: string }>('select count(*) from services');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(Number(rows[0]?.count));
  });
});
