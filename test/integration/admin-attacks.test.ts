import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Acting, Session } from '../../src/administer/acting.ts';
import { searchEmployees } from '../../src/administer/employees/search-employees.ts';
import { activateOffer } from '../../src/administer/grants/activate.ts';
import { grantMandates } from '../../src/administer/grants/grant.ts';
import { type Offered, offerMandate } from '../../src/administer/grants/offer.ts';
import { openOffers, reissueCode } from '../../src/administer/grants/offer-life.ts';
import { passOn } from '../../src/administer/grants/pass-on.ts';
import { reactivateMandate } from '../../src/administer/life/reactivate.ts';
import { renewMandate } from '../../src/administer/life/renew.ts';
import { revokeMandate, suspendMandate } from '../../src/administer/life/stop.ts';
import { transferMandate } from '../../src/administer/life/transfer.ts';
import { answerReconfirmation } from '../../src/administer/reconfirmations/answer.ts';
import { listReconfirmations } from '../../src/administer/reconfirmations/list.ts';
import { type AdminWorld, NOON, startAdminWorld } from '../support/admin.ts';
import { type LifeWorld, makeLifeWorld } from '../support/admin-life.ts';
import { eventually } from '../support/eventually.ts';
import { doAs, grantAs, INCOME_TAX, MANAGING, named, PERMIT, refusalOf, terms, VAT } from '../support/grants.ts';
import { insertRow } from '../support/register-rows.ts';

let world: AdminWorld;
let life: LifeWorld;
beforeAll(async () => {
  world = await startAdminWorld();
  life = await makeLifeWorld(world);
});
beforeEach(() => {
  world.clock.now = NOON;
});
afterAll(() => world.close());

const toOrganisation = { kind: 'business', delegate_kind: 'organisation', reach: null };

describe('passing on', () => {
  const everything = { ...toOrganisation, services: [], all_services: true, substitution: true };
  const makeManager = (parentId: string, by: Session, change = {}) =>
    doAs(world, by, (acting) =>
      passOn(acting, {
        parentId,
        delegates: [named(world, 'petra')],
        kind: 'employee',
        services: [MANAGING],
        ...change,
      }),
    );

  it('makes no managers of who is to act for another', async () => {
    const parentId = await life.mandate({ ...everything, delegate: world.party('balans') });
    expect(await refusalOf(makeManager(parentId, world.as('olaf')))).toEqual(['act_refused', 'may_not_appoint']);
    const all = { services: undefined, all_services: true };
    expect(await refusalOf(makeManager(parentId, world.as('olaf'), all))).toEqual(['act_refused', 'may_not_appoint']);
    await expect(makeManager(parentId, world.as('olaf'), { services: [VAT] })).resolves.toBeDefined();
  });

  it('lets a manager who may do so appoint another', async () => {
    const parentId = await life.mandate({ delegate: world.party('bea'), services: [MANAGING], substitution: true });
    await expect(makeManager(parentId, world.as('bea'))).resolves.toBeDefined();
  });
});

describe('who logged in for one party', () => {
  const sells = (by: Session) => grantAs(world, by, ['sportclub', 'bakkerij'], terms(VAT));

  beforeAll(async () => {
    await life.mandate({ represented: world.party('sportclub'), delegate: world.party('karin'), services: [MANAGING] });
  });

  it('does not manage another, although the mandate is to that one party', async () => {
    expect(await refusalOf(sells(world.as('karin', { party: 'bakkerij' })))).toEqual([
      'act_refused',
      'not_for_this_capacity',
    ]);
    await expect(sells(world.as('karin', { party: 'sportclub' }))).resolves.toBeDefined();
    await expect(sells(world.as('karin'))).resolves.toBeDefined();
  });

  it('passes on what that party holds', async () => {
    const held = { ...toOrganisation, delegate: world.party('balans'), services: [VAT], substitution: true };
    const parentId = await life.mandate(held);
    const pass = (party: string) =>
      doAs(world, world.as('olaf', { party }), (acting) =>
        passOn(acting, { parentId, delegates: [named(world, 'schuldhulp')] }),
      );
    expect(await refusalOf(pass('bakkerij'))).toEqual(['not_found']);
    await expect(pass('balans')).resolves.toBeDefined();
  });
});

describe('what becomes of the caller while he waits', () => {
  const grant = (acting: Acting) =>
    grantMandates(acting, {
      represented: { partyId: world.party('sportclub') },
      delegates: [named(world, 'stan')],
      ...terms(VAT, { kind: 'employee' }),
    });

  it.each<[string, () => Promise<void>]>([
    [
      'his means is switched off',
      async () => {
        await world.act((client) =>
          client.query('update aliases set means_active = false where party_id = $1 and scheme = $2', [
            world.party('tekenaar'),
            'pseudonym',
          ]),
        );
      },
    ],
    [
      'he comes under curatele',
      () =>
        world.act(async (client) => {
          await insertRow(client, 'party_states', {
            party_id: world.party('tekenaar'),
            party_kind: 'person',
            state: 'curatele',
            since: '2026-05-01T00:00:00Z',
            cause: 'C/10/2026/1',
            source: 'test',
          });
        }),
    ],
    [
      'his own mandate comes to its end',
      async () => {
        world.clock.now = Date.UTC(2027, 0, 1);
      },
    ],
  ])('counts: %s', async (_, happen) => {
    const until = '2026-12-31T00:00:00Z';
    const managing = { represented: world.party('sportclub'), services: [MANAGING], valid_until: until };
    await life.mandate({ ...managing, delegate: world.party('tekenaar') });
    let granting: Promise<unknown> | undefined;
    await world.act(async (client) => {
      await client.query('select from parties where party_id = $1 for update', [world.party('sportclub')]);
      granting = world.administer.write(world.as('tekenaar'), {}, grant).catch((error: unknown) => error);
      await waiting();
      await happen();
    });
    expect(await granting).toMatchObject({ code: 'act_refused' });
    await world.act(async (client) => {
      await client.query('update aliases set means_active = true where party_id = $1 and scheme = $2', [
        world.party('tekenaar'),
        'pseudonym',
      ]);
      await client.query('delete from party_states where party_id = $1', [world.party('tekenaar')]);
    });
  });

  const waiting = () =>
    eventually('somebody waits for a lock', async () => {
      const { rowCount } = await world.pool.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      return rowCount !== 0;
    });
});

describe('a code', () => {
  it('that was replaced leads nowhere, although it was looked at before', async () => {
    const mother = world.as('moeder', { loa: 'eh2plus' });
    const citizen = terms(INCOME_TAX, { kind: 'voluntary', loa: 'eh2plus' });
    const offered: Offered = await doAs(world, mother, (acting) =>
      offerMandate(acting, { represented: { partyId: world.party('moeder') }, ...citizen }),
    );
    // Between the look at the code and the activation, the mother asks for another.
    const { administer } = world;
    const between: typeof administer = {
      ...administer,
      async write(session, options, act) {
        await doAs(world, mother, (acting) => reissueCode(acting, { mandateId: offered.mandate_id }));
        return administer.write(session, options, act);
      },
    };
    const said = { code: offered.code, birth_date: world.birthDate('moeder'), bsn: world.bsn('moeder') };
    const activating = activateOffer(between, world.as('dochter', { loa: 'eh2plus' }), {}, said);
    expect(await refusalOf(activating)).toEqual(['act_refused', 'code_not_verified']);
  });
});

describe('a list', () => {
  it('shows a manager with limits no offers beyond them', async () => {
    const offer = (change: object) =>
      doAs(world, world.as('karin'), (acting) =>
        offerMandate(acting, {
          represented: { partyId: world.party('bakkerij') },
          ...terms(PERMIT, { kind: 'employee', ...change }),
        }),
      );
    const branches = ['000090000042'];
    await life.mandate({ delegate: world.party('tekenaar'), services: [MANAGING], all_branches: false, branches });
    const [within, beyond] = [await offer({ branches }), await offer({})];
    const list = async (by: string) => {
      const offers = await world.administer.read(world.as(by), (acting) => openOffers(acting, world.party('bakkerij')));
      return offers.map(({ mandate_id }) => mandate_id);
    };
    expect(await list('karin')).toEqual(expect.arrayContaining([within.mandate_id, beyond.mandate_id]));
    expect(await list('tekenaar')).toEqual([within.mandate_id]);
    const asked = { party: world.party('bakkerij'), open: true, limit: 10 };
    const questions = world.administer.read(world.as('tekenaar'), (acting) => listReconfirmations(acting, asked));
    expect(await refusalOf(questions)).toEqual(['act_refused', 'beyond_own_branches']);
  });

  it('shows a service owner nobody’s people', async () => {
    const owner = world.system('service_owner', '00000003800000020000');
    const asked = { employer: { partyId: world.party('bakkerij') }, limit: 10 };
    const people = world.administer.read(owner, (acting) => searchEmployees(acting, asked));
    expect(await refusalOf(people)).toEqual(['not_found']);
  });
});

describe('a renewal that has not begun', () => {
  const reason = 'uit dienst';
  const renewal = async (starts: 'at_end' | 'now' = 'at_end') => {
    const mandateId = await life.mandate({ delegate: world.party('tekenaar'), valid_until: '2027-01-01T00:00:00Z' });
    const wish = { mandateId, starts, validUntil: '2029-01-01T00:00:00Z', evidence: [] };
    const { value } = await life.write((acting) => renewMandate(acting, wish));
    return { mandateId, renewed: life.idOf(value.mandate) };
  };
  const statusOf = async (id: string) => (await world.mandate(id)).status;

  it('ends with what it renews', async () => {
    const { mandateId, renewed } = await renewal();
    const { value } = await life.write((acting) => revokeMandate(acting, { mandateId, reason }));
    expect(value.onward).toMatchObject([{ mandate_id: renewed, status: 'revoked' }]);
    expect(await statusOf(renewed)).toBe('revoked');
  });

  it('ends when that goes to another', async () => {
    const { mandateId, renewed } = await renewal();
    await life.write((acting) => transferMandate(acting, { mandateId, reason, to: named(world, 'petra') }));
    expect(await statusOf(renewed)).toBe('revoked');
  });

  it('rests when that is suspended, by the same authority', async () => {
    const { mandateId, renewed } = await renewal();
    const session = world.system('court');
    const verifiedBy = ['telefoon'];
    const { value } = await world.administer.write(session, {}, (acting) =>
      suspendMandate(acting, { mandateId, reason, verifiedBy }),
    );
    expect(value.suspended).toMatchObject([{ mandate_id: renewed }]);
    const lift = (acting: Acting) => reactivateMandate(acting, { mandateId: renewed });
    expect((await refusalOf(life.write(lift)))[0]).toBe('act_refused');
  });

  it('stands by itself once it has begun', async () => {
    const { mandateId, renewed } = await renewal('now');
    await life.write((acting) => revokeMandate(acting, { mandateId, reason }));
    expect(await statusOf(renewed)).toBe('active');
  });
});

describe('a question about a manager who manages nothing', () => {
  it('is answered by a legal representative, not by himself or another manager', async () => {
    const mandateId = await life.mandate({
      represented: world.party('doorstart'),
      delegate: world.party('petra'),
      services: [MANAGING],
      substitution: true,
    });
    const reconfirmationId = randomUUID();
    await world.act((client) =>
      insertRow(client, 'reconfirmations', {
        reconfirmation_id: reconfirmationId,
        represented: world.party('doorstart'),
        delegate: world.party('petra'),
        mandates: [mandateId],
        asked_of: 'legal_representative',
        asked_at: '2026-05-01T00:00:00Z',
        due_at: '2026-06-15T00:00:00Z',
      }),
    );
    const answer = (by: string) =>
      doAs(world, world.as(by), (acting) => answerReconfirmation(acting, { reconfirmationId, answer: 'confirmed' }));
    expect(await refusalOf(answer('petra'))).toEqual(['act_refused', 'may_not_appoint']);
    await expect(answer('nieuwe-eigenaar')).resolves.toEqual({ revoked: [] });
  });
});
