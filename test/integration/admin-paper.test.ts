import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Acting } from '../../src/administer/acting.ts';
import { intervene } from '../../src/administer/interventions/intervene.ts';
import { searchPaper, viewPaper } from '../../src/administer/paper/paper-request.ts';
import { type PaperWish, registerPaper } from '../../src/administer/paper/register-paper.ts';
import { type Execution, type Settlement, settlePaper } from '../../src/administer/paper/settle-paper.ts';
import { type IdentificationWish, recordIdentification } from '../../src/administer/parties/identifications.ts';
import { type AdminWorld, NOON, startAdminWorld } from '../support/admin.ts';

let world: AdminWorld;
beforeEach(async () => {
  world = await startAdminWorld();
});
afterEach(() => world.close());

const registrar = () => world.system('registrar');
const write = async <T>(act: (acting: Acting) => Promise<T>, session = registrar()): Promise<T> =>
  (await world.administer.write(session, { reason: 'paper' }, act)).value;
const RECEIVED = new Date('2026-06-01T07:00:00Z');
const CHECKED = { checkedBy: 'balie 3', checkedAt: new Date('2026-06-01T09:00:00Z') };
const SIGNATURE = { by: 'balie 3', at: new Date('2026-06-01T09:30:00Z'), reference: 'archief 2026-31' };
const GENERAL = '3a000000-0000-4000-8000-000000000020';
const SPECIFIC = '3a000000-0000-4000-8000-000000000021';

const register = (wish: Partial<PaperWish> = {}) =>
  write((acting) =>
    registerPaper(acting, {
      kind: 'grant',
      represented: { partyId: world.party('bakkerij') },
      signedBy: { partyId: world.party('karin') },
      asked: 'Stan mag dossiers inzien',
      mandates: [],
      loa: 'eh2plus',
      receivedAt: RECEIVED,
      evidence: [],
      ...wish,
    }),
  );
const COPY: IdentificationWish = {
  method: 'document_copy',
  check: 'lost_document_register',
  loa: 'eh2plus',
  document: { kind: 'passport', validUntil: '2030-01-01' },
  ...CHECKED,
};
const IN_PERSON: IdentificationWish = {
  method: 'in_person',
  check: 'in_person',
  loa: 'eh3',
  document: { kind: 'passport', validUntil: '2030-01-01' },
  ...CHECKED,
};
const identify = async (key: string, wish = COPY) =>
  (await write((acting) => recordIdentification(acting, world.party(key), wish))).identification_id;
const settle = (id: string, settlement: Settlement) => write((acting) => settlePaper(acting, id, settlement));
const executed = (identifications: string[], rest: Partial<Execution> = {}): Execution => ({
  decision: 'executed',
  signature: SIGNATURE,
  identifications,
  ...rest,
});
const grant = (loa: 'eh2plus' | 'eh3' | 'eh4' = 'eh2plus'): NonNullable<Execution['grant']> => ({
  delegates: [{ party: { partyId: world.party('petra') } }],
  kind: 'employee',
  services: ['5e000000-0000-4000-8000-000000000022'],
  operations: ['view'],
  branches: 'all',
  cases: 'all',
  loa,
  valid_until: '2027-01-01T00:00:00Z',
});

/** Who manages here logs in at eh3, and so is known at eh3 who asks on paper; each request has its check of a copy. */
const identifyBoth = async (key: string) => [await identify(key, IN_PERSON), await identify(key)];

describe('a request on paper', () => {
  it('is due after two working days, and overdue from that moment', async () => {
    const made = await register();
    expect(made).toMatchObject({
      due_at: '2026-06-03T22:00:00.000Z',
      overdue: false,
      signed_by: { name: 'Karin Korenaar' },
    });
    const overdue = () =>
      world.administer.read(registrar(), (acting) => searchPaper(acting, { overdue: true, limit: 10 }));
    world.clock.now = Date.parse('2026-06-03T21:59:59.999Z');
    expect(await overdue()).toEqual([]);
    world.clock.now += 1;
    expect((await overdue()).map(({ paper_request_id }) => paper_request_id)).toEqual([made.paper_request_id]);
    await settle(made.paper_request_id, { decision: 'refused', reason: 'handtekening onleesbaar' });
    expect(await overdue()).toEqual([]);
  });

  it('stands in line by the moment at which it is due', async () => {
    const late = await register({ receivedAt: new Date('2026-05-29T08:00:00Z') });
    const later = await register();
    const first = await register({ receivedAt: new Date('2026-05-27T08:00:00Z') });
    const list = (after?: { dueAt: string; id: string }) =>
      world.administer.read(registrar(), (acting) => searchPaper(acting, { limit: 2, ...(after && { after }) }));
    const page = await list();
    expect(page).toEqual(
      [first, late].map((one) => expect.objectContaining({ paper_request_id: one.paper_request_id })),
    );
    const rest = await list({ dueAt: page[1]?.due_at ?? '', id: page[1]?.paper_request_id ?? '' });
    expect(rest.map(({ paper_request_id }) => paper_request_id)).toEqual([later.paper_request_id]);
  });

  it.each([
    ['a receipt before the year 1', { receivedAt: new Date('0000-01-01T00:00:00Z') }, '/received_at'],
    ['a receipt that is still to come', { receivedAt: new Date(NOON + 1) }, '/received_at'],
    ['a BSN in its words', { asked: 'voor 999993707' }, '/asked'],
    ['a mandate for a grant', { mandates: [SPECIFIC] }, '/mandates'],
    ['no mandate for a change', { kind: 'change' }, '/mandates'],
    [
      'a mandate of another party',
      { kind: 'revoke', mandates: [SPECIFIC, '3a000000-0000-4000-8000-000000000001'] },
      '/mandates/1',
    ],
  ] as const)('is not registered with %s', async (_what, wish, at) => {
    await expect(register(wish as Partial<PaperWish>)).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at }],
    });
  });

  it('is the registrar’s alone to enter, see and settle', async () => {
    const { paper_request_id: id } = await register();
    const karin = world.as('karin');
    await expect(world.administer.read(karin, (acting) => viewPaper(acting, id))).rejects.toMatchObject({
      code: 'act_refused',
    });
    await expect(
      write((acting) => settlePaper(acting, id, { decision: 'refused', reason: 'x' }), karin),
    ).rejects.toMatchObject({ code: 'act_refused' });
  });

  it('that was refused keeps the reason, and stays refused', async () => {
    const { paper_request_id: id } = await register();
    expect(await settle(id, { decision: 'refused', reason: 'handtekening wijkt af' })).toMatchObject({
      outcome: 'refused',
      refusal: 'handtekening wijkt af',
      settled_at: '2026-06-01T12:00:00.000Z',
    });
    const again = settle(id, executed([await identify('karin')], { grant: grant() }));
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('granting on paper', () => {
  it('makes the mandate with its evidence, granted by who signed', async () => {
    const { paper_request_id: id } = await register();
    const done = await settle(id, executed(await identifyBoth('karin'), { grant: grant() }));
    const [mandateId] = done.settled_mandates as string[];
    expect(done).toMatchObject({
      outcome: 'executed',
      signature_verified: { by: 'balie 3', reference: 'archief 2026-31' },
    });
    const mandate = await world.mandate(mandateId ?? '');
    expect(mandate).toMatchObject({
      status: 'active',
      channel: 'paper',
      granted_by: world.party('karin'),
      delegate: world.party('petra'),
      loa: 'eh2plus',
    });
    expect(mandate.evidence).toEqual([
      { kind: 'handwritten_signature', reference: 'archief 2026-31', checked_at: '2026-06-01T09:30:00.000Z' },
      expect.objectContaining({ kind: 'in_person' }),
      expect.objectContaining({ kind: 'lost_document_register', valid_until: '2030-01-01' }),
    ]);
    const { rows } = await world.pool.query(
      `select acted_by ->> 'reason' as reason from changes where entity_id = $1`,
      [mandateId],
    );
    expect(rows).toEqual([{ reason: 'paper' }]);
  });

  it.each([
    ['no identification at all', 'eh2plus', [], undefined],
    [
      'an identification in person and no check of a document at eh2plus',
      'eh2plus',
      [IN_PERSON],
      'paper_evidence_missing',
    ],
    ['the copy of a document at eh3', 'eh3', [COPY], undefined],
  ] as const)('is refused with %s', async (_what, loa, wishes, reason) => {
    const { paper_request_id: id } = await register({ loa });
    const identifications = await Promise.all(wishes.map((wish) => identify('karin', wish)));
    await expect(settle(id, executed(identifications, { grant: grant(loa) }))).rejects.toMatchObject({
      code: 'act_refused',
      ...(reason && { reasons: [reason] }),
    });
    const still = await world.administer.read(registrar(), (acting) => viewPaper(acting, id));
    expect(still).not.toHaveProperty('outcome');
  });

  it('at eh3 takes an identification in person, and at eh4 is never possible', async () => {
    const { paper_request_id: id } = await register({ loa: 'eh3' });
    expect(await settle(id, executed([await identify('karin', IN_PERSON)], { grant: grant('eh3') }))).toMatchObject({
      outcome: 'executed',
    });
    const high = await register({
      loa: 'eh4',
      represented: { partyId: world.party('boerderij') },
      signedBy: { partyId: world.party('willem') },
    });
    const proof = [await identify('willem', { ...IN_PERSON, loa: 'eh4' })];
    await expect(settle(high.paper_request_id, executed(proof, { grant: grant('eh4') }))).rejects.toMatchObject({
      code: 'act_refused',
    });
  });

  it('is refused when who signed may not grant for this party', async () => {
    const stranger = await register({ signedBy: { partyId: world.party('stan') } });
    await expect(
      settle(stranger.paper_request_id, executed(await identifyBoth('stan'), { grant: grant() })),
    ).rejects.toMatchObject({ code: 'act_refused' });
  });

  it('is refused when the party went bankrupt while the letter lay there', async () => {
    const party = { represented: { partyId: world.party('boerderij') }, signedBy: { partyId: world.party('willem') } };
    const [before, after] = [await register(party), await register(party)];
    const proof = await identifyBoth('willem');
    expect(await settle(before.paper_request_id, executed(proof, { grant: grant() }))).toMatchObject({
      outcome: 'executed',
    });
    await write(
      (acting) =>
        intervene(acting, world.party('boerderij'), {
          kind: 'bankruptcy',
          since: new Date('2026-06-01T00:00:00Z'),
          reference: 'F.10/26/1',
          verifiedBy: ['telefoon'],
        }),
      world.system('court'),
    );
    await expect(settle(after.paper_request_id, executed(proof, { grant: grant() }))).rejects.toMatchObject({
      code: 'act_refused',
      reasons: ['represented_bankrupt'],
    });
  });

  it('grants no other level than was asked, and takes identifications of the signer alone', async () => {
    const { paper_request_id: id } = await register();
    const karin = await identify('karin');
    await expect(settle(id, executed([karin], { grant: grant('eh3') }))).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at: '/grant/loa' }],
    });
    await expect(settle(id, executed([await identify('petra')], { grant: grant() }))).rejects.toMatchObject({
      faults: [{ at: '/identifications/0' }],
    });
  });

  it('checks the document anew for each request, and may use the copy again', async () => {
    const { document: _, ...bare } = COPY;
    const old = await identify('karin', { ...COPY, checkedAt: new Date('2026-05-01T09:00:00Z') });
    const { paper_request_id: id } = await register();
    const inPerson = await identify('karin', IN_PERSON);
    await expect(settle(id, executed([inPerson, old], { grant: grant() }))).rejects.toMatchObject({
      faults: [{ at: '/identifications/1' }],
    });
    const anew = await identify('karin', { ...bare, reuses: old });
    expect(await settle(id, executed([inPerson, anew], { grant: grant() }))).toMatchObject({ outcome: 'executed' });
  });

  it.each([
    ['before the letter came', new Date(RECEIVED.getTime() - 1)],
    ['in the future', new Date(NOON + 1)],
  ])('takes no signature that was compared %s', async (_when, at) => {
    const { paper_request_id: id } = await register();
    const wish = { ...executed([await identify('karin')], { grant: grant() }), signature: { ...SIGNATURE, at } };
    await expect(settle(id, wish)).rejects.toMatchObject({ faults: [{ at: '/signature_verified/at' }] });
  });

  it('happens once, when two settle at the same moment', async () => {
    const { paper_request_id: id } = await register();
    const proof = await identifyBoth('karin');
    const both = await Promise.allSettled([1, 2].map(() => settle(id, executed(proof, { grant: grant() }))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { rows } = await world.pool.query(
      `select count(*)::integer as made from mandates where channel = 'paper' and status = 'active'`,
    );
    expect(rows).toEqual([{ made: 1 }]);
  });
});

describe('changing and ending on paper', () => {
  const asked = (kind: PaperWish['kind'], mandates = [SPECIFIC]) => register({ kind, mandates, loa: 'eh3' });

  it('revokes with the request as the cause', async () => {
    const { paper_request_id: id } = await asked('revoke');
    expect(await settle(id, executed([await identify('karin', IN_PERSON)]))).toMatchObject({
      settled_mandates: [SPECIFIC],
    });
    expect(await world.mandate(SPECIFIC)).toMatchObject({ status: 'revoked', status_cause: `paper request ${id}` });
  });

  it('suspends', async () => {
    const { paper_request_id: id } = await asked('suspension');
    await settle(id, executed([await identify('karin', IN_PERSON)]));
    expect(await world.mandate(SPECIFIC)).toMatchObject({ status: 'suspended' });
  });

  it('suspends in haste on the signature alone, and records why; nothing else is done so', async () => {
    const { paper_request_id: id } = await asked('suspension');
    await expect(settle(id, executed([]))).rejects.toMatchObject({
      reasons: ['loa_insufficient', 'paper_evidence_missing'],
    });
    await settle(id, executed([], { deviation: 'Gebeld, document volgt' }));
    expect(await world.mandate(SPECIFIC)).toMatchObject({ status: 'suspended' });
    const { rows } = await world.pool.query<{ why: string }>(
      `select acted_by ->> 'deviation' as why from changes where entity = 'mandate' and entity_id = $1
       order by revision desc limit 1`,
      [SPECIFIC],
    );
    expect(rows).toEqual([{ why: 'Gebeld, document volgt' }]);
  });

  it('changes, and keeps the new evidence beside the old', async () => {
    const { paper_request_id: id } = await asked('change');
    const change = { valid_until: '2028-01-01T00:00:00Z' };
    await settle(id, executed([await identify('karin', IN_PERSON)], { change }));
    const mandate = await world.mandate(SPECIFIC);
    expect(Date.parse(String(mandate.valid_until))).toBe(Date.parse(change.valid_until));
    expect(mandate.evidence).toEqual([
      expect.objectContaining({ kind: 'handwritten_signature' }),
      expect.objectContaining({ kind: 'in_person' }),
    ]);
  });

  it('is refused to who manages nothing here, and leaves all as it was', async () => {
    const { paper_request_id: id } = await register({
      kind: 'revoke',
      mandates: [GENERAL],
      signedBy: { partyId: world.party('stan') },
    });
    await expect(settle(id, executed([await identify('stan', IN_PERSON)]))).rejects.toMatchObject({
      code: 'act_refused',
    });
    expect(await world.mandate(GENERAL)).toMatchObject({ status: 'active' });
  });

  it('does all that was asked or nothing', async () => {
    await world.act((client) =>
      client.query(`update mandates set status = 'revoked' where mandate_id = $1`, [SPECIFIC]),
    );
    const TENTH = '3a000000-0000-4000-8000-000000000010';
    const { paper_request_id: id } = await asked('revoke', [TENTH, SPECIFIC]);
    await expect(settle(id, executed([await identify('karin', IN_PERSON)]))).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await world.mandate(TENTH)).toMatchObject({ status: 'active' });
  });

  it.each([
    ['a grant', 'revoke', { grant: true }, '/grant'],
    ['no change', 'change', {}, '/change'],
    ['a deviation', 'revoke', { deviation: 'haast' }, '/deviation'],
  ] as const)('does not take %s for a %s', async (_what, kind, rest, at) => {
    const { paper_request_id: id } = await asked(kind);
    const wish = 'grant' in rest ? { grant: grant() } : rest;
    await expect(settle(id, executed([await identify('karin', IN_PERSON)], wish))).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at }],
    });
  });
});
