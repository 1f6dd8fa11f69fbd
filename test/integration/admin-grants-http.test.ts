import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mandateView } from '../../src/http/admin/wire.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { refusalOf } from '../support/admin-app.ts';
import { anAdminHttp } from '../support/admin-http.ts';
import { INCOME_TAX, LIVESTOCK_REPORT, PERMIT, terms, VAT } from '../support/grants.ts';

let world: AdminWorld;
let http: ReturnType<typeof anAdminHttp>;
beforeAll(async () => {
  world = await startAdminWorld();
  http = anAdminHttp(world);
});
afterAll(() => world.close());

const grantedAnswer = z.object({ mandates: z.array(mandateView).min(1), revision: z.string().optional() });
const offeredAnswer = z.object({ mandate_id: z.string(), code: z.string() });
const changedAnswer = z.object({ mandate: mandateView, revision: z.string() });

const as = (who: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${who}`, ...more });
const farm = { represented: 'urn:nl:kvk:90000001', delegates: [{ party: 'urn:nl:kvk:90000002' }] };

async function readAs<T>(schema: z.ZodType<T>, response: Response): Promise<T> {
  const body: unknown = await response.json();
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(JSON.stringify(body));
  return parsed.data;
}

describe('grants over HTTP', () => {
  it('grants, and says at which revision', async () => {
    const answer = await http.post('/v1/mandates', { ...farm, ...terms(LIVESTOCK_REPORT) }, as('willem'));
    expect(answer.status).toBe(201);
    const { mandates, revision } = await readAs(grantedAnswer, answer);
    expect(mandates[0]).toMatchObject({ status: 'active', name: expect.stringContaining('Veevervoer Hendriks') });
    expect(answer.headers.get('machtig-revision')).toBe(revision);
  });

  it('says who gets the letters that follow, until that is left to the service again (R126, R127)', async () => {
    const wish = { ...farm, ...terms(LIVESTOCK_REPORT), follow_up: 'both', reads_messages: true };
    const { mandates } = await readAs(grantedAnswer, await http.post('/v1/mandates', wish, as('willem')));
    expect(mandates[0]).toMatchObject({ follow_up: 'both', reads_messages: true });
    const changed = await http.send(`/v1/mandates/${mandates[0]?.mandate_id}`, {
      method: 'PATCH',
      headers: as('willem', { 'content-type': 'application/json', 'if-match': `"${mandates[0]?.revision}"` }),
      body: JSON.stringify({ follow_up: null, reads_messages: false }),
    });
    const { mandate } = await readAs(changedAnswer, changed);
    expect(mandate).toMatchObject({ reads_messages: false });
    expect(mandate).not.toHaveProperty('follow_up');
  });

  it('takes along how the legal person was identified, where it is for one branch (R19)', async () => {
    const seen = { method: 'extract', check: 'handelsregister', loa: 'eh3', checked_by: 'balie' };
    const record = (more: object) =>
      http.post(
        `/v1/parties/${world.party('bakkerij')}/identifications`,
        { ...seen, checked_at: '2026-05-01T09:00:00Z', ...more },
        as('registrar'),
      );
    const identified = z.object({ identification_id: z.string() });
    const whole = await readAs(identified, await record({}));
    const branch = await readAs(identified, await record({ branch: '000090000042' }));
    const grant = async (branches: unknown) => {
      const wish = {
        represented: 'urn:nl:kvk:90000004',
        delegates: [{ party: 'urn:etoegang:pseudonym:stan@korenbloem' }],
        ...terms(PERMIT, { kind: 'employee' }),
        branches,
      };
      const answer = await http.post('/v1/mandates', { ...wish, evidence: [{ kind: 'contract' }] }, as('karin'));
      return (await readAs(grantedAnswer, answer)).mandates[0]?.evidence.map(
        ({ kind, reference }) => reference ?? kind,
      );
    };
    expect(await grant(['000090000042'])).toEqual(['contract', `identification ${branch.identification_id}`]);
    expect(await grant(['000090000043'])).toEqual(['contract', `identification ${whole.identification_id}`]);
    expect(await grant(['000090000042', '000090000043'])).toEqual(['contract']);
    expect(await grant('all')).toEqual(['contract']);
  });

  it('says how many must agree where several grant together (R51)', async () => {
    const wish = { represented: 'urn:nl:kvk:90000010', delegates: [{ party: 'urn:nl:kvk:90000003' }], ...terms(VAT) };
    const answer = await http.post('/v1/mandates', wish, as('vandam-een'));
    const body = z
      .object({ consents: z.array(z.object({ mandate_id: z.string(), required: z.int(), given: z.int() })) })
      .parse(await answer.json());
    expect(body.consents).toMatchObject([{ required: 2, given: 1 }]);
  });

  it('takes co-holders by number and date of birth in a change too, and by a number alone nobody (R51)', async () => {
    const { mandates } = await readAs(
      grantedAnswer,
      await http.post(
        '/v1/mandates',
        {
          represented: 'urn:nl:kvk:90000004',
          delegates: [{ party: 'urn:etoegang:pseudonym:stan@korenbloem' }],
          ...terms(PERMIT, { kind: 'employee' }),
        },
        as('karin'),
      ),
    );
    const patch = (other: object) =>
      http.send(`/v1/mandates/${mandates[0]?.mandate_id}`, {
        method: 'PATCH',
        headers: as('karin', { 'content-type': 'application/json', 'if-match': `"${mandates[0]?.revision}"` }),
        body: JSON.stringify({ joint: { required: 2, with: [other] } }),
      });
    const answers = await Promise.all(
      [{ party: 'urn:nl:bsn:999990858' }, { party: 'urn:nl:bsn:999990019' }].map((one) => patch(one)),
    );
    const [known, unknown] = await Promise.all(answers.map(refusalOf));
    expect(known).toMatchObject({ status: 400, errors: [{ at: '/joint/with/0/party' }] });
    expect(known?.errors).toEqual(unknown?.errors);
    const right = await patch({ party: 'urn:nl:bsn:999990858', birth_date: '1971-12-24' });
    expect((await readAs(changedAnswer, right)).mandate.joint).toMatchObject({ with: [{ name: 'Petra Penning' }] });
  });

  it('grants once under one key', async () => {
    const send = () =>
      http.post('/v1/mandates', { ...farm, ...terms(LIVESTOCK_REPORT) }, as('willem', { 'idempotency-key': '"k-1"' }));
    const [first, second] = [await readAs(grantedAnswer, await send()), await readAs(grantedAnswer, await send())];
    expect(second).toEqual(first);
  });

  it('shows without granting', async () => {
    const answer = await http.post(
      '/v1/mandates',
      { ...farm, ...terms(LIVESTOCK_REPORT), dry_run: true },
      as('willem', { 'idempotency-key': '"k-2"' }),
    );
    expect(answer.status).toBe(200);
    const { mandates } = await readAs(grantedAnswer, answer);
    const { rowCount } = await world.pool.query('select from mandates where mandate_id = $1', [
      mandates[0]?.mandate_id,
    ]);
    expect(rowCount).toBe(0);
  });

  it('says why the rules refuse, and where the input is wrong', async () => {
    const refused = await http.post('/v1/mandates', { ...farm, ...terms(LIVESTOCK_REPORT) }, as('petra'));
    expect(refused.status).toBe(403);
    expect(await refusalOf(refused)).toMatchObject({ code: 'act_refused', reasons: ['not_representative'] });
    const wrong = { ...farm, ...terms(LIVESTOCK_REPORT), owner: '00000000000000000000', branches: ['000090000041'] };
    const faulty = await http.post('/v1/mandates', wrong, as('willem'));
    expect(faulty.status).toBe(400);
    const { errors } = await refusalOf(faulty);
    expect(errors?.map(({ at }) => at).sort()).toEqual(['/branches/0', '/owner']);
  });

  it('is closed to fields that it does not know', async () => {
    const wrong = await http.post(
      '/v1/mandates',
      { ...farm, ...terms(LIVESTOCK_REPORT), status: 'active' },
      as('willem'),
    );
    expect(wrong.status).toBe(400);
  });

  it('turns what the register refuses into an answer', async () => {
    const self = { ...farm, delegates: [{ party: 'urn:nl:kvk:90000001' }], ...terms(LIVESTOCK_REPORT) };
    const answer = await http.post('/v1/mandates', self, as('willem'));
    expect([400, 409]).toContain(answer.status);
  });
});

describe('requests over HTTP', () => {
  it('are approved as they were seen, or not at all', async () => {
    const wish = {
      represented: [{ party: 'urn:nl:kvk:90000001' }],
      delegate: 'urn:nl:kvk:90000003',
      delegate_branch: '000090000031',
      ...terms(VAT),
    };
    const asked = await http.post('/v1/mandate-requests', wish, as('olaf'));
    expect(asked.status).toBe(201);
    const { mandates } = await readAs(grantedAnswer, asked);
    const path = `/v1/mandate-requests/${mandates[0]?.mandate_id}/approvals`;
    expect((await http.post(path, {}, as('willem'))).status).toBe(428);
    expect((await http.post(path, {}, as('willem', { 'if-match': '"1.1"' }))).status).toBe(412);
    const approved = await http.post(path, {}, as('willem', { 'if-match': `"${mandates[0]?.revision}"` }));
    expect(approved.status).toBe(200);
    const { mandate } = await readAs(changedAnswer, approved);
    expect(mandate).toMatchObject({ status: 'active', delegate_branch: '000090000031' });
    expect(approved.headers.get('etag')).toBe(`"${mandate.revision}"`);
  });
});

describe('offers over HTTP', () => {
  const offer = async () => {
    const wish = { represented: 'urn:nl:bsn:999990949', ...terms(INCOME_TAX, { kind: 'voluntary', loa: 'eh2plus' }) };
    return readAs(offeredAnswer, await http.post('/v1/mandate-offers', wish, as('moeder@eh2plus')));
  };

  it('are activated by code, and never twice', async () => {
    const { code } = await offer();
    const said = { code, birth_date: '1948-02-10', bsn: 'urn:nl:bsn:999990949' };
    const activated = await http.post('/v1/mandate-offers/_activate', said, as('dochter@eh2plus'));
    expect(activated.status).toBe(200);
    expect((await readAs(changedAnswer, activated)).mandate.status).toBe('active');
    const again = await http.post('/v1/mandate-offers/_activate', said, as('dochter@eh2plus'));
    expect(again.status).toBe(403);
    const text = await again.text();
    expect(text).toContain('code_not_verified');
    expect(text).not.toContain('999990949');
  });

  it('are listed, given a new code and taken back', async () => {
    const { mandate_id } = await offer();
    const mother = as('moeder@eh2plus');
    const listed = await http.post('/v1/mandate-offers/_search', { represented: 'urn:nl:bsn:999990949' }, mother);
    expect(await listed.json()).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ mandate_id })]),
    });
    const path = `/v1/mandate-offers/${mandate_id}`;
    const reissued = await http.send(`${path}/codes`, { method: 'POST', headers: mother });
    expect(reissued.status).toBe(201);
    expect((await http.post(`${path}/withdrawals`, {}, mother)).status).toBe(204);
    expect((await http.post(`${path}/withdrawals`, {}, mother)).status).toBe(409);
  });
});
