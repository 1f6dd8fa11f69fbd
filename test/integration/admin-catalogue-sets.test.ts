import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineInstance } from '../../src/administer/catalogue/instances.ts';
import type { View } from '../../src/administer/catalogue/rows.ts';
import { changeService } from '../../src/administer/catalogue/services.ts';
import {
  consentToVersion,
  proposeVersion,
  rejectVersion,
  withdrawVersion,
} from '../../src/administer/catalogue/set-versions.ts';
import { listSets, seeSet, seeVersion } from '../../src/administer/catalogue/set-views.ts';
import { composeSet, removeMember, renameSet } from '../../src/administer/catalogue/sets.ts';
import {
  BELASTINGDIENST,
  type CatalogueWorld,
  ENERGY,
  EXPORT,
  LIVESTOCK,
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

const compose = (oin: string, members: string[], name = 'Ondernemen op het erf') =>
  world.owner(oin, (acting) => composeSet(acting, { name, members }));
const propose = (oin: string, setId: string, additions: string[]) =>
  world.owner(oin, (acting) => proposeVersion(acting, { setId, additions }));
const consent = (oin: string, setId: string, version: number, services: string[]) =>
  world.owner(oin, (acting) => consentToVersion(acting, { setId, version, services }));
const remove = (oin: string, setId: string, serviceUuid: string, dryRun = false) =>
  world.owner(oin, (acting) => removeMember(acting, { setId, serviceUuid, dryRun }));
const see = (setId: string) => world.administer.read(world.system('registrar'), (acting) => seeSet(acting, setId));
const idOf = (view: View) => String(view.set_id);
const membersOf = ({ members }: View) =>
  (members as { service_uuid: string }[]).map(({ service_uuid }) => service_uuid).sort();
const ownersOf = (list: unknown) => (list as { oin: string }[]).map(({ oin }) => oin).sort();
const draftOf = (view: View) => view.draft as { version: number; waiting_for: unknown; consented: unknown };

describe('a set of one organisation', () => {
  it('is current at once, in a version above the empty one it began with', async () => {
    const made = await compose(RVO, [TRANSPORT, MANURE]);
    expect(made).toMatchObject({ version: 2, owner: { oin: RVO } });
    expect(made).not.toHaveProperty('draft');
    expect(membersOf(made)).toEqual([TRANSPORT, MANURE]);
  });

  it('is not composed, renamed or added to by another', async () => {
    const id = idOf(await compose(RVO, [TRANSPORT]));
    const asRvo = world.owner(NVWA, (acting) => composeSet(acting, { name: 'Vals', owner: RVO, members: [] }));
    await expect(asRvo).rejects.toMatchObject({ code: 'act_refused' });
    const renamed = world.owner(NVWA, (acting) => renameSet(acting, { setId: id, name: 'Vals' }));
    await expect(renamed).rejects.toMatchObject({ code: 'act_refused' });
    await expect(propose(NVWA, id, [EXPORT])).rejects.toMatchObject({ code: 'act_refused' });
    await expect(remove(NVWA, id, TRANSPORT)).rejects.toMatchObject({ code: 'act_refused' });
  });

  it('gets another name against its ETag', async () => {
    const made = await compose(RVO, [TRANSPORT]);
    const rename = (name: string) =>
      world.owner(RVO, (acting) => renameSet(acting, { setId: idOf(made), name, ifMatch: made.revision ?? '' }));
    expect(await rename('Vee')).toMatchObject({ name: 'Vee', version: 2 });
    await expect(rename('Nog eens')).rejects.toMatchObject({ code: 'precondition_failed' });
  });

  it('takes in nothing unknown, closed, or in it already; all faults at once', async () => {
    const id = idOf(await compose(RVO, [TRANSPORT]));
    const unknown = '5e000000-0000-4000-8000-00000000ffff';
    const closed = '5e000000-0000-4000-8000-000000000004';
    await expect(propose(RVO, id, [MANURE, unknown, closed, TRANSPORT])).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at: '/additions/1' }, { at: '/additions/2' }, { at: '/additions/3' }],
    });
  });
});

describe('a set across organisations', () => {
  it('waits until each owner concerned has consented, in any order', async () => {
    for (const order of [[NVWA, BELASTINGDIENST] as const, [BELASTINGDIENST, NVWA] as const]) {
      const own = { [NVWA]: [EXPORT], [BELASTINGDIENST]: [VAT] };
      const made = await compose(RVO, [TRANSPORT, EXPORT, VAT]);
      const id = idOf(made);
      expect(made).toMatchObject({ version: 1, members: [] });
      expect(ownersOf(draftOf(made).waiting_for)).toEqual([BELASTINGDIENST, NVWA]);
      const half = await consent(order[0], id, 2, own[order[0]] ?? []);
      expect(half).toMatchObject({ version: 1, members: [] });
      expect(ownersOf(draftOf(half).consented)).toEqual([order[0]]);
      const whole = await consent(order[1], id, 2, own[order[1]] ?? []);
      expect(whole).toMatchObject({ version: 2 });
      expect(membersOf(whole)).toEqual([TRANSPORT, EXPORT, VAT].sort());
    }
  });

  it('is consented to by nobody for another, and by nobody who has nothing in it', async () => {
    const id = idOf(await compose(RVO, [TRANSPORT, EXPORT]));
    const forNvwa = world.owner(RVO, (acting) =>
      consentToVersion(acting, { setId: id, version: 2, owner: NVWA, services: [EXPORT] }),
    );
    await expect(forNvwa).rejects.toMatchObject({ code: 'act_refused' });
    await expect(consent(BELASTINGDIENST, id, 2, [EXPORT])).rejects.toMatchObject({ code: 'conflict' });
    expect(await see(id)).toMatchObject({ version: 1 });
  });

  it('counts no consent to other services than those that are to join', async () => {
    const id = idOf(await compose(RVO, [EXPORT]));
    await expect(consent(NVWA, id, 2, [VAT])).rejects.toMatchObject({ faults: [{ at: '/services' }] });
    // Taken back and laid again with more in it, under the same number.
    await world.owner(RVO, (acting) => withdrawVersion(acting, { setId: id, version: 2 }));
    await propose(RVO, id, [EXPORT, SHARED]);
    await consent(RIJNDAM, id, 2, [SHARED]);
    expect(await see(id)).toMatchObject({ version: 1 });
  });

  it('needs the consent of all who offer a shared service', async () => {
    const id = idOf(await compose(RIJNDAM, [SHARED]));
    expect(ownersOf(draftOf(await see(id)).waiting_for)).toEqual([VEENWIJK]);
    expect(await consent(VEENWIJK, id, 2, [SHARED])).toMatchObject({ version: 2 });
  });

  it('needs the consent of who began to offer it while it waited', async () => {
    const id = idOf(await compose(RVO, [ENERGY, EXPORT]));
    const service_id = `urn:etoegang:DV:${BELASTINGDIENST}:services:77`;
    await world.registrar((acting) =>
      defineInstance(acting, { service_id, owner: BELASTINGDIENST, service_uuid: EXPORT }),
    );
    expect(await consent(NVWA, id, 2, [EXPORT])).toMatchObject({ version: 1 });
    expect(await consent(BELASTINGDIENST, id, 2, [EXPORT])).toMatchObject({ version: 2 });

    const { rows } = await world.pool.query(
      "select from changes where entity = 'set' and entity_id = $1 and relation = 'service_set_consents'",
      [id],
    );
    expect(rows).toHaveLength(2);
  });

  it('comes to nothing when an owner concerned refuses, or the composer takes it back', async () => {
    const id = idOf(await compose(RVO, [EXPORT]));
    const reject = (oin: string) => world.owner(oin, (acting) => rejectVersion(acting, { setId: id, version: 2 }));
    await expect(reject(VEENWIJK)).rejects.toMatchObject({ code: 'conflict' });
    expect(await reject(NVWA)).not.toHaveProperty('draft');
    await expect(consent(NVWA, id, 2, [EXPORT])).rejects.toMatchObject({ code: 'not_found' });
    await propose(RVO, id, [EXPORT]);
    await world.owner(RVO, (acting) => withdrawVersion(acting, { setId: id, version: 2 }));
    expect(await see(id)).toMatchObject({ version: 1, members: [] });
  });

  it('has one version that waits at a time', async () => {
    const id = idOf(await compose(RVO, [EXPORT]));
    await expect(propose(RVO, id, [VAT])).rejects.toMatchObject({ constraint: 'one_version_waits_at_a_time' });
  });

  it('does not take in what was closed while it waited', async () => {
    const id = idOf(await compose(RVO, [VAT]));
    const close = (active: boolean) =>
      world.owner(BELASTINGDIENST, (acting) =>
        changeService(acting, { serviceUuid: VAT, patch: { active }, dryRun: false }),
      );
    await close(false);
    await expect(consent(BELASTINGDIENST, id, 2, [VAT])).rejects.toMatchObject({ code: 'invalid_request' });
    await close(true);
    expect(await consent(BELASTINGDIENST, id, 2, [VAT])).toMatchObject({ version: 2 });
  });

  it('becomes current once, when the last two consents come at the same time', async () => {
    const id = idOf(await compose(RVO, [VAT, SHARED]));
    await consent(RIJNDAM, id, 2, [SHARED]);
    await Promise.all([consent(VEENWIJK, id, 2, [SHARED]), consent(BELASTINGDIENST, id, 2, [VAT])]);
    expect(await see(id)).toMatchObject({ version: 2 });
    expect(membersOf(await see(id))).toEqual([VAT, SHARED].sort());
  });

  it('shows what waits to systems only', async () => {
    const id = idOf(await compose(RVO, [EXPORT]));
    const seen = await world.administer.read(world.as('willem'), (acting) => seeSet(acting, id));
    expect(seen).not.toHaveProperty('draft');
    const list = await world.administer.read(world.as('willem'), (acting) => listSets(acting, {}, { limit: 200 }));
    expect(JSON.stringify(list)).not.toContain('waiting_for');
  });
});

describe('what mandates have of a set', () => {
  const members = async (mandate: string) => {
    const { rows } = await world.pool.query<{ one: string }>(
      `select s ->> 'service_uuid' as one from mandates m, jsonb_array_elements(act_services(m)) as s
       where mandate_id = $1 order by 1`,
      [mandate],
    );
    return rows.map(({ one }) => one);
  };
  const mandateOn = async (set: string) => {
    const { rows } = await world.pool.query<{ mandate_id: string }>(
      `select mandate_id from mandates where sets @> jsonb_build_array(jsonb_build_object('set', $1::text)) and status = 'active'`,
      [set],
    );
    return rows[0]?.mandate_id ?? '';
  };

  it('is no addition, until its grantor confirms; and at once no removal', async () => {
    const mandate = await mandateOn(LIVESTOCK);
    expect(await members(mandate)).toEqual([TRANSPORT, MANURE]);
    expect(await propose(RVO, LIVESTOCK, [ENERGY])).toMatchObject({ version: 3 });
    expect(await members(mandate)).toEqual([TRANSPORT, MANURE]);
    const dry = await remove(RVO, LIVESTOCK, TRANSPORT, true);
    expect(dry).toMatchObject({ active_mandates: 1, set: { version: 4 } });
    expect(await members(mandate)).toEqual([TRANSPORT, MANURE]);
    expect((await remove(RVO, LIVESTOCK, TRANSPORT)).set).toMatchObject({ version: 4 });
    expect(await members(mandate)).toEqual([MANURE]);
    await propose(RVO, LIVESTOCK, [TRANSPORT]);
    expect(await members(mandate)).toEqual([MANURE]);
  });

  it('ends at once when the owner of the service takes it out, while a version that waits moves on', async () => {
    await propose(RVO, LIVESTOCK, [VAT]);
    const before = await see(LIVESTOCK);
    expect(membersOf(before)).toContain(EXPORT);
    await expect(remove(VEENWIJK, LIVESTOCK, EXPORT)).rejects.toMatchObject({ code: 'act_refused' });
    const { set } = await remove(NVWA, LIVESTOCK, EXPORT);
    expect(membersOf(set)).not.toContain(EXPORT);
    expect(draftOf(set).version).toBe(Number(set.version) + 1);
    await expect(consent(BELASTINGDIENST, LIVESTOCK, draftOf(before).version, [VAT])).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await consent(BELASTINGDIENST, LIVESTOCK, draftOf(set).version, [VAT])).not.toHaveProperty('draft');
    await expect(remove(NVWA, LIVESTOCK, EXPORT)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('can be looked up for every version that there was', async () => {
    const at = (version: number) =>
      world.administer.read(world.as('willem'), (acting) => seeVersion(acting, LIVESTOCK, version));
    expect(membersOf(await at(1))).toEqual([TRANSPORT, MANURE, '5e000000-0000-4000-8000-000000000004']);
    expect(membersOf(await at(2))).toEqual([TRANSPORT, MANURE, EXPORT]);
    await expect(at(1000)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('leaves a chain of changes that verifies', async () => {
    const { rows } = await world.pool.query('select * from verify_changes()');
    expect(rows).toEqual([]);
  });
});
