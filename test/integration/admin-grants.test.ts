import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { grantMandates } from '../../src/administer/grants/grant.ts';
import { type AdminWorld, NOON, startAdminWorld } from '../support/admin.ts';
import { eventually } from '../support/eventually.ts';
import {
  CARE,
  doAs,
  ENERGY_LABEL,
  grantAs,
  INCOME_TAX,
  LIVESTOCK_REPORT,
  MANAGING,
  named,
  PERMIT,
  refusalOf,
  terms,
  VAT,
} from '../support/grants.ts';

const PERMIT_ID = 'urn:etoegang:DV:00000003800000040000:services:2';
const LIVESTOCK_SET = '5e700000-0000-4000-8000-000000000001';
const RVO = '00000003800000020000';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
beforeEach(() => {
  world.clock.now = NOON;
});
afterAll(() => world.close());

const citizen = { kind: 'voluntary', loa: 'eh2plus' } as const;
const employee = { kind: 'employee', loa: 'eh3' } as const;
const lowLogin = () => world.as('moeder', { loa: 'eh2plus' });

describe('granting', () => {
  it('lets an owner mandate several firms at once, in force from now on', async () => {
    const { mandates, meaning } = await grantAs(
      world,
      world.as('willem'),
      ['boerderij', 'veevervoer', 'bouwadvies'],
      terms(LIVESTOCK_REPORT),
    );
    expect(mandates.map(({ status, delegate }) => [status, delegate.party_id])).toEqual([
      ['active', world.party('veevervoer')],
      ['active', world.party('bouwadvies')],
    ]);
    expect(mandates[0]).toMatchObject({
      name: 'Veevervoer Hendriks handelt voor Melkveehouderij De Lage Weide: Melding veetransport',
      valid_from: '2026-06-01T12:00:00.000Z',
      granted_by: { party_id: world.party('willem') },
      source: 'admin',
    });
    expect(mandates[0]?.revision).toMatch(/^1\.\d+$/);
    expect(meaning.map(({ consequence }) => consequence)).toEqual([expect.stringContaining('aansprakelijk')]);
  });

  it('lets a citizen mandate a relative, at the level of her login', async () => {
    const { mandates } = await grantAs(world, lowLogin(), ['moeder', 'dochter'], terms(INCOME_TAX, citizen));
    expect(mandates).toMatchObject([{ kind: 'voluntary', status: 'active' }]);
  });

  it('names a person by number only together with the date of birth', async () => {
    const bsn = world.bsn('dochter');
    const grant = (birth_date?: string) =>
      doAs(world, lowLogin(), (acting) =>
        grantMandates(acting, {
          represented: { partyId: world.party('moeder') },
          delegates: [{ party: { identifier: bsn }, birth_date }],
          ...terms(ENERGY_LABEL, { ...citizen, loa: 'eh2' }),
        }),
      );
    expect(await refusalOf(grant())).toEqual(['invalid_request', '/delegates/0/party']);
    expect(await refusalOf(grant('1977-07-08'))).toEqual(['invalid_request', '/delegates/0/party']);
    expect((await grant(world.birthDate('dochter'))).mandates).toHaveLength(1);
  });

  it('shows what would be granted without granting it', async () => {
    const wish = { ...terms(LIVESTOCK_REPORT), dry_run: true };
    const before = await count();
    const { mandates, meaning } = await grantAs(world, world.as('willem'), ['boerderij', 'balans'], wish);
    expect(mandates).toMatchObject([{ status: 'active', delegate: { name: 'Balans Accountants' } }]);
    expect(meaning).toHaveLength(1);
    expect(await count()).toBe(before);
  });

  it('refuses all when it must refuse one', async () => {
    const before = await count();
    const own = grantAs(world, world.as('willem'), ['boerderij', 'balans', 'boerderij'], terms(LIVESTOCK_REPORT));
    await expect(own).rejects.toThrow(/two_different_ends/);
    expect(await count()).toBe(before);
  });

  it('refuses a stranger, who learns nothing of whom he names', async () => {
    const stranger = world.as('petra');
    const unknown = { partyId: '99999999-9999-4999-8999-999999999999' };
    const wish = { ...terms(LIVESTOCK_REPORT), delegates: [named(world, 'balans')] };
    const of = (represented: { partyId: string }) =>
      refusalOf(doAs(world, stranger, (acting) => grantMandates(acting, { ...wish, represented })));
    expect(await of({ partyId: world.party('boerderij') })).toEqual(['act_refused', 'not_representative']);
    expect(await of(unknown)).toEqual(['act_refused', 'not_representative']);
    const nobody = doAs(world, stranger, (acting) =>
      grantMandates(acting, {
        ...wish,
        represented: { partyId: world.party('boerderij') },
        delegates: [{ party: unknown }],
      }),
    );
    expect(await refusalOf(nobody)).toEqual(['act_refused', 'not_representative']);
  });

  it('refuses what is above the login, and above the manager', async () => {
    const weak = grantAs(world, world.as('willem', { loa: 'eh2' }), ['boerderij', 'balans'], terms(LIVESTOCK_REPORT));
    expect(await refusalOf(weak)).toContain('loa_insufficient');
    const high = grantAs(
      world,
      world.as('karin', { loa: 'eh4' }),
      ['bakkerij', 'stan'],
      terms(PERMIT, { ...employee, loa: 'eh4' }),
    );
    expect(await refusalOf(high)).toContain('above_own_level');
  });

  it('does not let a manager make managers by an ordinary grant', async () => {
    const appointed = grantAs(world, world.as('karin'), ['bakkerij', 'stan'], terms(MANAGING, employee));
    expect(await refusalOf(appointed)).toContain('may_not_appoint');
  });

  it('does not grant on an authority that is ending at that moment', async () => {
    const appointed = await grantAs(
      world,
      world.as('kees'),
      ['schilder', 'stan'],
      terms(MANAGING, { kind: 'employee', loa: 'eh3' }),
    );
    const revoking = await world.pool.connect();
    try {
      await revoking.query('begin');
      await revoking.query(`select set_config('machtig.acted_by', '{"who": "test", "channel": "test"}', true)`);
      await revoking.query(`update mandates set status = 'revoked' where mandate_id = $1`, [
        appointed.mandates[0]?.mandate_id,
      ]);
      const granting = refusalOf(grantAs(world, world.as('stan'), ['schilder', 'balans'], terms(VAT)));
      await waitingForLock();
      await revoking.query('commit');
      expect((await granting)[0]).toBe('act_refused');
    } finally {
      revoking.release();
    }
  });

  it('limits a mandate to a branch, an operation and one case', async () => {
    const { mandates } = await grantAs(
      world,
      world.as('karin'),
      ['bakkerij', 'stan'],
      terms(PERMIT, {
        ...employee,
        operations: ['view'],
        branches: ['000090000042'],
        cases: [`${PERMIT_ID}#OLO-2026-7`],
      }),
    );
    expect(mandates).toMatchObject([
      { operations: ['view'], branches: ['000090000042'], cases: [`${PERMIT_ID}#OLO-2026-7`], reach: 'own' },
    ]);
  });

  it('confirms the newest version of a set unless another was shown', async () => {
    const newest = { ...terms(VAT), services: undefined, sets: [{ set_id: LIVESTOCK_SET }] };
    const shown = { ...newest, sets: [{ set_id: LIVESTOCK_SET, version: 1 }] };
    const by = (wish: typeof newest) => grantAs(world, world.as('willem'), ['boerderij', 'bouwadvies'], wish);
    expect((await by(newest)).mandates).toMatchObject([{ sets: [{ version: 2 }] }]);
    const { mandates, meaning } = await by(shown);
    expect(mandates).toMatchObject([{ sets: [{ version: 1 }] }]);
    expect(meaning.map(({ name }) => name)).toEqual(['Melding veetransport', 'Mestboekhouding']);
  });

  it('takes holders who act together, persons by number with their date of birth only', async () => {
    const joint = (birth_date?: string) =>
      grantAs(
        world,
        world.as('karin'),
        ['bakkerij', 'stan'],
        terms(PERMIT, {
          ...employee,
          joint: { required: 2, with: [{ party: { identifier: world.bsn('petra') }, birth_date }] },
        }),
      );
    expect(await refusalOf(joint())).toEqual(['invalid_request', '/joint/with/0/party']);
    const { mandates } = await joint(world.birthDate('petra'));
    expect(mandates).toMatchObject([{ joint: { required: 2, with: [{ party_id: world.party('petra') }] } }]);
  });

  it('names all that is wrong at once', async () => {
    const wrong = doAs(world, world.as('karin'), (acting) =>
      grantMandates(acting, {
        represented: { partyId: world.party('bakkerij') },
        delegates: [
          { party: { partyId: '99999999-9999-4999-8999-999999999999' } },
          { ...named(world, 'bouwadvies'), branch: '000090000041' },
          named(world, 'bouwadvies'),
        ],
        ...terms('5e000000-0000-4000-8000-0000000000ff', {
          sets: [{ set_id: LIVESTOCK_SET, version: 9 }, { set_id: '5e700000-0000-4000-8000-0000000000ff' }],
          owner: '00000000000000000000',
          branches: ['000090000011'],
          cases: ['unknown#1'],
          valid_from: '2026-05-01T00:00:00Z',
          valid_until: '2026-04-01T00:00:00Z',
        }),
      }),
    );
    expect((await refusalOf(wrong)).sort()).toEqual([
      '/branches/0',
      '/cases/0',
      '/delegates/0/party',
      '/delegates/1/branch',
      '/delegates/2/party',
      '/owner',
      '/services/0',
      '/sets/0/version',
      '/sets/1/set_id',
      '/valid_from',
      '/valid_until',
      'invalid_request',
    ]);
  });
});

describe('how long a mandate lasts', () => {
  const until = (valid_until: string | undefined, valid_from?: string) =>
    grantAs(world, world.as('willem'), ['boerderij', 'bouwadvies'], {
      ...terms(LIVESTOCK_REPORT),
      valid_from,
      valid_until,
    });

  it.each([
    ['over a leap day', '2027-12-01T00:00:00+01:00', '2032-12-01T00:00:00+01:00'],
    ['from a leap day', '2028-02-29T00:00:00+01:00', '2033-02-28T00:00:00+01:00'],
    ['from winter time into summer time', '2027-03-28T01:30:00+01:00', '2032-03-28T01:30:00+01:00'],
    ['into a day on which summer time ends', '2026-10-26T00:00:00+01:00', '2031-10-26T00:00:00+02:00'],
  ])('is five calendar years in Amsterdam at most, %s', async (_when, from, end) => {
    expect((await until(end, from)).mandates).toHaveLength(1);
    const beyond = new Date(new Date(end).getTime() + 1).toISOString();
    expect(await refusalOf(until(beyond, from))).toEqual(['invalid_request', '/valid_until']);
  });

  it('needs an end, in the future', async () => {
    expect(await refusalOf(until(undefined))).toEqual(['invalid_request', '/valid_until']);
    expect(await refusalOf(until(new Date(NOON).toISOString()))).toEqual(['invalid_request', '/valid_until']);
  });

  it('begins at the earliest now, but for a clock that differs a little', async () => {
    const ago = (minutes: number) => new Date(NOON - minutes * 60_000).toISOString();
    expect((await until('2027-01-01T00:00:00Z', ago(5))).mandates).toHaveLength(1);
    expect(await refusalOf(until('2027-01-01T00:00:00Z', ago(6)))).toEqual(['invalid_request', '/valid_from']);
  });
});

describe('granting for somebody else', () => {
  it('marks what a curator grants, so that the bankruptcy does not stop it', async () => {
    const { mandates } = await grantAs(world, world.as('curator'), ['failliet', 'balans'], terms(LIVESTOCK_REPORT));
    expect(mandates).toMatchObject([{ status: 'active', granted_under: 'bankruptcy_curator' }]);
  });

  it('lets a service owner appoint somebody for its own services only', async () => {
    const owner = world.system('service_owner', RVO);
    const appoint = (service: string) =>
      grantAs(world, owner, ['failliet', 'doorstart'], terms(service, { kind: 'appointed' }));
    expect((await appoint(LIVESTOCK_REPORT)).mandates).toMatchObject([
      { kind: 'appointed', granted_by: { party_id: world.party('rvo') } },
    ]);
    expect(await refusalOf(appoint(VAT))).toContain('not_own_service');
  });

  it('lets a court register curatele from a day that has been, without an end', async () => {
    const court = world.system('court', '00000003800000080000');
    const { mandates } = await grantAs(world, court, ['betrokkene', 'dochter'], {
      kind: 'statutory',
      ground: 'curatele',
      all_services: true,
      operations: 'all',
      branches: 'all',
      cases: 'all',
      loa: 'eh4',
      valid_from: '2026-05-01T00:00:00Z',
      evidence: [{ kind: 'beschikking', reference: 'C/10/2026/1' }],
      verified_by: ['telephone'],
    });
    expect(mandates).toMatchObject([{ ground: 'curatele', valid_from: '2026-05-01T00:00:00.000Z' }]);
    expect(mandates[0]?.valid_until).toBeUndefined();
  });

  it('leaves what the law gives to those who say so', async () => {
    const own = grantAs(world, lowLogin(), ['moeder', 'dochter'], {
      ...terms(CARE, { kind: 'statutory', ground: 'curatele', loa: 'eh2plus' }),
    });
    expect(await refusalOf(own)).toContain('kind_not_for_this_capacity');
  });

  it('lets only the represented himself have a mandate outlive him', async () => {
    const { mandates } = await grantAs(
      world,
      lowLogin(),
      ['moeder', 'dochter'],
      terms(INCOME_TAX, { ...citizen, survivor: true }),
    );
    expect(mandates).toMatchObject([{ survivor: true }]);
  });
});

/** Until some session of this database waits for a lock. */
async function waitingForLock(): Promise<void> {
  await eventually('somebody waits', async () => {
    const { rowCount } = await world.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount !== 0;
  });
}

async function count(): Promise<number> {
  const { rows } = await world.pool.query<{ n: number }>('select count(*)::integer as n from mandates');
  return rows[0]?.n ?? 0;
}
