import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Acting } from '../../src/administer/acting.ts';
import {
  endIdentification,
  type IdentificationWish,
  listIdentifications,
  recordIdentification,
} from '../../src/administer/parties/identifications.ts';
import type { Loa } from '../../src/domain/facts.ts';
import { changeWrites } from '../../src/mandates/writes.ts';
import { type AdminWorld, deny, NOON, startAdminWorld } from '../support/admin.ts';
import { ruleAgainst } from '../support/register-rows.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
beforeEach(() => {
  world.policy.answer();
  world.clock.now = NOON;
});
afterAll(() => world.close());

const write = async <T>(act: (acting: Acting) => Promise<T>): Promise<T> =>
  (await world.administer.write(world.system('registrar'), {}, act)).value;
const record = (key: string, wish: IdentificationWish) =>
  write((acting) => recordIdentification(acting, world.party(key), wish));
const valid = (key: string, loa?: Loa) =>
  world.administer.read(world.system('registrar'), (acting) => listIdentifications(acting, world.party(key), loa));

const CHECKED = { checkedBy: 'balie 3', checkedAt: new Date('2026-05-30T10:00:00Z') };
const COPY: IdentificationWish = {
  method: 'document_copy',
  check: 'lost_document_register',
  loa: 'eh2',
  document: { kind: 'passport', validUntil: '2026-06-10' },
  reference: 'dossier 26/17',
  ...CHECKED,
};
const IN_PERSON: IdentificationWish = {
  method: 'in_person',
  check: 'in_person',
  loa: 'eh3',
  document: { kind: 'identity_card', validUntil: '2031-01-01' },
  ...CHECKED,
};
const EXTRACT: IdentificationWish = { method: 'extract', check: 'handelsregister', loa: 'eh2', ...CHECKED };

describe('an identification', () => {
  it('tells who somebody is at its level and below, the strongest first', async () => {
    await record('petra', COPY);
    await record('petra', IN_PERSON);
    expect((await valid('petra', 'eh2')).items.map(({ loa }) => loa)).toEqual(['eh3', 'eh2']);
    expect((await valid('petra', 'eh3')).items.map(({ method }) => method)).toEqual(['in_person']);
    expect((await valid('petra', 'eh4')).items).toEqual([]);
  });

  it('holds through the last day of the document in Amsterdam, and not a moment longer', async () => {
    await record('henk', COPY);
    world.clock.now = Date.parse('2026-06-10T21:59:59.999Z');
    expect(await valid('henk', 'eh2')).toMatchObject({ items: [{ holds: true }], new_copy_needed: false });
    world.clock.now = Date.parse('2026-06-10T22:00:00Z');
    expect(await valid('henk', 'eh2')).toEqual({ items: [], new_copy_needed: true });
    expect(await valid('henk')).toMatchObject({ items: [{ holds: false }], new_copy_needed: true });
  });

  it('reuses a copy while the document is valid', async () => {
    const first = await record('olaf', COPY);
    const { document: _, ...bare } = COPY;
    const again = await record('olaf', {
      ...bare,
      reuses: first.identification_id,
      checkedAt: new Date('2026-06-01T08:00:00Z'),
    });
    expect(again).toMatchObject({
      reuses: first.identification_id,
      document_kind: 'passport',
      document_valid_until: '2026-06-10',
    });
    world.clock.now = Date.parse('2026-06-12T08:00:00Z');
    const late = record('olaf', {
      ...bare,
      reuses: first.identification_id,
      checkedAt: new Date('2026-06-11T08:00:00Z'),
    });
    expect(await ruleAgainst(late)).toBe('document_was_valid_when_checked');
  });

  it('reuses no copy of another, none that was ended, and none that was itself reused', async () => {
    const { document: _, ...bare } = COPY;
    const first = await record('bea', COPY);
    await expect(record('karin', { ...bare, reuses: first.identification_id })).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at: '/reuses' }],
    });
    const again = await record('bea', { ...bare, reuses: first.identification_id });
    expect(await ruleAgainst(record('bea', { ...bare, reuses: again.identification_id }))).toBe(
      'reused_copy_is_of_this_party',
    );
    await write((acting) => endIdentification(acting, world.party('bea'), first.identification_id));
    expect(await ruleAgainst(record('bea', { ...bare, reuses: first.identification_id }))).toBe(
      'reused_copy_is_of_this_party',
    );
  });

  it('is ended once somebody knows better', async () => {
    const made = await record('tekenaar', COPY);
    const ended = await write((acting) => endIdentification(acting, world.party('tekenaar'), made.identification_id));
    expect(ended).toMatchObject({ holds: false, valid_until: '2026-06-01T12:00:00.000Z' });
    expect((await valid('tekenaar', 'eh2')).items).toEqual([]);
    await expect(
      write((acting) => endIdentification(acting, world.party('stan'), made.identification_id)),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of an organisation is by the Handelsregister, for one branch where that is what is asked', async () => {
    expect(await record('bakkerij', { ...EXTRACT, branch: '000090000041' })).toMatchObject({ branch: '000090000041' });
    await expect(record('bakkerij', { ...EXTRACT, branch: '000090000031' })).rejects.toMatchObject({
      faults: [{ at: '/branch' }],
    });
  });

  it.each([
    ['a copy at eh3', 'stan', { ...COPY, loa: 'eh3' }, 'copy_of_a_document_reaches_eh2'],
    [
      'a check that is not of its method',
      'stan',
      { ...COPY, check: 'in_person' },
      'identification_check_fits_its_method',
    ],
    ['an extract of a person', 'stan', EXTRACT, 'identification_method_fits_the_party'],
    ['a passport of an organisation', 'balans', COPY, 'identification_method_fits_the_party'],
    [
      'a document that had run out when it was checked',
      'stan',
      { ...COPY, document: { kind: 'passport', validUntil: '2026-05-29' } },
      'document_was_valid_when_checked',
    ],
  ] as const)('is refused for %s', async (_what, key, wish, rule) => {
    expect(await ruleAgainst(record(key, wish as IdentificationWish))).toBe(rule);
  });

  it.each([
    ['a BSN', '/reference', { reference: 'bsn 999993707' }],
    ['the number of a document', '/reference', { reference: 'paspoort NXC4BR7K1' }],
    ['a check that is still to come', '/checked_at', { checkedAt: new Date(NOON + 1) }],
  ])('keeps no %s', async (_what, at, change) => {
    await expect(record('stan', { ...COPY, ...change })).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at }],
    });
  });

  it('is recorded in the chain, and shown to nobody whom the rules refuse', async () => {
    const made = await record('vandam-een', COPY);
    const { rows } = await world.pool.query(
      `select entity, acted_by ->> 'act' as act from changes where entity_id = $1`,
      [made.identification_id],
    );
    expect(rows).toEqual([{ entity: 'identification', act: 'party.identify' }]);
    expect(changeWrites({ entity: 'identification', facts_before: null, facts_after: null })).toEqual([]);
    world.policy.answer((input) =>
      input.act.name === 'party.view' && input.represented?.party.party_id === world.party('vandam-een')
        ? { ...deny(), allow: true, capacity: 'self' }
        : deny('not_for_this_capacity'),
    );
    const look = (key: string) =>
      world.administer.read(world.as(key), (acting) => listIdentifications(acting, world.party('vandam-een')));
    expect((await look('vandam-een')).items).toHaveLength(1);
    await expect(look('vandam-twee')).rejects.toMatchObject({ code: 'act_refused' });
  });
});
