import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importAsOperator, importCatalogue } from '../../src/administer/catalogue/import/import-catalogue.ts';
import { changeService, defineService, seeService } from '../../src/administer/catalogue/services.ts';
import { NOT_DESCRIBED } from '../../src/administer/catalogue/terms.ts';
import {
  type CatalogueWorld,
  ENERGY,
  EXPORT,
  NVWA,
  RIJNDAM,
  RVO,
  SHARED,
  startCatalogueWorld,
  TRANSPORT,
  VEENWIJK,
} from '../support/catalogue-world.ts';
import { BSN, catalogueXml, KVK, type XmlDefinition, type XmlInstance } from '../support/catalogue-xml.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples/catalogue');
const RUNS = 60;
const ADDED = '5e000000-0000-4000-8000-000000000006';
const OMGEVINGSLOKET = '00000003800000040000';

let world: CatalogueWorld;
let rvo: string;
beforeAll(async () => {
  rvo = await readFile(join(EXAMPLES, 'rvo.xml'), 'utf8');
});
beforeEach(async () => {
  world = await startCatalogueWorld();
  return () => world.close();
});

const uuid = (n: number) => `5e000000-0000-4000-8000-0000000009${String(n).padStart(2, '0')}`;
const id = (oin: string, n: number) => `urn:etoegang:DV:${oin}:services:${n}`;
const look = (oin: string, xml: string) => world.owner(oin, (acting) => importCatalogue(acting, { xml, dryRun: true }));
const apply = (oin: string, xml: string, diffId: string) =>
  world.owner(oin, (acting) => importCatalogue(acting, { xml, dryRun: false, diffId }));
const take = async (oin: string, xml: string) => apply(oin, xml, (await look(oin, xml)).diff_id);
const see = (one: string) => world.administer.read(world.as('willem'), (acting) => seeService(acting, one));
const catalogueOf = async () => {
  const { rows } = await world.pool.query(
    `select (select jsonb_agg(to_jsonb(s) order by service_uuid) from services s) as services,
       (select jsonb_agg(to_jsonb(i) order by service_id) from service_instances i) as instances,
       (select jsonb_agg(to_jsonb(p) order by portal, sub_service) from portal_services p) as portals,
       (select max(revision) from changes) as revision`,
  );
  return rows[0];
};
const find = (diff: { entries: { id: string }[] }, one: string) => diff.entries.find((entry) => entry.id === one);

describe('a dry run of an import', () => {
  it('tells every difference and what it does to mandates, and writes nothing', async () => {
    const before = await catalogueOf();
    const diff = await look(RVO, rvo);
    expect(diff.summary).toEqual({ added: 2, changed: 1, closed: 3, unchanged: 5 });
    expect(find(diff, TRANSPORT)).toMatchObject({
      change: 'changed',
      fields: [{ field: 'description', after: 'U meldt dat dieren worden vervoerd, waarheen, en met welk voertuig.' }],
      effects: { no_longer_serve: 0 },
    });
    expect(find(diff, ADDED)).toMatchObject({
      change: 'added',
      to_do: expect.arrayContaining(['consequence', 'kinds']),
    });
    expect(find(diff, ENERGY)).toMatchObject({
      change: 'closed',
      effects: { because: { active: expect.any(Number) } },
    });
    expect(diff.text.split('\n')).toEqual(
      expect.arrayContaining([
        '2 added, 1 changed, 3 closed, 5 unchanged',
        `~ service Melding veetransport (${TRANSPORT})`,
        `- service Energielabel aanvragen (${ENERGY}): closed`,
      ]),
    );
    expect(await catalogueOf()).toEqual(before);
  });

  it('finds nothing to do where the register is as the catalogue', async () => {
    const xml = await readFile(join(EXAMPLES, 'omgevingsloket.xml'), 'utf8');
    expect(await look(OMGEVINGSLOKET, xml)).toMatchObject({ entries: [], summary: { unchanged: 8 } });
  });

  it('finds what only the register knows to be wrong', async () => {
    const xml = catalogueXml({
      oin: RVO,
      definitions: [{ uuid: uuid(1) }, { uuid: uuid(2) }],
      instances: [
        { id: id(RVO, 1), of: uuid(1) },
        { id: id(RVO, 50), of: uuid(3) },
        { id: id(RVO, 51), of: TRANSPORT, behind: [id(RVO, 999)] },
      ],
    });
    await expect(look(RVO, xml)).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [
        { message: 'ServiceDefinition has no ServiceInstance that offers it' },
        { message: expect.stringContaining('knows as another service') },
        { message: 'ServiceInstance is an instance of no service that is known' },
        { message: 'PortalForService names no service that is known' },
      ],
    });
  });
});

describe('applying', () => {
  it('writes what was told; afterwards there is nothing left to do', async () => {
    expect(await take(RVO, rvo)).toMatchObject({ applied: true });
    expect(await see(TRANSPORT)).toMatchObject({
      description: expect.stringContaining('voertuig'),
      kinds: expect.arrayContaining(['business']),
    });
    expect(await see(ENERGY)).toMatchObject({ active: false });
    expect(await look(RVO, rvo)).toMatchObject({ entries: [] });
    const { rows } = await world.pool.query('select * from verify_changes()');
    expect(rows).toEqual([]);
  });

  it('makes no new service mandatable before its owner says what that means', async () => {
    await take(RVO, rvo);
    expect(await see(ADDED)).toMatchObject({ kinds: [], consequence: NOT_DESCRIBED, follow_up: 'represented' });
    const patch = { kinds: ['business' as const], consequence: 'Wie u machtigt, reserveert ruimte op uw naam.' };
    await world.owner(RVO, (acting) => changeService(acting, { serviceUuid: ADDED, patch, dryRun: false }));
    // What the catalogue does not hold stays as the owner has it.
    expect(await look(RVO, rvo)).toMatchObject({ entries: [] });
  });

  it('needs the diff, and refuses another', async () => {
    const { diff_id } = await look(RVO, rvo);
    const bare = world.owner(RVO, (acting) => importCatalogue(acting, { xml: rvo, dryRun: false }));
    await expect(bare).rejects.toMatchObject({ faults: [{ at: '?diffId' }] });
    await expect(apply(RVO, rvo, '0'.repeat(64))).rejects.toMatchObject({ code: 'conflict' });
    await expect(apply(RVO, rvo.replace('loa3', 'loa4'), diff_id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is refused when the register changed since, and changes nothing then', async () => {
    const { diff_id } = await look(RVO, rvo);
    await world.owner(RVO, (acting) =>
      changeService(acting, { serviceUuid: TRANSPORT, patch: { loa: 'eh4' }, dryRun: false }),
    );
    const before = await catalogueOf();
    await expect(apply(RVO, rvo, diff_id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await catalogueOf()).toEqual(before);
  });

  it('lets one of two at the same time win', async () => {
    const { diff_id } = await look(RVO, rvo);
    const both = await Promise.allSettled([apply(RVO, rvo, diff_id), apply(RVO, rvo, diff_id)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await look(RVO, rvo)).toMatchObject({ entries: [] });
  });

  it('waits for a change that is under way, and sees it', async () => {
    const { diff_id } = await look(RVO, rvo);
    const other = await world.pool.connect();
    try {
      await other.query('begin');
      await other.query(`select set_config('machtig.acted_by', '{"who": "test", "channel": "test"}', true)`);
      await other.query(`update services set loa = 'eh4' where service_uuid = $1`, [TRANSPORT]);
      const applied = apply(RVO, rvo, diff_id);
      await expect.poll(() => isWaiting(world)).toBe(true);
      await other.query('commit');
      await expect(applied).rejects.toMatchObject({ code: 'conflict' });
    } finally {
      other.release();
    }
  });

  it('lowers no guard: kinds only go, instances stay within their definition', async () => {
    const instances = [{ id: id(RVO, 5), of: ENERGY, intermediation: 'noIntermediation' }];
    const xml = catalogueXml({ oin: RVO, definitions: [{ uuid: ENERGY, loa: 'loa4', types: [KVK] }], instances });
    await take(RVO, xml);
    const seen = await see(ENERGY);
    expect(seen).toMatchObject({ loa: 'eh4', chains: false });
    expect(seen.kinds).not.toContain('voluntary');
    expect(seen.kinds).not.toContain('business');
    await take(RVO, catalogueXml({ oin: RVO, definitions: [{ uuid: ENERGY, types: [KVK, BSN] }], instances }));
    expect((await see(ENERGY)).kinds).toEqual(seen.kinds);
  });
});

describe('whose catalogue it is', () => {
  const own = { oin: RVO, definitions: [{ uuid: uuid(1) }], instances: [{ id: id(RVO, 60), of: uuid(1) }] };

  it('is that of the organisation that calls, and of nobody else', async () => {
    await expect(look(NVWA, rvo)).rejects.toMatchObject({ reasons: ['not_own_service'] });
    const both = catalogueXml(own, { oin: NVWA, definitions: [], instances: [] });
    await expect(look(RVO, both)).rejects.toMatchObject({ code: 'act_refused' });
    const stranger = catalogueXml({ oin: '00000003800000011111', definitions: [], instances: [] });
    await expect(look(RVO, stranger)).rejects.toMatchObject({ code: 'act_refused' });
    await expect(
      world.administer.write(world.as('willem'), {}, (acting) => importCatalogue(acting, { xml: rvo, dryRun: true })),
    ).rejects.toMatchObject({ code: 'act_refused' });
  });

  it('does not reach the services of others by their definition', async () => {
    const hijack = {
      ...own,
      definitions: [{ uuid: EXPORT, name: 'Van mij' }],
      instances: [{ id: id(RVO, 60), of: EXPORT }],
    };
    await expect(take(RVO, catalogueXml(hijack))).rejects.toMatchObject({ reasons: ['not_own_service'] });
    const attached = { ...own, definitions: [], instances: [{ id: id(RVO, 60), of: EXPORT }] };
    await expect(take(RVO, catalogueXml(attached))).rejects.toMatchObject({ code: 'act_refused' });
    expect(await see(EXPORT)).toMatchObject({ owners: [{ oin: NVWA }] });
  });

  it('does not take over what is defined for all', async () => {
    const national = await world.registrar((acting) =>
      defineService(acting, {
        name: 'Landelijk',
        description: 'Voor alle gemeenten.',
        consequence: 'Veel.',
        loa: 'eh3',
        kinds: ['voluntary'],
        grounds: [],
        domain: 'general',
        chains: false,
        branches: false,
        follow_up: 'both',
        instances: [],
      }),
    );
    const xml = catalogueXml({
      ...own,
      definitions: [],
      instances: [{ id: id(RVO, 60), of: String(national.service_uuid) }],
    });
    await expect(take(RVO, xml)).rejects.toMatchObject({ code: 'act_refused' });
  });

  it('puts nothing of others behind a portal', async () => {
    const portal = { ...own, instances: [{ id: id(RVO, 60), of: uuid(1), behind: [id(NVWA, 1)] }] };
    await expect(take(RVO, catalogueXml(portal))).rejects.toMatchObject({ code: 'act_refused' });
  });

  it('does not change what several offer, but for whoever keeps the register', async () => {
    const shared = catalogueXml({
      oin: RIJNDAM,
      definitions: [{ uuid: SHARED, loa: 'loa4', types: [BSN] }],
      instances: [1, 2, 3, 4]
        .map((n) => ({ id: id(RIJNDAM, n), of: [uuid(30), SHARED, uuid(32), uuid(33)][n - 1] ?? '' }))
        .slice(1, 2),
    });
    await expect(take(RIJNDAM, shared)).rejects.toMatchObject({ reasons: ['not_own_service'] });
    const wish = (more: object) =>
      world.registrar((acting) => importCatalogue(acting, { xml: shared, dryRun: true, ...more }));
    const { diff_id } = await wish({});
    await wish({ dryRun: false, diffId: diff_id });
    expect(await see(SHARED)).toMatchObject({ loa: 'eh4', active: true });
    const { rows } = await world.pool.query('select active from service_instances where service_id = $1', [
      id(VEENWIJK, 2),
    ]);
    expect(rows).toEqual([{ active: true }]);
  });

  it('of a new organisation comes in by whoever keeps the register', async () => {
    const oin = '00000003800000011111';
    const xml = catalogueXml({ ...own, oin, name: 'Waterschap', instances: [{ id: id(oin, 1), of: uuid(1) }] });
    const wish = (more: object) => world.registrar((acting) => importCatalogue(acting, { xml, dryRun: true, ...more }));
    await wish({ dryRun: false, diffId: (await wish({})).diff_id });
    expect(await see(uuid(1))).toMatchObject({ owners: [{ oin, name: 'Waterschap' }] });
  });

  it('can be applied by whoever operates the register, without an owner', async () => {
    expect(await importAsOperator(world.pool, rvo, { apply: false })).toMatchObject({
      applied: false,
      summary: { added: 2 },
    });
    expect(await importAsOperator(world.pool, rvo, { apply: true })).toMatchObject({ applied: true });
    expect(await importAsOperator(world.pool, rvo, { apply: false })).toMatchObject({ entries: [] });
  });
});

describe('any catalogue', () => {
  const definition = fc.record({
    loa: fc.constantFrom('loa2', 'loa2plus', 'loa3', 'loa4'),
    types: fc.constantFrom([KVK], [BSN], [KVK, BSN], ['urn:etoegang:1.9:EntityConcernedID:Probas']),
    branches: fc.boolean(),
    name: fc.constantFrom('Eerste', 'Tweede'),
    known: fc.boolean(),
  });
  const instance = fc.record({
    of: fc.nat({ max: 3 }),
    intermediation: fc.constantFrom(undefined, 'generalAvailable', 'noIntermediation', 'requiresApproval'),
    known: fc.boolean(),
  });
  const KNOWN = [TRANSPORT, '5e000000-0000-4000-8000-000000000002', '5e000000-0000-4000-8000-000000000004', ENERGY];
  const catalogue = fc
    .record({
      definitions: fc.array(definition, { maxLength: 4 }),
      instances: fc.array(instance, { maxLength: 5 }),
      portal: fc.boolean(),
    })
    .map(({ definitions, instances, portal }) => {
      const uuids = definitions.map((one, i) => (one.known ? (KNOWN[i] ?? uuid(i)) : uuid(10 + i)));
      const offered: XmlInstance[] = instances.flatMap((one, i) => {
        const of = uuids[one.of];
        return of === undefined ? [] : [{ id: id(RVO, 70 + i * 4 + one.of), of, intermediation: one.intermediation }];
      });
      const rest = uuids.flatMap((of, i): XmlInstance[] =>
        offered.some((one) => one.of === of)
          ? []
          : [{ id: id(RVO, of.endsWith(`00${i + 1}`) && i < 2 ? i + 1 : 100 + i), of }],
      );
      const all = [...rest, ...offered];
      const [first, ...others] = all;
      const behind = portal && first && others.length > 0 ? others.map((one) => one.id) : [];
      const named: XmlDefinition[] = definitions.map((one, i) => ({ ...one, uuid: uuids[i] ?? '' }));
      return catalogueXml({ oin: RVO, definitions: named, instances: first ? [{ ...first, behind }, ...others] : [] });
    });

  it('is either refused with reasons, or leaves nothing to do once applied', async () => {
    let applied = 0;
    await fc.assert(
      fc.asyncProperty(catalogue, async (xml) => {
        const diff = await look(RVO, xml).catch((error: { faults?: unknown[]; constraint?: string }) => {
          expect(error.faults ?? error.constraint).toBeTruthy();
          return undefined;
        });
        if (diff === undefined) return;
        await apply(RVO, xml, diff.diff_id);
        applied += 1;
        expect(await look(RVO, xml)).toMatchObject({ entries: [], summary: { added: 0, changed: 0, closed: 0 } });
      }),
      { numRuns: RUNS },
    );
    expect(applied).toBeGreaterThan(RUNS / 2);
  });
});

async function isWaiting({ pool }: CatalogueWorld): Promise<boolean> {
  const { rowCount } = await pool.query(
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return (rowCount ?? 0) > 0;
}
