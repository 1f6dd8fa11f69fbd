import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/administer/acting.ts';
import { activateOffer, showOffer } from '../../src/administer/grants/activate.ts';
import { type Offered, type OfferWish, offerMandate } from '../../src/administer/grants/offer.ts';
import { openOffers, reissueCode, withdrawOffer } from '../../src/administer/grants/offer-life.ts';
import { type AdminWorld, NOON, startAdminWorld } from '../support/admin.ts';
import {
  CARE,
  doAs,
  ENERGY_LABEL,
  INCOME_TAX,
  LIVESTOCK_REPORT,
  MANAGING,
  named,
  refusalOf,
  terms,
  type View,
} from '../support/grants.ts';

const DAY = 86_400_000;
const REFUSED = ['act_refused', 'code_not_verified'];

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
beforeEach(async () => {
  world.clock.now = NOON;
  await world.pool.query('delete from code_tries');
});
afterAll(() => world.close());

const mother = () => world.as('moeder', { loa: 'eh2plus' });
const daughter = () => world.as('dochter', { loa: 'eh2plus' });
const citizen = terms(INCOME_TAX, { kind: 'voluntary', loa: 'eh2plus' });

const offer = (change: Partial<OfferWish> = {}, by = mother()): Promise<Offered> =>
  doAs(world, by, (acting) =>
    offerMandate(acting, { represented: { partyId: world.party('moeder') }, ...citizen, ...change }),
  );

interface Said {
  code: string;
  birth_date?: string;
  of?: string;
}

const activate = (
  { code, of = 'moeder', birth_date = world.birthDate(of) }: Said,
  by: Session = daughter(),
  key?: string,
) =>
  activateOffer(world.administer, by, key ? { idempotency: { key, digest: 'ab' } } : {}, {
    code,
    birth_date,
    bsn: world.bsn(of),
  }).then(({ value }) => value.mandate as View); // As SQL's `mandate_view` makes it.

/** The code with another symbol in the secret, and a check symbol that fits: what a guesser would try. */
async function guess({ code }: Offered): Promise<string> {
  const { readCode, writeCode } = await import('../../src/administer/grants/activation-code.ts');
  const read = readCode(code);
  if (read === undefined) throw new Error('the code was not made by us');
  for (const symbol of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') {
    const other = { ...read, secret: symbol + read.secret.slice(1) };
    const typed = writeCode(other);
    if (other.secret !== read.secret && readCode(typed) !== undefined) return typed;
  }
  throw new Error('there is always another');
}

describe('offering', () => {
  it('shows a code once and keeps it nowhere', async () => {
    const { code, mandate_id, expires_at } = await offer();
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(expires_at).toBe('2026-06-15T12:00:00.000Z');
    const { rows } = await world.pool.query<{ kept: string }>(
      `select row_to_json(o)::text || coalesce((select string_agg(c.after::text, '') from changes c
         where c.entity_id = $1), '') as kept from offers o where mandate_id::text = $1`,
      [mandate_id],
    );
    const bare = code.replaceAll('-', '');
    expect(rows[0]?.kept).not.toContain(code);
    expect(rows[0]?.kept).not.toContain(bare.slice(5, 11));
  });

  it('stands in the register at once where the delegate is named', async () => {
    const offered = await offer({ delegate: named(world, 'dochter') });
    expect(offered.mandate).toMatchObject({ status: 'offered', lapses_at: '2026-06-15T12:00:00.000Z' });
  });

  it('is for the represented and who manages for him, at the level of the mandate', async () => {
    expect(await refusalOf(offer({}, daughter()))).toEqual(['act_refused', 'not_representative']);
    expect(await refusalOf(offer({}, world.as('moeder', { loa: 'eh2' })))).toContain('loa_insufficient');
  });

  it('lasts thirty days at most', async () => {
    const at = (ms: number) => offer({ expires_at: new Date(NOON + ms).toISOString() });
    expect((await at(30 * DAY)).expires_at).toBe('2026-07-01T12:00:00.000Z');
    expect(await refusalOf(at(30 * DAY + 1))).toEqual(['invalid_request', '/expires_at']);
    expect(await refusalOf(at(0))).toEqual(['invalid_request', '/expires_at']);
  });

  it('says which wait, and never the code', async () => {
    const { mandate_id } = await offer({ kind: 'voluntary', services: [CARE] });
    const items = await doAs(world, mother(), (acting) => openOffers(acting, world.party('moeder')));
    expect(items.find((one) => one.mandate_id === mandate_id)).toMatchObject({
      name: 'Wie de code krijgt handelt voor Marijke de Jong: Wmo-voorziening aanvragen',
      exhausted: false,
      delegate_named: false,
    });
    const others = doAs(world, daughter(), (acting) => openOffers(acting, world.party('moeder')));
    expect((await refusalOf(others))[0]).toBe('act_refused');
  });
});

describe('activating', () => {
  it('makes the mandate his who has the code and knows the grantor', async () => {
    const { code, mandate_id } = await offer();
    const view = await activate({ code });
    expect(view).toMatchObject({
      mandate_id,
      status: 'active',
      delegate: { party_id: world.party('dochter') },
      granted_by: { party_id: world.party('moeder') },
    });
    expect(view.lapses_at).toBeUndefined();
  });

  it('shows first what would be accepted, to whoever could accept it, and accepts nothing', async () => {
    const { code, mandate_id } = await offer();
    const show = (typed: string) =>
      showOffer(world.administer, daughter(), {
        code: typed,
        birth_date: world.birthDate('moeder'),
        bsn: world.bsn('moeder'),
      });
    expect(await show(code)).toMatchObject({
      mandate: { mandate_id, delegate: { party_id: world.party('dochter') } },
      meaning: [{ name: 'Aangifte inkomstenbelasting' }],
    });
    await expect(world.mandate(mandate_id)).rejects.toThrow();
    expect(await refusalOf(show(await guess({ code, mandate_id } as Offered)))).toEqual(REFUSED);
    for (let i = 0; i < 2; i++) await show(code);
    expect(await activate({ code })).toMatchObject({ status: 'active' });
    expect(await refusalOf(show(code))).toEqual(REFUSED);
  });

  it('is shown five times at most, like any try', async () => {
    const { code } = await offer();
    const wish = { code, birth_date: world.birthDate('moeder'), bsn: world.bsn('moeder') };
    for (let i = 0; i < 5; i++) await showOffer(world.administer, daughter(), wish);
    expect(await refusalOf(showOffer(world.administer, daughter(), wish))).toEqual(REFUSED);
    expect(await refusalOf(activate({ code }))).toEqual(REFUSED);
  });

  it('names whoever activated it, where the name was made up', async () => {
    const [madeUp, own] = [await offer(), await offer({ name: 'Voor de belasting' })];
    expect((await activate({ code: madeUp.code })).name).toBe(
      'Sanne de Jong handelt voor Marijke de Jong: Aangifte inkomstenbelasting',
    );
    expect((await activate({ code: own.code })).name).toBe('Voor de belasting');
  });

  it('takes the code as people type it', async () => {
    const { code } = await offer({ delegate: named(world, 'dochter') });
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect(await activate({ code: typed })).toMatchObject({ status: 'active' });
  });

  it('answers alike whatever is wrong', async () => {
    const offered = await offer();
    expect(await refusalOf(activate({ code: await guess(offered) }))).toEqual(REFUSED);
    expect(await refusalOf(activate({ code: offered.code, birth_date: '1948-02-11' }))).toEqual(REFUSED);
    expect(await refusalOf(activate({ code: offered.code, of: 'betrokkene' }))).toEqual(REFUSED);
    expect(await refusalOf(activate({ code: 'nonsense' }))).toEqual(REFUSED);
    await activate(offered);
    expect(await refusalOf(activate(offered))).toEqual(REFUSED);
    const expired = await offer();
    world.clock.now = NOON + 14 * DAY;
    expect(await refusalOf(activate(expired))).toEqual(REFUSED);
    world.clock.now -= 1;
    expect(await activate(expired)).toMatchObject({ status: 'active' });
  });

  it('comes too late when the mandate itself would have ended', async () => {
    const offered = await offer({ valid_until: '2026-06-03T00:00:00Z' });
    world.clock.now = Date.parse('2026-06-03T00:00:00Z');
    expect(await refusalOf(activate(offered))).toEqual(REFUSED);
    world.clock.now -= 1;
    expect(await activate(offered)).toMatchObject({ valid_until: '2026-06-03T00:00:00.000Z' });
  });

  it('lets a code be tried five times, however many try at once', async () => {
    const offered = await offer();
    const wrong = await guess(offered);
    await Promise.allSettled(Array.from({ length: 8 }, () => activate({ code: wrong })));
    const { rows } = await world.pool.query('select tries from offers where mandate_id = $1', [offered.mandate_id]);
    expect(rows).toEqual([{ tries: 5 }]);
    expect(await refusalOf(activate(offered))).toEqual(REFUSED);
  });

  it('still takes the right code the fifth time', async () => {
    const offered = await offer();
    for (let i = 0; i < 4; i++) await refusalOf(activate({ ...offered, birth_date: '1900-01-01' }));
    expect(await activate(offered)).toMatchObject({ status: 'active' });
  });

  it('lets nobody try codes at will, over all offers together', async () => {
    for (let i = 0; i < 10; i++) await refusalOf(activate({ code: 'nonsense' }, world.as('tekenaar')));
    expect(await refusalOf(activate({ code: 'nonsense' }, world.as('tekenaar')))).toEqual(['too_many_requests']);
    expect(await refusalOf(activate({ code: 'nonsense' }, world.as('tekenaar', { bsn: true })))).toEqual([
      'too_many_requests',
    ]);
    expect(await activate(await offer())).toMatchObject({ status: 'active' });
    world.clock.now += 3_600_000;
    expect(await refusalOf(activate({ code: 'nonsense' }, world.as('tekenaar')))).toEqual(REFUSED);
  });

  it('does not count what succeeds', async () => {
    for (let i = 0; i < 12; i++) expect(await activate(await offer())).toMatchObject({ status: 'active' });
  });

  it('is won by one of two at once', async () => {
    const offered = await offer();
    const both = await Promise.allSettled([
      activate(offered),
      activate(offered, world.as('betrokkene', { loa: 'eh2plus' })),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { rows } = await world.pool.query('select count(*)::integer as n from mandates where mandate_id = $1', [
      offered.mandate_id,
    ]);
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('answers a repeat under the same key with the same', async () => {
    const offered = await offer();
    const first = await activate(offered, daughter(), 'once');
    expect(await activate(offered, daughter(), 'once')).toEqual(first);
  });

  it('is for the named delegate only', async () => {
    const offered = await offer({ delegate: named(world, 'dochter') });
    const other = activate(offered, world.as('betrokkene', { loa: 'eh2plus' }));
    expect((await refusalOf(other))[0]).toBe('act_refused');
    expect(await activate(offered)).toMatchObject({ status: 'active' });
  });

  it('asks the level of the mandate of the delegate too', async () => {
    const offered = await offer();
    expect(await refusalOf(activate(offered, world.as('dochter', { loa: 'eh2' })))).toContain('loa_insufficient');
    expect(await world.pool.query('select from mandates where mandate_id = $1', [offered.mandate_id])).toMatchObject({
      rowCount: 0,
    });
  });

  it('is for an organisation when whoever manages for it logs in for it', async () => {
    const farm = { represented: { partyId: world.party('boerderij') }, ...terms(LIVESTOCK_REPORT) };
    const offered = { ...(await offer(farm, world.as('willem'))), of: 'willem' };
    const unentitled = activate(offered, world.as('bea', { party: 'balans' }));
    expect(await refusalOf(unentitled)).toContain('act_refused');
    expect(await activate(offered, world.as('olaf', { party: 'balans' }))).toMatchObject({
      kind: 'business',
      delegate: { party_id: world.party('balans') },
    });
  });

  it('gives nobody what he offered himself', async () => {
    const offered = await offer(
      { represented: { partyId: world.party('bakkerij') }, ...terms(ENERGY_LABEL, { kind: 'employee', loa: 'eh3' }) },
      world.as('karin'),
    );
    expect(await refusalOf(activate({ ...offered, of: 'karin' }, world.as('karin')))).toEqual(REFUSED);
    expect(await activate({ ...offered, of: 'karin' }, world.as('stan'))).toMatchObject({
      kind: 'employee',
      status: 'active',
    });
  });

  it('makes no managers by the way', async () => {
    const offered = offer(
      { represented: { partyId: world.party('bakkerij') }, ...terms(MANAGING, { kind: 'employee', loa: 'eh3' }) },
      world.as('karin'),
    );
    expect(await refusalOf(offered)).toContain('may_not_appoint');
  });

  it('ends with whoever offered it', async () => {
    const offered = await offer(
      { represented: { partyId: world.party('betrokkene') } },
      world.as('betrokkene', { loa: 'eh2plus' }),
    );
    await world.act((client) =>
      client.query(
        `insert into party_states (party_id, party_kind, state, since) values ($1, 'person', 'deceased', '2026-06-01Z')`,
        [world.party('betrokkene')],
      ),
    );
    expect(await refusalOf(activate({ ...offered, of: 'betrokkene' }))).toEqual(REFUSED);
  });
});

describe('an offer that is not activated', () => {
  const withdraw = ({ mandate_id }: Offered, by = mother()) =>
    doAs(world, by, (acting) => withdrawOffer(acting, { mandateId: mandate_id, reason: 'toch niet' }));

  it.each([[false], [true]])('is taken back by the grantor (delegate named: %s)', async (isNamed) => {
    const offered = await offer(isNamed ? { delegate: named(world, 'dochter') } : {});
    expect(await refusalOf(withdraw(offered, world.as('petra')))).toEqual(['not_found']);
    await withdraw(offered);
    expect(await refusalOf(activate(offered))).toEqual(REFUSED);
    expect((await refusalOf(withdraw(offered)))[0]).toBe(isNamed ? 'act_refused' : 'conflict');
  });

  it('is either activated or taken back when both happen at once', async () => {
    const offered = await offer({ delegate: named(world, 'dochter') });
    const both = await Promise.allSettled([activate(offered), withdraw(offered)]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('gets a new code, after which the old one leads nowhere', async () => {
    const offered = await offer();
    const wrong = await guess(offered);
    for (let i = 0; i < 5; i++) await refusalOf(activate({ code: wrong }));
    world.clock.now = NOON + 20 * DAY;
    const { mandate_id } = offered;
    const again = await doAs(world, mother(), (acting) => reissueCode(acting, { mandateId: mandate_id }));
    expect(await refusalOf(activate(offered))).toEqual(REFUSED);
    expect(await activate(again)).toMatchObject({ mandate_id, status: 'active' });
  });
});

describe('an offer of several', () => {
  it('can be activated only when all have agreed', async () => {
    const { consent } = await import('../../src/administer/grants/consent.ts');
    const offered = await offer(
      {
        represented: { partyId: world.party('rederij') },
        delegate: named(world, 'stan'),
        ...terms('5e000000-0000-4000-8000-000000000021', { kind: 'employee' }),
      },
      world.as('vandam-een'),
    );
    const said = { ...offered, of: 'vandam-een' };
    expect(await refusalOf(activate(said, world.as('stan')))).toEqual(REFUSED);
    const { mandate_id } = offered;
    const agreed = await doAs(world, world.as('vandam-twee'), (acting) => consent(acting, { mandateId: mandate_id }));
    expect(agreed).toMatchObject({ status: 'offered' });
    expect(await activate(said, world.as('stan'))).toMatchObject({ status: 'active' });
  });
});
