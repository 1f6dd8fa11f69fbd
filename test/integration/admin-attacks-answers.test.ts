import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../src/administer/acting.ts';
import { revokeMandate } from '../../src/administer/life/stop.ts';
import { transferMandate } from '../../src/administer/life/transfer.ts';
import { appointManager } from '../../src/administer/managers/appoint.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { makeLifeWorld } from '../support/admin-life.ts';
import { identifier } from '../support/decide-world.ts';
import { doAs, refusalOf } from '../support/grants.ts';

let world: AdminWorld;
let mandateId: string;
beforeAll(async () => {
  world = await startAdminWorld();
  mandateId = await (await makeLifeWorld(world)).mandate();
});
afterAll(() => world.close());

const OWNER = () => world.system('service_owner', '00000003800000020000');
const [KNOWN, UNKNOWN] = ['urn:nl:bsn:999990299', 'urn:nl:bsn:999990019'].map((urn) => identifier(urn));

it('a service owner learns from no transfer or appointment which numbers are known', async () => {
  const party = { partyId: world.party('bakkerij') };
  const transfer = (to: typeof KNOWN) =>
    doAs(world, OWNER(), (acting) =>
      transferMandate(acting, { mandateId, reason: 'x', to: { party: { identifier: to ?? identifier('') } } }),
    );
  const appoint = (who: typeof KNOWN, by: Session = OWNER()) =>
    doAs(world, by, (acting) =>
      appointManager(acting, {
        party,
        manager: { party: { identifier: who ?? identifier('') } },
        loa: 'eh3',
        branches: 'all',
        services: 'all',
        validUntil: '2027-01-01T00:00:00Z',
        evidence: [],
      }),
    );
  for (const attempt of [transfer, appoint]) {
    const told = await refusalOf(attempt(UNKNOWN));
    expect(told).toEqual(await refusalOf(attempt(KNOWN)));
    expect(['act_refused', 'not_found']).toContain(told[0]);
  }
});

it('a court that forgot to say how it was verified is told so', async () => {
  const revoke = doAs(world, world.system('court'), (acting) => revokeMandate(acting, { mandateId, reason: 'x' }));
  expect(await refusalOf(revoke)).toEqual(['act_refused', 'court_request_unverified']);
});
