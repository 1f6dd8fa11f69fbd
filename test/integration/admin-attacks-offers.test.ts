import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activateOffer, showOffer } from '../../src/administer/grants/activate.ts';
import { type Offered, offerMandate } from '../../src/administer/grants/offer.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { type LifeWorld, makeLifeWorld } from '../support/admin-life.ts';
import { eventually } from '../support/eventually.ts';
import { doAs, INCOME_TAX, MANAGING, named, PERMIT, refusalOf, terms } from '../support/grants.ts';

let world: AdminWorld;
let life: LifeWorld;
let managing: string;
beforeEach(async () => {
  world = await startAdminWorld();
  life = await makeLifeWorld(world);
  managing = await life.mandate({ delegate: world.party('bea'), services: [MANAGING] });
});
afterEach(() => world.close());

const REFUSED = ['act_refused', 'code_not_verified'];
const offer = (delegate?: string): Promise<Offered> =>
  doAs(world, world.as('bea'), (acting) =>
    offerMandate(acting, {
      represented: { partyId: world.party('bakkerij') },
      ...(delegate && { delegate: named(world, delegate) }),
      ...terms(PERMIT, { kind: 'employee' }),
    }),
  );
const said = ({ code }: Offered, of = 'bea') => ({ code, birth_date: world.birthDate(of), bsn: world.bsn(of) });
const activate = (offered: Offered, by = 'petra', of = 'bea') =>
  activateOffer(world.administer, world.as(by), {}, said(offered, of));
const put = (status: string) =>
  world.act((client) => client.query('update mandates set status = $2 where mandate_id = $1', [managing, status]));

describe('an offer of a manager', () => {
  it.each(['revoked', 'suspended'])('leads nowhere once his own mandate is %s', async (status) => {
    const [open, forPetra] = [await offer(), await offer('petra')];
    await put(status);
    expect(await refusalOf(activate(open))).toEqual(REFUSED);
    expect(await refusalOf(activate(forPetra))).toEqual(REFUSED);
    expect(await refusalOf(showOffer(world.administer, world.as('petra'), said(open)))).toEqual(REFUSED);
    expect((await world.mandate(forPetra.mandate_id)).status).toBe('offered');
  });

  it('is good again when he manages again', async () => {
    const offered = await offer();
    await put('suspended');
    expect(await refusalOf(activate(offered))).toEqual(REFUSED);
    await put('active');
    await expect(activate(offered)).resolves.toBeDefined();
  });

  it('leads nowhere once his mandate has come to its end', async () => {
    const until = new Date(world.clock.now + 3_600_000).toISOString();
    await world.act((client) =>
      client.query('update mandates set valid_until = $2 where mandate_id = $1', [managing, until]),
    );
    const offered = await offer();
    world.clock.now += 3_600_000;
    expect(await refusalOf(activate(offered))).toEqual(REFUSED);
  });

  it('waits for his dismissal that is under way, and then leads nowhere', async () => {
    const offered = await offer();
    let activating: Promise<unknown> | undefined;
    await world.act(async (client) => {
      await client.query(`update mandates set status = 'revoked' where mandate_id = $1`, [managing]);
      activating = activate(offered).catch((error: unknown) => error);
      await eventually('somebody waits for a lock', async () => {
        const { rowCount } = await world.pool.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        );
        return rowCount !== 0;
      });
    });
    expect(await activating).toMatchObject({ code: 'act_refused' });
  });
});

it('an offer of himself needs no mandate of anybody', async () => {
  const offered: Offered = await doAs(world, world.as('moeder'), (acting) =>
    offerMandate(acting, {
      represented: { partyId: world.party('moeder') },
      ...terms(INCOME_TAX, { kind: 'voluntary', loa: 'eh3' }),
    }),
  );
  await expect(activate(offered, 'dochter', 'moeder')).resolves.toBeDefined();
});
