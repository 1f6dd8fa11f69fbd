import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeInstance } from '../../src/administer/catalogue/instances.ts';
import { changeService } from '../../src/administer/catalogue/services.ts';
import { proposeVersion } from '../../src/administer/catalogue/set-versions.ts';
import { removeMember } from '../../src/administer/catalogue/sets.ts';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { gather } from '../../src/evaluate/gather.ts';
import { runReading } from '../../src/evaluate/strand.ts';
import { makePostgresLookups } from '../../src/mandates/postgres-lookups.ts';
import type { Engine } from '../../src/policy/engine.ts';
import { withReading } from '../../src/store/postgres.ts';
import { type CatalogueWorld, LIVESTOCK, MANURE, RVO, startCatalogueWorld } from '../support/catalogue-world.ts';
import { identifier } from '../support/decide-world.ts';
import { committedPolicy } from '../support/policy.ts';

let world: CatalogueWorld;
let policy: Engine<Verdict>;
beforeAll(async () => {
  world = await startCatalogueWorld();
  policy = await committedPolicy();
});
afterAll(() => world.close());

/** May Bea of the accountants keep the farm's manure accounts? The farm mandated her firm for a set, in version 1. */
const mayBea = (loa = 'eh3') =>
  withReading(world.pool, async (client) => {
    const question = {
      actor: identifier('urn:etoegang:pseudonym:bea@balans'),
      represented: identifier('urn:nl:kvk:90000001'),
      service: `urn:etoegang:DV:${RVO}:services:2`,
      operation: 'submit',
      loa,
    };
    const found = await runReading(
      gather(question, (one) => world.keys.alias(one)),
      makePostgresLookups(client),
    );
    const { allow, reasons } = policy.decide({ ...found, now: world.clock.now });
    return allow ? 'yes' : reasons.join(' ');
  });
const change = (patch: object, dryRun = false) =>
  world.owner(RVO, (acting) => changeService(acting, { serviceUuid: MANURE, patch, dryRun }));

describe('what an owner does to the catalogue', () => {
  it('counts in the next decision: closed, opened, for other kinds, without chains', async () => {
    expect(await mayBea()).toBe('yes');
    await change({ active: false }, true);
    expect(await mayBea()).toBe('yes');
    await change({ active: false });
    expect(await mayBea()).toContain('service_inactive');
    await change({ active: true });
    expect(await mayBea()).toBe('yes');
    await change({ kinds: ['employee'], grounds: [] });
    expect(await mayBea()).not.toBe('yes');
    await change({ kinds: ['employee', 'business'] });
    await change({ chains: false });
    expect(await mayBea()).not.toBe('yes');
    await change({ chains: true });
    expect(await mayBea()).toBe('yes');
  });

  it('counts for its own instance alone when that is narrowed', async () => {
    const serviceId = `urn:etoegang:DV:${RVO}:services:2`;
    const narrow = (patch: object) =>
      world.owner(RVO, (acting) => changeInstance(acting, { serviceId, patch, dryRun: false }));
    await narrow({ loa: 'eh4' });
    expect(await mayBea()).not.toBe('yes');
    await narrow({ loa: null, active: false });
    expect(await mayBea()).toContain('service_inactive');
    await narrow({ active: true });
    expect(await mayBea()).toBe('yes');
  });

  it('takes a service out of a set at once, and puts it back for nobody who has not confirmed that', async () => {
    await world.owner(RVO, (acting) => removeMember(acting, { setId: LIVESTOCK, serviceUuid: MANURE, dryRun: false }));
    expect(await mayBea()).not.toBe('yes');
    await world.owner(RVO, (acting) => proposeVersion(acting, { setId: LIVESTOCK, additions: [MANURE] }));
    expect(await mayBea()).not.toBe('yes');
  });
});
