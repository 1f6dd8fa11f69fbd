import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Acting } from '../../src/administer/acting.ts';
import { type MeansWish, registerMeans } from '../../src/administer/means/register-means.ts';
import { type MeansSearch, searchMeans } from '../../src/administer/means/search-means.ts';
import { activateMeans, deactivateMeans } from '../../src/administer/means/switch-means.ts';
import { type AdminWorld, ALLOW, deny, startAdminWorld } from '../support/admin.ts';
import { identifier } from '../support/decide-world.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
beforeEach(() => {
  world.policy.answer();
  world.policy.asked.length = 0;
});
afterAll(() => world.close());

const registrar = () => world.system('registrar');
const write = async <T>(act: (acting: Acting) => Promise<T>, session = registrar()): Promise<T> =>
  (await world.administer.write(session, {}, act)).value;
const register = (wish: MeansWish, session = registrar()) => write((acting) => registerMeans(acting, wish), session);
const search = (wish: Partial<MeansSearch>, session = registrar()) =>
  world.administer.read(session, (acting) => searchMeans(acting, { limit: 50, ...wish }));

const PSEUDONYM = 'urn:etoegang:pseudonym:petra-2@vooruit';
const EVIDENCE = [{ kind: 'means', reference: 'login bij twee middelen' }];
const meansOf = (urn: string) => world.keys.alias(identifier(urn));
const wish = (key: string, urn: string, owner?: string): MeansWish => ({
  identifier: identifier(urn),
  person: { partyId: world.party(key) },
  ...(owner && { owner: { partyId: world.party(owner) } }),
  evidence: EVIDENCE,
});

describe('a means', () => {
  it('of another login scheme leads to the same person, and shows no pseudonym', async () => {
    const made = await register(wish('petra', PSEUDONYM));
    expect(made).toMatchObject({
      means_id: meansOf(PSEUDONYM),
      active: true,
      person: { party_id: world.party('petra') },
      evidence: EVIDENCE,
    });
    expect(JSON.stringify(made)).not.toContain('petra-2');
    const { value } = await world.administer.write(
      { person: { identifier: identifier(PSEUDONYM), loa: 'eh3' }, requestId: 'test' },
      {},
      async (acting) => {
        await acting.authorise({ name: 'party.view', party: world.party('petra') });
        return acting.actor;
      },
    );
    expect(value).toBe(world.party('petra'));
  });

  it('of one person never becomes that of another', async () => {
    const taken = wish('henk', 'urn:etoegang:pseudonym:willem@weide');
    await expect(register(taken)).rejects.toMatchObject({ code: 'conflict', faults: [{ at: '/identifier' }] });
  });

  it.each([
    ['an organisation that has it', () => wish('balans', 'urn:etoegang:pseudonym:a'), '/person'],
    ['a BSN for a pseudonym', () => wish('henk', 'urn:nl:bsn:999993707'), '/identifier'],
    ['a person who issued it', () => wish('henk', 'urn:etoegang:pseudonym:a', 'willem'), '/owner'],
  ])('is refused with %s', async (_what, make, at) => {
    await expect(register(make())).rejects.toMatchObject({ code: 'invalid_request', faults: [{ at }] });
  });

  it('does not tell a person whom it refuses whether a number is known', async () => {
    world.policy.answer(deny('not_representative'));
    const refusals = await Promise.all(
      ['urn:nl:bsn:999990019', 'urn:nl:bsn:999990299'].map((urn) =>
        register(
          { ...wish('henk', 'urn:etoegang:pseudonym:b'), person: { identifier: identifier(urn) } },
          world.as('olaf'),
        ).catch((error) => ({ code: error.code, reasons: error.reasons })),
      ),
    );
    expect(refusals[0]).toEqual({ code: 'act_refused', reasons: ['not_representative'] });
    expect(refusals[1]).toEqual(refusals[0]);
  });
});

describe('deactivating a means', () => {
  const BEA = 'urn:etoegang:pseudonym:bea@balans';

  it('takes it out of every decision, until it is activated again', async () => {
    const off = await write((acting) => deactivateMeans(acting, meansOf(BEA)), world.as('olaf'));
    expect(off).toMatchObject({ active: false, owner: { party_id: world.party('balans') } });
    const { rows } = await world.pool.query('select facts from alias_facts where alias = $1', [meansOf(BEA)]);
    expect(rows).toEqual([{ facts: { party_id: world.party('bea'), means: { active: false } } }]);
    expect((await write((acting) => deactivateMeans(acting, meansOf(BEA)), world.as('olaf'))).revision).toBe(
      off.revision,
    );
    expect(await write((acting) => activateMeans(acting, meansOf(BEA)), world.as('olaf'))).toMatchObject({
      active: true,
    });
  });

  it('is asked about the employer by his manager, and about himself by the holder', async () => {
    await write((acting) => deactivateMeans(acting, meansOf(BEA)), world.as('olaf'));
    await write((acting) => activateMeans(acting, meansOf(BEA)));
    await write((acting) => deactivateMeans(acting, meansOf(BEA)), world.as('bea', { bsn: true }));
    const [balans, bea] = [world.party('balans'), world.party('bea')];
    expect(
      world.policy.asked.map(({ act, represented }) => [act.name, act.means_owner, represented?.party.party_id]),
    ).toEqual([
      ['means.deactivate', balans, balans],
      ['means.activate', balans, balans],
      ['means.deactivate', balans, bea],
    ]);
  });

  it('changes nothing when the rules refuse, and finds no means that is none', async () => {
    const id = meansOf('urn:etoegang:pseudonym:stan@korenbloem');
    world.policy.answer(deny('not_representative'));
    await expect(write((acting) => deactivateMeans(acting, id), world.as('olaf'))).rejects.toMatchObject({
      code: 'act_refused',
    });
    world.policy.answer();
    expect((await search({ person: { partyId: world.party('stan') } })).items).toMatchObject([{ active: true }]);
    for (const none of ['0'.repeat(32), meansOf('urn:nl:bsn:999990299')]) {
      await expect(write((acting) => deactivateMeans(acting, none))).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});

describe('looking for means', () => {
  it('shows a person his own', async () => {
    const own = await search({}, world.as('willem'));
    expect(own.items).toMatchObject([{ means_id: meansOf('urn:etoegang:pseudonym:willem@weide') }]);
    expect(world.policy.asked).toMatchObject([
      { act: { name: 'means.view' }, represented: { party: { party_id: world.party('willem') } } },
    ]);
  });

  it('shows an employer what he issued, and of a person no more than that', async () => {
    const owner = { partyId: world.party('balans') };
    const active = await search({ owner, active: true }, world.as('olaf'));
    expect(active.items.map(({ owner: by }) => by)).toEqual(
      active.items.map(() => ({ ...EMPLOYER, party_id: owner.partyId })),
    );
    expect((await search({ owner, person: { partyId: world.party('willem') } }, world.as('olaf'))).items).toEqual([]);
    const unknown = { identifier: identifier('urn:nl:bsn:999990019') };
    expect((await search({ owner, person: unknown }, world.as('olaf'))).items).toEqual([]);
  });

  it('goes page by page', async () => {
    const owner = { partyId: world.party('balans') };
    const all = (await search({ owner })).items.map(({ means_id }) => means_id);
    const first = await search({ owner, limit: 1 });
    const next = await search({ owner, limit: 50, ...(first.next !== undefined && { after: first.next }) });
    expect([...first.items, ...next.items].map(({ means_id }) => means_id)).toEqual(all);
    expect(all.length).toBe(3);
  });

  it('is refused for another', async () => {
    world.policy.answer((input) => (input.act.means_owner ? ALLOW : deny('not_representative')));
    await expect(search({ person: { partyId: world.party('willem') } }, world.as('olaf'))).rejects.toMatchObject({
      code: 'act_refused',
    });
    await expect(search({})).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

const EMPLOYER = {
  kind: 'organisation',
  name: 'Balans Accountants',
  identifiers: ['urn:nl:kvk:90000003', 'urn:nl:rsin:801234591'],
};
