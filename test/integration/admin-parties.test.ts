import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Acting } from '../../src/administer/acting.ts';
import { putBranch, removeBranch } from '../../src/administer/parties/branches.ts';
import { changeParty } from '../../src/administer/parties/change-party.ts';
import { findByIdentifier, findByName, viewParty } from '../../src/administer/parties/find-parties.ts';
import { addIdentifier, removeIdentifier } from '../../src/administer/parties/identifiers.ts';
import { type PartyWish, registerParty } from '../../src/administer/parties/register-party.ts';
import { recordState } from '../../src/administer/parties/states.ts';
import { type AdminWorld, deny, startAdminWorld } from '../support/admin.ts';
import { identifier } from '../support/decide-world.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
beforeEach(() => world.policy.answer());
afterAll(() => world.close());

const registrar = () => world.system('registrar');
const write = async <T>(act: (acting: Acting) => Promise<T>, session = registrar()): Promise<T> =>
  (await world.administer.write(session, {}, act)).value;
const read = <T>(look: (acting: Acting) => Promise<T>, session = registrar()) => world.administer.read(session, look);
const register = (wish: PartyWish) => write((acting) => registerParty(acting, wish));

const KVK = 'urn:nl:kvk:91000001';
const BSN = 'urn:nl:bsn:999993707';

describe('a new party', () => {
  it('is found by each of its numbers, and recorded with who registered it', async () => {
    const made = await register({
      kind: 'organisation',
      name: 'Kwekerij Het Lover',
      identifiers: [identifier(KVK), identifier('urn:nl:rsin:805000008')],
      branches: [{ branch: '000091000012', name: 'Lover' }],
    });
    expect(made).toMatchObject({
      kind: 'organisation',
      identifiers: [KVK, 'urn:nl:rsin:805000008'],
      schemes: ['kvk', 'rsin'],
      branches: [{ branch: '000091000012', name: 'Lover' }],
      states: [],
    });
    const [found] = await read((acting) => findByIdentifier(acting, identifier('urn:nl:rsin:805000008')));
    expect(found).toEqual(made);
    const { rows } = await world.pool.query(
      `select distinct acted_by ->> 'act' as act, acted_by ->> 'who' as who from changes
       where after ->> 'party_id' = $1`,
      [made.party_id],
    );
    expect(rows).toEqual([{ act: 'party.register', who: 'system:registrar' }]);
  });

  it('never shows, nor keeps in clear, the number of a person', async () => {
    const made = await register({
      kind: 'person',
      name: 'Yara Yilmaz',
      birthDate: '1991-02-03',
      identifiers: [identifier(BSN)],
    });
    expect(made).toMatchObject({ schemes: ['bsn'], birth_date: '1991-02-03' });
    expect(made).not.toHaveProperty('identifiers');
    expect(JSON.stringify(made)).not.toContain('999993707');
    const { rows } = await world.pool.query(
      `select public_value, encode(alias, 'hex') as alias, sealed, (select count(*)::integer from changes
         where changes::text like '%999993707%') as leaks from aliases where party_id = $1`,
      [made.party_id],
    );
    expect(rows).toMatchObject([{ public_value: null, leaks: 0 }]);
    expect(world.keys.unseal(rows[0].sealed, rows[0].alias)).toBe(BSN);
  });

  it.each([
    [
      'a number of the other kind',
      { kind: 'organisation', name: 'X', identifiers: [identifier(BSN)] },
      '/identifiers/0',
    ],
    ['a means', { kind: 'person', name: 'X', identifiers: [identifier('urn:etoegang:pseudonym:x')] }, '/identifiers/0'],
    ['no number of an organisation', { kind: 'organisation', name: 'X', identifiers: [] }, '/identifiers'],
    [
      'a birth date of an organisation',
      { kind: 'organisation', name: 'X', birthDate: '2000-01-01', identifiers: [identifier('urn:nl:kvk:91000009')] },
      '/birth_date',
    ],
    [
      '0000 and its KvK number as a branch',
      {
        kind: 'organisation',
        name: 'X',
        identifiers: [identifier('urn:nl:kvk:91000009')],
        branches: [{ branch: '000091000009' }],
      },
      '/branches/0',
    ],
  ] as const)('is refused with %s', async (_what, wish, at) => {
    await expect(register(wish)).rejects.toMatchObject({ code: 'invalid_request', faults: [{ at }] });
  });

  it('is refused when an identifier names another, without telling which', async () => {
    const doubled = {
      kind: 'organisation',
      name: 'Y',
      identifiers: [identifier('urn:nl:rsin:805000033'), identifier(KVK)],
    };
    const refusal = await register(doubled as PartyWish).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'conflict', faults: [{ at: '/identifiers/1' }] });
    expect(await read((acting) => findByIdentifier(acting, identifier('urn:nl:rsin:805000033')))).toEqual([]);
  });

  it('comes once of two registrations at the same moment', async () => {
    const wish: PartyWish = {
      kind: 'organisation',
      name: 'Tegelijk',
      identifiers: [identifier('urn:nl:kvk:91000003')],
    };
    const both = await Promise.allSettled([register(wish), register(wish)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is not registered by whom the rules refuse', async () => {
    world.policy.answer(deny('not_for_this_capacity'));
    const wish: PartyWish = { kind: 'organisation', name: 'Nee', identifiers: [identifier('urn:nl:kvk:91000004')] };
    await expect(register(wish)).rejects.toMatchObject({ code: 'act_refused' });
    world.policy.answer();
    expect(await read((acting) => findByIdentifier(acting, identifier('urn:nl:kvk:91000004')))).toEqual([]);
  });
});

describe('looking for parties', () => {
  it('answers alike for who is unknown and who may not be seen', async () => {
    const asked = { unknown: identifier('urn:nl:bsn:999990019'), hidden: identifier('urn:nl:bsn:999990299') };
    const own = world.party('henk');
    world.policy.answer((input) =>
      input.represented?.party.party_id === own
        ? { ...deny(), allow: true, capacity: 'self' }
        : deny('not_representative'),
    );
    const henk = world.as('henk');
    const look = (number: keyof typeof asked) => read((acting) => findByIdentifier(acting, asked[number]), henk);
    expect(await look('unknown')).toEqual(await look('hidden'));
    await expect(read((acting) => viewParty(acting, world.party('willem')), henk)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(read((acting) => viewParty(acting, randomUUID()), henk)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('goes by name for the registrar, page by page, without regard of case', async () => {
    const first = await read((acting) => findByName(acting, { name: 'be', limit: 2 }));
    expect(first.items.map(({ name }) => name)).toEqual(['Bea Bakker', 'Bewindvoering Houvast']);
    expect(first.next).toBeUndefined();
    const one = await read((acting) => findByName(acting, { name: 'B', limit: 1 }));
    const names: unknown[] = one.items.map(({ name }) => name);
    for (let next = one.next; next; ) {
      const page = await read((acting) => findByName(acting, { name: 'B', limit: 1, ...(next && { after: next }) }));
      names.push(...page.items.map(({ name }) => name));
      next = page.next;
    }
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['Bo van Dam', 'Balans Accountants', 'Bas Houtman']));
  });

  it('takes %, _ and \\ in a name for what they are', async () => {
    for (const name of ['%%', '__', '\\\\']) {
      expect((await read((acting) => findByName(acting, { name, limit: 5 }))).items).toEqual([]);
    }
  });

  it('by name is an act of its own, which nobody else is allowed', async () => {
    world.policy.answer((input) => (input.act.name === 'party.view' ? { ...deny(), allow: true } : deny('no')));
    await expect(
      read((acting) => findByName(acting, { name: 'Wil', limit: 5 }), world.as('henk')),
    ).rejects.toMatchObject({ code: 'act_refused' });
  });
});

describe('changing a party', () => {
  it('keeps what is not named, and refuses whoever saw an older one', async () => {
    const party = world.party('mentor');
    const before = await read((acting) => viewParty(acting, party));
    const after = await write((acting) => changeParty(acting, party, { name: 'Joost Ivens-Groot' }, before.revision));
    expect(after).toMatchObject({ name: 'Joost Ivens-Groot', birth_date: '1970-02-28' });
    await expect(
      write((acting) => changeParty(acting, party, { name: 'Een ander' }, before.revision)),
    ).rejects.toMatchObject({ code: 'precondition_failed' });
    expect(await write((acting) => changeParty(acting, party, { birthDate: null }, after.revision))).not.toHaveProperty(
      'birth_date',
    );
  });

  it('gives no birth date to an organisation', async () => {
    await expect(
      write((acting) => changeParty(acting, world.party('balans'), { birthDate: '2000-01-01' })),
    ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('adds an identifier once, and takes away all but the last', async () => {
    const party = world.party('sportclub');
    const rsin = identifier('urn:nl:rsin:805000021');
    const kvk = identifier('urn:nl:kvk:90000005');
    const given = await write((acting) => addIdentifier(acting, party, rsin));
    expect(given.identifiers).toEqual(['urn:nl:kvk:90000005', 'urn:nl:rsin:805000021']);
    expect((await write((acting) => addIdentifier(acting, party, rsin))).revision).toBe(given.revision);
    await write((acting) => removeIdentifier(acting, party, rsin));
    await expect(write((acting) => removeIdentifier(acting, party, kvk))).rejects.toMatchObject({ code: 'conflict' });
    await expect(write((acting) => removeIdentifier(acting, party, rsin))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('takes no identifier from another party', async () => {
    const taken = identifier('urn:nl:kvk:90000003');
    await expect(write((acting) => addIdentifier(acting, world.party('bakkerij'), taken))).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(write((acting) => removeIdentifier(acting, world.party('bakkerij'), taken))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('keeps a KvK number while branches hang on it', async () => {
    await expect(
      write((acting) => removeIdentifier(acting, world.party('bakkerij'), identifier('urn:nl:kvk:90000004'))),
    ).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('branches', () => {
  it('come, get another name and go', async () => {
    const party = world.party('bouwadvies');
    await write((acting) => putBranch(acting, party, { branch: '000090000069', name: 'Nieuw' }));
    const named = await write((acting) => putBranch(acting, party, { branch: '000090000069', name: 'Noord' }));
    expect(named.branches).toContainEqual({ branch: '000090000069', name: 'Noord' });
    const without = await write((acting) => removeBranch(acting, party, '000090000069'));
    expect(without.branches).toEqual([{ branch: '000090000061', name: 'Schets' }]);
  });

  it('belong to one party', async () => {
    await expect(
      write((acting) => putBranch(acting, world.party('balans'), { branch: '000090000041' })),
    ).rejects.toMatchObject({ code: 'conflict', faults: [{ at: '{branch}' }] });
  });

  it.each([
    ['a person', 'willem', '000091000021', 'conflict'],
    ['who has no KvK number', 'rvo', '000091000021', 'conflict'],
    ['0000 and the KvK number', 'sportclub', '000090000005', 'invalid_request'],
  ])('are refused for %s', async (_what, key, branch, code) => {
    await expect(write((acting) => putBranch(acting, world.party(key), { branch }))).rejects.toMatchObject({ code });
  });

  it('do not vanish while a mandate names them, of either side', async () => {
    for (const [key, branch] of [
      ['bakkerij', '000090000042'],
      ['balans', '000090000031'],
    ] as const) {
      await expect(write((acting) => removeBranch(acting, world.party(key), branch))).rejects.toMatchObject({
        code: 'conflict',
        faults: [{ message: expect.stringContaining('1 mandate') }],
      });
    }
  });

  it('go once the mandates that name them have ended', async () => {
    await world.act((client) =>
      client.query(`update mandates set status = 'revoked' where mandate_id = '3a000000-0000-4000-8000-000000000021'`),
    );
    const left = await write((acting) => removeBranch(acting, world.party('bakkerij'), '000090000042'));
    expect(left.branches).toHaveLength(2);
  });

  it('of another party are not found', async () => {
    await expect(write((acting) => removeBranch(acting, world.party('balans'), '000090000041'))).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('states', () => {
  const since = new Date('2026-05-01T00:00:00Z');

  it('are said by each source for itself, and taken back by it alone', async () => {
    const party = world.party('kees');
    const wish = { state: 'curatele', since, reference: 'C/10/2026/90' } as const;
    await write((acting) => recordState(acting, party, wish), world.system('court'));
    await write((acting) => recordState(acting, party, wish));
    const until = new Date('2026-05-20T00:00:00Z');
    const after = await write((acting) => recordState(acting, party, { ...wish, until }));
    expect(after.states).toEqual([
      expect.not.objectContaining({ until: expect.anything() }),
      expect.objectContaining({ source: 'registrar registrar', until: '2026-05-20T00:00:00.000Z' }),
    ]);
    expect(after.states).toMatchObject([{ source: 'court court', reference: 'C/10/2026/90' }, {}]);
  });

  it('end after they began', async () => {
    await expect(
      write((acting) =>
        recordState(acting, world.party('kees'), { state: 'bewind', since, until: since, reference: 'x' }),
      ),
    ).rejects.toMatchObject({ code: 'invalid_request', faults: [{ at: '/until' }] });
  });

  it('keep no personal number as their reference', async () => {
    await expect(
      write((acting) =>
        recordState(acting, world.party('kees'), { state: 'bewind', since, reference: 'bsn 999993707' }),
      ),
    ).rejects.toMatchObject({ code: 'invalid_request', faults: [{ at: '/reference' }] });
  });
});
