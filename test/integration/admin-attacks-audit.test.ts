import { afterEach, beforeEach, expect, it } from 'vitest';
import { offerMandate } from '../../src/administer/grants/offer.ts';
import { reissueCode, withdrawOffer } from '../../src/administer/grants/offer-life.ts';
import { answerReconfirmation } from '../../src/administer/reconfirmations/answer.ts';
import { changeWrites } from '../../src/mandates/writes.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { makeLifeWorld } from '../support/admin-life.ts';
import { doAs, PERMIT, terms } from '../support/grants.ts';
import { insertRow } from '../support/register-rows.ts';

let world: AdminWorld;
beforeEach(async () => {
  world = await startAdminWorld();
});
afterEach(() => world.close());

const ID = '0a000000-0000-4000-8000-000000000001';
async function recorded(entity: string) {
  const { rows } = await world.pool.query<{ operation: string; who: string; act: string; after: object }>(
    `select operation, acted_by ->> 'who' as who, acted_by ->> 'act' as act, after from changes where entity = $1
     order by revision`,
    [entity],
  );
  expect(changeWrites({ entity, facts_before: null, facts_after: null })).toEqual([]);
  return rows;
}

it('the chain holds every step of an offer that names nobody, and nothing of its code', async () => {
  const karin = world.as('karin');
  const { mandate_id: mandateId } = await doAs(world, karin, (acting) =>
    offerMandate(acting, { represented: { partyId: world.party('bakkerij') }, ...terms(PERMIT, { kind: 'employee' }) }),
  );
  await doAs(world, karin, (acting) => reissueCode(acting, { mandateId }));
  await doAs(world, karin, (acting) => withdrawOffer(acting, { mandateId }));
  const rows = await recorded('offer');
  expect(rows.map(({ operation, act }) => [operation, act])).toEqual([
    ['insert', 'mandate.offer'],
    ['update', 'mandate.offer'],
    ['update', 'mandate.withdraw'],
  ]);
  expect(rows.map(({ who }) => who)).toEqual(Array(3).fill(world.party('karin')));
  for (const { after } of rows) {
    for (const secret of ['selector', 'salt', 'hash', 'tries']) expect(after).not.toHaveProperty(secret);
  }
});

it('the chain holds who agreed before the last', async () => {
  const life = await makeLifeWorld(world);
  const mandateId = await life.mandate({});
  await world.act((client) =>
    insertRow(client, 'consents', { mandate_id: mandateId, party_id: world.party('karin'), loa: 'eh3' }),
  );
  expect(await recorded('consent')).toMatchObject([
    { operation: 'insert', after: { mandate_id: mandateId, party_id: world.party('karin'), loa: 'eh3' } },
  ]);
});

it('the chain holds that a question was answered with yes', async () => {
  const life = await makeLifeWorld(world);
  const mandate = await life.mandate({ delegate: world.party('petra') });
  await world.act((client) =>
    insertRow(client, 'reconfirmations', {
      reconfirmation_id: ID,
      represented: world.party('bakkerij'),
      delegate: world.party('petra'),
      mandates: [mandate],
      asked_of: 'manager',
      asked_at: '2026-05-01T00:00:00Z',
      due_at: '2026-06-15T00:00:00Z',
    }),
  );
  await doAs(world, world.as('karin'), (acting) =>
    answerReconfirmation(acting, { reconfirmationId: ID, answer: 'confirmed' }),
  );
  expect(await recorded('reconfirmation')).toMatchObject([
    { operation: 'update', who: world.party('karin'), act: 'mandate.reconfirm', after: { outcome: 'confirmed' } },
  ]);
});
