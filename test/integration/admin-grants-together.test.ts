import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/administer/acting.ts';
import { rejectRequest } from '../../src/administer/grants/answer-request.ts';
import { consent } from '../../src/administer/grants/consent.ts';
import { withdrawOffer } from '../../src/administer/grants/offer-life.ts';
import { type PassOnWish, passOn } from '../../src/administer/grants/pass-on.ts';
import { type AdminWorld, NOON, startAdminWorld } from '../support/admin.ts';
import {
  doAs,
  type GrantedViews,
  grantAs,
  INCOME_TAX,
  LIVESTOCK_REPORT,
  named,
  PERMIT,
  refusalOf,
  terms,
  VAT,
  type View,
} from '../support/grants.ts';

const DAY = 86_400_000;

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
beforeEach(() => {
  world.clock.now = NOON;
});
afterAll(() => world.close());

const firstOf = ({ mandates: [first] }: { mandates: View[] }): View => {
  if (first === undefined) throw new Error('nothing was granted');
  return first;
};

describe('passing on', () => {
  /** Kees lets Balans do his VAT, and pass that on; Olaf signs for Balans. */
  const parent = async (change = {}) =>
    firstOf(
      await grantAs(world, world.as('kees'), ['schilder', 'balans'], terms(VAT, { substitution: true, ...change })),
    );
  const pass = (parentId: string, wish: Partial<PassOnWish> = {}, by: Session = world.as('olaf')) =>
    doAs(world, by, (acting) =>
      passOn(acting, { parentId, delegates: [named(world, 'schuldhulp')], ...wish }),
    ) as Promise<GrantedViews>;

  it('takes from the mandate whatever is not said', async () => {
    const { mandate_id } = await parent({ operations: ['view'] });
    world.clock.now += DAY;
    expect(firstOf(await pass(mandate_id))).toMatchObject({
      status: 'active',
      derived_from: mandate_id,
      represented: { party_id: world.party('schilder') },
      operations: ['view'],
      valid_from: '2026-06-02T12:00:00.000Z',
      valid_until: '2028-01-01T00:00:00.000Z',
      substitution: false,
      granted_by: { party_id: world.party('olaf') },
    });
  });

  it('stays within it', async () => {
    const { mandate_id } = await parent({ operations: ['view'] });
    await expect(pass(mandate_id, { operations: 'all' })).rejects.toThrow(/operations that its parent has not/);
    await expect(pass(mandate_id, { valid_until: '2028-01-02T00:00:00Z' })).rejects.toThrow(/ends after its parent/);
    await expect(pass(mandate_id, { services: [LIVESTOCK_REPORT] })).rejects.toThrow(
      /services that its parent does not/,
    );
  });

  it('takes the right of substitution, and the delegate', async () => {
    const { mandate_id } = await parent({ substitution: false });
    expect(await refusalOf(pass(mandate_id))).toEqual(['act_refused', 'substitution_missing']);
    const own = await parent();
    expect((await refusalOf(pass(own.mandate_id, {}, world.as('kees'))))[0]).toBe('act_refused');
    expect(await refusalOf(pass(own.mandate_id, {}, world.as('petra')))).toEqual(['not_found']);
  });

  it('goes no further than once', async () => {
    const { mandate_id } = await parent();
    const onward = firstOf(await pass(mandate_id, { delegates: [named(world, 'veevervoer')] }));
    const again = pass(onward.mandate_id, { delegates: [named(world, 'bouwadvies')] }, world.as('henk'));
    expect(await refusalOf(again)).toEqual(['not_found']);
  });

  it('ends with the mandate, also when that is revoked at the same moment', async () => {
    for (let round = 0; round < 3; round++) {
      const { mandate_id } = await parent();
      const revoke = world.act((client) =>
        client.query(`update mandates set status = 'revoked' where mandate_id = $1`, [mandate_id]),
      );
      await Promise.allSettled([pass(mandate_id), revoke]);
      const { rows } = await world.pool.query(`select from mandates where derived_from = $1 and status = 'active'`, [
        mandate_id,
      ]);
      expect(rows).toEqual([]);
    }
  });

  it('lets a person pass on what he was given himself', async () => {
    const given = firstOf(
      await grantAs(
        world,
        world.as('moeder', { loa: 'eh2plus' }),
        ['moeder', 'dochter'],
        terms(INCOME_TAX, { kind: 'voluntary', loa: 'eh2plus', substitution: true }),
      ),
    );
    const wish = { delegates: [named(world, 'betrokkene')] };
    const onward = await pass(given.mandate_id, wish, world.as('dochter', { loa: 'eh2plus' }));
    expect(firstOf(onward)).toMatchObject({ kind: 'voluntary', status: 'active' });
  });

  it('knows no mandate that is not there', async () => {
    expect(await refusalOf(pass('99999999-9999-4999-8999-999999999999'))).toEqual(['not_found']);
  });
});

describe('granting together', () => {
  const ab = () => world.as('vandam-een');
  const bo = () => world.as('vandam-twee');
  const offered = async () => firstOf(await grantAs(world, ab(), ['rederij', 'balans'], terms(PERMIT)));
  const agree = ({ mandate_id, revision }: View, by = bo(), seen = revision) =>
    doAs(world, by, (acting) => consent(acting, { mandateId: mandate_id, seen })) as Promise<View>;

  it('waits for the other director, and is in force when he agrees', async () => {
    const waiting = await offered();
    expect(waiting).toMatchObject({ status: 'offered', lapses_at: '2026-07-01T12:00:00.000Z' });
    world.clock.now += DAY;
    const view = await agree(waiting);
    expect(view).toMatchObject({
      status: 'active',
      granted_by: { party_id: world.party('vandam-een') },
      valid_from: '2026-06-02T12:00:00.000Z',
    });
    expect(view.lapses_at).toBeUndefined();
  });

  it('is not for the first alone, however often he agrees', async () => {
    const waiting = await offered();
    expect((await refusalOf(agree(waiting, ab())))[0]).toBe('conflict');
    expect(await world.mandate(waiting.mandate_id)).toMatchObject({ status: 'offered' });
  });

  it('counts one consent once, also at the same moment', async () => {
    const waiting = await offered();
    const both = await Promise.allSettled([agree(waiting), agree(waiting)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { rows } = await world.pool.query('select from consents where mandate_id = $1', [waiting.mandate_id]);
    expect(rows).toHaveLength(2);
  });

  it('counts a login that is too low for neither', async () => {
    const waiting = await offered();
    expect(await refusalOf(agree(waiting, world.as('vandam-twee', { loa: 'eh2' })))).toContain('loa_insufficient');
  });

  it('is no business of others, nor of the delegate', async () => {
    const waiting = await offered();
    expect((await refusalOf(agree(waiting, world.as('olaf'))))[0]).toBe('act_refused');
    expect(await refusalOf(agree(waiting, world.as('petra')))).toEqual(['not_found']);
  });

  it('agrees only to what was seen, and only to what waits for it', async () => {
    const waiting = await offered();
    expect(await refusalOf(agree(waiting, bo(), '1.1'))).toEqual(['precondition_failed']);
    const single = firstOf(await grantAs(world, world.as('willem'), ['boerderij', 'balans'], terms(LIVESTOCK_REPORT)));
    expect((await refusalOf(agree(single, world.as('willem'))))[0]).toBe('conflict');
  });

  it('comes to nothing when the other director rejects it, or it is taken back', async () => {
    const rejected = await offered();
    await doAs(world, bo(), (acting) => rejectRequest(acting, { mandateId: rejected.mandate_id, reason: 'nee' }));
    expect(await world.mandate(rejected.mandate_id)).toMatchObject({ status: 'rejected' });
    const withdrawn = await offered();
    await doAs(world, ab(), (acting) => withdrawOffer(acting, { mandateId: withdrawn.mandate_id }));
    expect(await world.mandate(withdrawn.mandate_id)).toMatchObject({ status: 'withdrawn' });
  });

  it('lapses when nobody agrees in time', async () => {
    const waiting = await offered();
    world.clock.now = NOON + 30 * DAY;
    expect(await refusalOf(agree(waiting))).toEqual(['conflict']);
  });

  it('does not help whose own authority has ended meanwhile', async () => {
    const waiting = await offered();
    await world.act((client) =>
      client.query(`update mandates set status = 'revoked' where mandate_id = '3a000000-0000-4000-8000-000000000060'`),
    );
    expect(await refusalOf(agree(waiting))).toEqual(['not_found']);
  });
});
