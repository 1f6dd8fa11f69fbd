import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import { mandateView } from '../../src/http/admin/wire.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { anAdminApp, knowsBy, refusalOf } from '../support/admin-app.ts';
import { identifier } from '../support/decide-world.ts';
import { CARE, PERMIT, terms } from '../support/grants.ts';

let world: AdminWorld;
let http: ReturnType<typeof anAdminApp>;
beforeAll(async () => {
  world = await startAdminWorld();
  http = anAdminApp(OPERATIONS, {
    administer: world.administer,
    authenticate: knowsBy(sessionOf),
    now: () => world.clock.now,
    limits: { perCaller: { requests: 1_000_000, seconds: 1 } },
  });
});
afterAll(() => world.close());

/** `karin`, `karin@eh2`; or whoever logs in with a URN, known or not. */
function sessionOf(name: string) {
  if (name === 'registrar') return world.system(name);
  if (name === 'owner') return world.system('service_owner', '00000003800000040000');
  const [who = '', loa = 'eh3'] = name.startsWith('urn:') ? name.split(' ') : name.split('@');
  if (who.startsWith('urn:')) return { person: { identifier: identifier(who), loa }, requestId: 'test' };
  const [level = 'eh3', party] = loa.split(' for ');
  return world.as(who, { loa: level, ...(party && { party }) });
}

const as = (who: string) => ({ authorization: `Bearer ${who}` });
const BAKERY = 'urn:nl:kvk:90000004';
const NEW = 'urn:etoegang:pseudonym:noor@korenbloem';
const EVIDENCE = [{ kind: 'contract', reference: 'personeelsdossier 12' }];
const IDENTIFIED = {
  method: 'in_person',
  loa: 'eh3',
  document: { kind: 'passport', valid_until: '2030-01-01' },
  checked_at: '2026-06-01T09:00:00Z',
};
const { kind: _kind, ...permit } = terms(PERMIT);
const enrolment = (change: object = {}) => ({
  employer: BAKERY,
  name: 'Noor Nieuwenhuis',
  birth_date: '1999-09-09',
  means: { identifier: NEW, evidence: EVIDENCE },
  identification: IDENTIFIED,
  ...change,
});
const person = (urn: string) => world.keys.alias(identifier(urn));
const partyOf = async (urn: string) => {
  const { rows } = await world.pool.query<{ party_id: string }>(
    `select party_id from aliases where alias = decode($1, 'hex')`,
    [person(urn)],
  );
  return rows[0]?.party_id;
};

const party = z.looseObject({ party_id: z.string(), name: z.string(), unverified: z.boolean().optional() });
const enrolled = z.object({
  employee: party,
  means: z.looseObject({ means_id: z.string(), active: z.boolean(), owner: party }),
  mandates: z.array(mandateView).optional(),
});
const people = z.object({
  items: z.array(
    z.object({
      employee: party,
      manages: z.boolean(),
      means: z.array(z.object({ means_id: z.string(), active: z.boolean() })).optional(),
      mandates: z.array(mandateView),
    }),
  ),
  next: z.string().optional(),
});

async function read<T>(schema: z.ZodType<T>, response: Response): Promise<T> {
  const body: unknown = await response.json();
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(JSON.stringify(body));
  return parsed.data;
}
const enrol = (body: object, who = 'karin') => http.post('/v1/employees', body, as(who));
const staff = async (more: object = {}, who = 'karin') =>
  read(people, await http.post('/v1/employees/_search', { employer: BAKERY, ...more }, as(who)));
const reasonsOf = async (response: Response) => (await refusalOf(response)).reasons;
const faultsOf = async (response: Response) => (await refusalOf(response)).errors?.map(({ at }) => at).sort();

describe('making an employee known (R57, R71, R92, R138)', () => {
  it('gives him a means and a mandate in one go, and marks his name as unverified', async () => {
    const answer = await enrol(enrolment({ mandate: permit }));
    expect(answer.status).toBe(201);
    const made = await read(enrolled, answer);
    expect(made.employee).toMatchObject({ name: 'Noor Nieuwenhuis', unverified: true });
    expect(made.means).toMatchObject({ active: true, owner: { party_id: world.party('bakkerij') } });
    expect(made.mandates).toMatchObject([{ kind: 'employee', status: 'active', reach: 'own' }]);
    expect(JSON.stringify(made)).not.toContain('noor@');
    const me = await http.send('/v1/me', { headers: as(NEW) });
    expect(await me.json()).toMatchObject({ party: { party_id: made.employee.party_id, unverified: true } });
  });

  it('says in the history that the manager did it, for the employer', async () => {
    const { rows } = await world.pool.query(
      `select distinct acted_by ->> 'who' as who, acted_by ->> 'on_behalf_of' as for, acted_by ->> 'act' as act
       from changes where entity in ('party', 'alias', 'identification') and acted_by ->> 'channel' = 'admin'`,
    );
    expect(rows).toEqual([{ who: world.party('karin'), for: world.party('bakkerij'), act: 'employee.enrol' }]);
  });

  it('never ties a means to somebody who is there, whoever asks it', async () => {
    for (const taken of [NEW, 'urn:etoegang:pseudonym:stan@korenbloem', 'urn:etoegang:pseudonym:willem@weide']) {
      const refused = await enrol(enrolment({ means: { identifier: taken, evidence: EVIDENCE } }));
      expect(refused.status).toBe(409);
      expect(await faultsOf(refused)).toEqual(['/means/identifier']);
    }
  });

  it('takes no citizen service number, and no impossible date, and says all that is wrong at once', async () => {
    const wrong = enrolment({
      name: 'Noor 999990299',
      birth_date: '2027-01-01',
      means: { identifier: 'urn:nl:bsn:999990019', evidence: EVIDENCE },
      mandate: { ...permit, services: ['5e000000-0000-4000-8000-00000000ffff'] },
    });
    expect(await faultsOf(await enrol(wrong))).toEqual([
      '/birth_date',
      '/mandate/services/0',
      '/means/identifier',
      '/name',
    ]);
  });

  it.each([
    ['a manager of somebody else', 'willem', {}, ['not_representative']],
    ['a colleague who manages nothing', 'stan', {}, ['not_representative']],
    ['the manager himself below the level at which he identified', 'karin@eh2', {}, ['loa_insufficient']],
    ['a party that nobody knows', 'karin', { employer: 'urn:nl:kvk:90009999' }, ['not_representative']],
    ['a person as employer', 'willem', { employer: 'urn:nl:bsn:999990299' }, ['not_representative']],
  ])('is refused to %s', async (_who, who, change, reasons) => {
    const other = { means: { identifier: 'urn:etoegang:pseudonym:ander@x', evidence: EVIDENCE } };
    const refused = await enrol(enrolment({ ...other, ...change }), who);
    expect(refused.status).toBe(403);
    expect(await reasonsOf(refused)).toEqual(reasons);
    expect(await partyOf('urn:etoegang:pseudonym:ander@x')).toBeUndefined();
  });

  it('leaves nobody behind when the mandate is refused', async () => {
    const urn = 'urn:etoegang:pseudonym:te-hoog@x';
    const beyond = enrolment({
      name: 'Iemand Anders',
      means: { identifier: urn, evidence: EVIDENCE },
      mandate: { ...permit, loa: 'eh4' },
    });
    expect((await enrol(beyond)).status).toBe(403);
    expect(await partyOf(urn)).toBeUndefined();
    const { rowCount } = await world.pool.query(`select from parties where name = 'Iemand Anders'`);
    expect(rowCount).toBe(0);
  });

  it('proves who he is to nobody but the employer: no paper rests on it', async () => {
    const id = await partyOf(NEW);
    const answer = await http.send(`/v1/parties/${id}/identifications`, { headers: as('registrar') });
    expect(await answer.json()).toMatchObject({
      items: [{ method: 'in_person', loa: 'eh3', employer: { party_id: world.party('bakkerij') } }],
      new_copy_needed: true,
    });
  });

  it('is confirmed by what the registrar says of him', async () => {
    const id = await partyOf(NEW);
    const seen = await http.send(`/v1/parties/${id}`, { headers: as('registrar') });
    const confirmed = await http.send(`/v1/parties/${id}`, {
      method: 'PATCH',
      headers: {
        ...as('registrar'),
        'content-type': 'application/json',
        'if-match': seen.headers.get('etag') ?? '',
      },
      body: JSON.stringify({ name: 'Noor Nieuwenhuis' }),
    });
    expect(confirmed.status).toBe(200);
    expect(await read(party, confirmed)).not.toHaveProperty('unverified');
  });
});

describe('the people of an organisation (R57, R93, R123)', () => {
  it('are listed by name, with their means and what each may do', async () => {
    const { items } = await staff();
    expect(items.map(({ employee }) => employee.name)).toEqual(['Karin Korenaar', 'Noor Nieuwenhuis', 'Stan Stations']);
    expect(items.map(({ manages }) => manages)).toEqual([true, false, false]);
    expect(items[2]).toMatchObject({
      means: [{ active: true }],
      mandates: [{ operations: ['view'], branches: ['000090000042'] }],
    });
  });

  it('are of the organisation that is named, or for which somebody logged in', async () => {
    const nobodys = await http.post('/v1/employees/_search', {}, as('karin'));
    expect(await faultsOf(nobodys)).toEqual(['/employer']);
    const bound = await http.post('/v1/employees/_search', {}, as('karin@eh3 for bakkerij'));
    expect((await read(people, bound)).items).toHaveLength(3);
  });

  it('come page by page, and by name', async () => {
    const first = await staff({ page: { limit: 2 } });
    const rest = await staff({ page: { limit: 2, token: first.next } });
    expect([...first.items, ...rest.items].map(({ employee }) => employee.name)).toEqual([
      'Karin Korenaar',
      'Noor Nieuwenhuis',
      'Stan Stations',
    ]);
    expect((await staff({ text: 'STAT' })).items.map(({ employee }) => employee.name)).toEqual(['Stan Stations']);
  });

  it.each(['stan', 'willem', 'owner'])('are nobody else’s to see: not %s’s', async (who) => {
    const refused = await http.post('/v1/employees/_search', { employer: BAKERY }, as(who));
    expect(refused.status).toBe(404);
  });
});

describe('giving an employee what a colleague may do (R93)', () => {
  const copies = async (body: object, who = 'karin', from = 'stan') =>
    http.post(`/v1/employees/${world.party(from)}/copies`, { employer: BAKERY, to: { party: NEW }, ...body }, as(who));
  const mandates = z.object({ mandates: z.array(mandateView) });

  it('first tells what he lacks, and grants nothing by that', async () => {
    const answer = await copies({ dry_run: true });
    expect(answer.status).toBe(200);
    expect((await read(mandates, answer)).mandates).toMatchObject([{ branches: ['000090000042'] }]);
    expect((await staff({ text: 'noor' })).items[0]?.mandates).toHaveLength(1);
  });

  it('grants the same, in the name of who copies', async () => {
    const [made, ...others] = (await read(mandates, await copies({}))).mandates;
    expect(others).toEqual([]);
    expect(made).toMatchObject({
      operations: ['view'],
      branches: ['000090000042'],
      status: 'active',
      delegate: { name: 'Noor Nieuwenhuis' },
      granted_by: { party_id: world.party('karin') },
      valid_from: new Date(world.clock.now).toISOString(),
      valid_until: '2030-12-30T23:00:00.000Z',
    });
  });

  it('says when there is nothing left to give', async () => {
    expect((await copies({})).status).toBe(409);
  });

  it('makes nobody a manager whom the copier may not appoint', async () => {
    const refused = await copies({}, 'karin', 'karin');
    expect(refused.status).toBe(403);
    expect(await reasonsOf(refused)).toContain('may_not_appoint');
  });

  it('is refused to who does not manage', async () => {
    expect((await copies({}, 'stan')).status).toBe(403);
  });
});

describe('an employee who leaves (R57, R70, R71, R77)', () => {
  const leaves = (key: string, who = 'karin', employer = BAKERY) =>
    http.post(`/v1/employees/${key}/departures`, { employer, reason: 'uit dienst' }, as(who));

  it('is not let go by somebody who does not manage', async () => {
    expect((await leaves(world.party('stan'), 'willem')).status).toBe(403);
  });

  it('may do nothing any more, and his means no longer works', async () => {
    const id = (await partyOf(NEW)) ?? '';
    await http.post(
      '/v1/mandate-requests',
      { represented: [{ party: BAKERY }], delegate: NEW, ...terms(PERMIT, { kind: 'employee' }) },
      as(NEW),
    );
    const answer = await leaves(id);
    expect(await answer.json()).toMatchObject({ revoked: 2, withdrawn: 1, means_deactivated: 1, remaining: [] });
    const { items } = await staff({ employee: id });
    expect(items).toMatchObject([{ means: [{ active: false }], mandates: [] }]);
    const { rows } = await world.pool.query<{ status: string }>(
      'select status from mandates where delegate = $1 order by status',
      [id],
    );
    expect(rows.map(({ status }) => status)).toEqual(['rejected', 'revoked', 'revoked']);
  });

  it('keeps what the law gives him, which is said', async () => {
    const answer = await leaves(world.party('olaf'), 'olaf', 'urn:nl:kvk:90000003');
    expect(await answer.json()).toMatchObject({
      revoked: 1,
      remaining: [{ mandate_id: '3a000000-0000-4000-8000-000000000013', kind: 'statutory' }],
    });
  });

  it('is refused as a whole where he is the last manager', async () => {
    const refused = await leaves(world.party('karin'));
    expect(await reasonsOf(refused)).toEqual(['last_manager']);
    expect((await staff({ text: 'karin' })).items).toMatchObject([{ manages: true, means: [{ active: true }] }]);
  });

  it('is told apart from somebody who never was one', async () => {
    expect((await leaves(world.party('willem'))).status).toBe(409);
  });
});

describe('who logs in for the first time (R66, R69, R128, R138)', () => {
  const CITIZEN = 'urn:nl:bsn:999990019';
  const known = { name: 'Bram Burger', birth_date: '1988-02-29' };
  const enrolMe = (who: string, body: object = known) => http.post('/v1/me', body, as(who));

  it('is told that he is not known, and can do nothing else', async () => {
    const me = await http.send('/v1/me', { headers: as(CITIZEN) });
    expect(await me.json()).toEqual({ known: false, loa: 'eh3', manages: [], more: false });
    const weak = await http.send('/v1/me', { headers: as(`${CITIZEN} eh1`) });
    expect(await reasonsOf(weak)).toEqual(['loa_insufficient']);
    expect((await http.post('/v1/mandates/_search', { side: 'granted' }, as(CITIZEN))).status).toBe(403);
    expect((await http.send('/v1/services', { headers: as(CITIZEN) })).status).toBe(403);
  });

  it('becomes a party, by his own login alone, and unverified', async () => {
    const answer = await enrolMe(CITIZEN);
    expect(answer.status).toBe(201);
    const made: unknown = await answer.json();
    expect(made).toMatchObject({ kind: 'person', ...known, unverified: true, schemes: ['bsn'] });
    expect(JSON.stringify(made)).not.toContain('999990019');
    const { rows } = await world.pool.query(
      `select acted_by ->> 'who' as who from changes where entity = 'party' and entity_id = $1`,
      [await partyOf(CITIZEN)],
    );
    expect(rows).toEqual([{ who: await partyOf(CITIZEN) }]);
  });

  it('does so once', async () => {
    expect((await enrolMe(CITIZEN)).status).toBe(409);
    expect((await enrolMe('willem')).status).toBe(409);
  });

  it('is one person when he does it twice at the same moment', async () => {
    const answers = await Promise.all([enrolMe('urn:nl:bsn:999990020'), enrolMe('urn:nl:bsn:999990020')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const { rowCount } = await world.pool.query(`select from parties where name = 'Bram Burger'`);
    expect(rowCount).toBe(2);
  });

  it.each([
    ['below eh2', 'urn:nl:bsn:999990032 eh1', known, ['loa_insufficient']],
    ['as a system', 'registrar', known, ['not_for_this_capacity']],
  ])('is refused %s', async (_how, who, body, reasons) => {
    expect(await reasonsOf(await enrolMe(who, body))).toEqual(reasons);
  });

  it('says who he is without a number, and when he was born', async () => {
    const wrong = await enrolMe('urn:nl:bsn:999990032', { name: 'Bram 999990032', birth_date: '1788-01-01' });
    expect(await faultsOf(wrong)).toEqual(['/birth_date', '/name']);
  });

  it('activates an offer that named nobody', async () => {
    const offer = await http.post(
      '/v1/mandate-offers',
      { represented: `urn:uuid:${world.party('moeder')}`, ...terms(CARE, { kind: 'voluntary', loa: 'eh2' }) },
      as('moeder'),
    );
    const { code } = await read(z.looseObject({ code: z.string() }), offer);
    const activated = await http.post(
      '/v1/mandate-offers/_activate',
      { code, birth_date: world.birthDate('moeder'), bsn: 'urn:nl:bsn:999990949' },
      as(CITIZEN),
    );
    expect(activated.status).toBe(200);
    expect(await activated.json()).toMatchObject({
      mandate: { status: 'active', delegate: { name: 'Bram Burger', unverified: true } },
    });
  });
});
