import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Acting } from '../../src/administer/acting.ts';
import { EFFECTS } from '../../src/administer/interventions/effects.ts';
import { endIntervention, listInterventions } from '../../src/administer/interventions/end-intervention.ts';
import { type InterventionWish, intervene } from '../../src/administer/interventions/intervene.ts';
import { viewParty } from '../../src/administer/parties/find-parties.ts';
import type { InterventionKind } from '../../src/domain/administration.ts';
import { type AdminWorld, ALLOW, deny, startAdminWorld } from '../support/admin.ts';
import { identifier } from '../support/decide-world.ts';

let world: AdminWorld;
beforeEach(async () => {
  world = await startAdminWorld();
});
afterEach(() => world.close());

const SINCE = new Date('2026-05-28T00:00:00Z');
const COURT = () => world.system('court', '00000003800000080000');
const RVO = () => world.system('service_owner', '00000003800000020000');
const write = async <T>(act: (acting: Acting) => Promise<T>, session = COURT()): Promise<T> =>
  (await world.administer.write(session, { reason: 'test' }, act)).value;
const on = (key: string, wish: Partial<InterventionWish> & { kind: InterventionKind }, session = COURT()) =>
  write(
    (acting) =>
      intervene(acting, world.party(key), {
        since: SINCE,
        reference: 'F.10/26/900',
        verifiedBy: ['telefoon'],
        ...wish,
      }),
    session,
  );
const [n, M] = [(i: number) => String(i).padStart(2, '0'), '3a000000-0000-4000-8000-0000000000'];
const statuses = async (...numbers: number[]) => {
  const { rows } = await world.pool.query<{ status: string }>(
    'select status from unnest($1::uuid[]) with ordinality as a (id, place) join mandates on mandate_id = id order by place',
    [numbers.map((i) => M + n(i))],
  );
  return rows.map(({ status }) => status);
};
/** A copy of a mandate of the example register, with other columns. */
async function copyOf(number: number, columns: Record<string, unknown>): Promise<string> {
  return world.act(async (client) => {
    const { rows } = await client.query<{ mandate_id: string }>(
      `insert into mandates select r.* from mandates m, jsonb_populate_record(m, $2::jsonb
         || jsonb_build_object('mandate_id', gen_random_uuid(), 'status', 'active', 'status_cause', null)) as r
       where m.mandate_id = $1 returning mandate_id`,
      [M + n(number), JSON.stringify(columns)],
    );
    return rows[0]?.mandate_id ?? '';
  });
}
const statusOf = async (id: string) => (await world.mandate(id)).status;

describe('an intervention', () => {
  it('puts the party in its state, ends what it granted with itself as the cause, and says how much', async () => {
    const { intervention, created } = await on('bakkerij', { kind: 'bankruptcy' });
    expect(created).toBe(true);
    expect(intervention).toMatchObject({
      kind: 'bankruptcy',
      state: 'bankrupt',
      source: 'court 00000003800000080000',
      verified_by: ['telefoon'],
      mandates_ended: 4,
    });
    expect(await statuses(10, 20, 21, 23)).toEqual(['revoked', 'revoked', 'revoked', 'revoked']);
    expect((await world.mandate(M + n(10))).status_cause).toBe(`intervention ${intervention.intervention_id}`);
    const party = await world.administer.read(COURT(), (acting) => viewParty(acting, world.party('bakkerij')));
    expect(party.states).toEqual([
      {
        state: 'bankrupt',
        since: '2026-05-28T00:00:00.000Z',
        reference: 'F.10/26/900',
        source: 'court 00000003800000080000',
      },
    ]);
    const { rows } = await world.pool.query(
      `select distinct acted_by ->> 'act' as act, acted_by -> 'verified_by' as verified, acted_by ->> 'capacity' as capacity
       from changes where acted_by ->> 'channel' = 'admin'`,
    );
    expect(rows).toEqual([{ act: 'party.intervene', verified: ['telefoon'], capacity: 'court' }]);
  });

  it('leaves other parties alone', async () => {
    await on('bakkerij', { kind: 'bankruptcy' });
    expect(await statuses(1, 2, 11, 12, 13)).toEqual(Array(5).fill('active'));
  });

  it('lapses what still waited', async () => {
    const request = await copyOf(10, {});
    await world.act((client) =>
      client.query(
        `insert into mandates select r.* from mandates m, jsonb_populate_record(m, jsonb_build_object(
        'mandate_id', '3a000000-0000-4000-8000-0000000000ff', 'status', 'requested')) as r where m.mandate_id = $1`,
        [request],
      ),
    );
    await on('bakkerij', { kind: 'bankruptcy' });
    expect(await statusOf('3a000000-0000-4000-8000-0000000000ff')).toBe('lapsed');
    await on('moeder', { kind: 'death', reference: 'akte 1' });
    expect(await statuses(30, 31, 32)).toEqual(['revoked', 'revoked', 'lapsed']);
  });

  it('reaches what was passed on, and counts it', async () => {
    const { intervention } = await on('schuldhulp', { kind: 'business_ended' });
    expect(await statuses(71, 72, 80, 81)).toEqual(Array(4).fill('revoked'));
    expect(intervention.mandates_ended).toBe(4);
    expect((await world.mandate(M + n(72))).status_cause).toBe(`parent ${M}71 revoked`);
  });

  it.each([
    ['death', 'balans', '/kind'],
    ['deregistration', 'willem', '/kind'],
    ['business_ended', 'willem', '/kind'],
  ] as const)('of kind %s does not happen to %s', async (kind, key, at) => {
    await expect(on(key, { kind })).rejects.toMatchObject({ code: 'invalid_request', faults: [{ at }] });
  });

  it('is given more time than other acts, once it is allowed', async () => {
    const timeOf = (act: (acting: Acting) => Promise<unknown>) =>
      write(async (acting) => {
        await act(acting);
        const { rows } = await acting.client.query('show statement_timeout');
        return rows[0].statement_timeout;
      });
    const wish = { kind: 'bewind', since: SINCE, reference: 'C/1', verifiedBy: ['telefoon'] } as const;
    expect(await timeOf((acting) => intervene(acting, world.party('moeder'), wish))).toBe('10min');
    expect(await timeOf((acting) => viewParty(acting, world.party('moeder')))).toBe('0');
  });

  it('ends nothing for what is still to come', async () => {
    await expect(on('bakkerij', { kind: 'bankruptcy', since: new Date(world.clock.now + 1) })).rejects.toMatchObject({
      faults: [{ at: '/since' }],
    });
    expect(await statuses(10)).toEqual(['active']);
  });

  it('writes nothing when the rules refuse it, and is not found on nobody', async () => {
    world.policy.answer(deny('court_request_unverified'));
    await expect(on('bakkerij', { kind: 'bankruptcy' })).rejects.toMatchObject({ code: 'act_refused' });
    expect(await statuses(10)).toEqual(['active']);
    await expect(
      write((acting) => intervene(acting, M + n(10), { kind: 'death', since: SINCE, reference: 'x' })),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the same intervention again', () => {
  it('is answered again and done once, also when two come at the same moment', async () => {
    const both = await Promise.all([on('bakkerij', { kind: 'bankruptcy' }), on('bakkerij', { kind: 'bankruptcy' })]);
    expect(both.map(({ created }) => created).sort()).toEqual([false, true]);
    expect(both[0]?.intervention).toEqual(both[1]?.intervention);
    const again = await on('bakkerij', { kind: 'bankruptcy' });
    expect(again).toEqual({ created: false, intervention: both[0]?.intervention });
  });

  it('under its reference means nothing else', async () => {
    await on('bakkerij', { kind: 'bankruptcy' });
    for (const other of [
      { kind: 'dissolution' },
      { kind: 'bankruptcy', since: new Date('2026-05-27T00:00:00Z') },
    ] as const) {
      await expect(on('bakkerij', other)).rejects.toMatchObject({ code: 'conflict', faults: [{ at: '/reference' }] });
    }
  });

  it('from another source is another, and finds nothing left to end', async () => {
    await on('bakkerij', { kind: 'bankruptcy' });
    const { intervention, created } = await on('bakkerij', { kind: 'bankruptcy' }, RVO());
    expect(created).toBe(true);
    expect(intervention).toMatchObject({ mandates_ended: 0, source: 'service_owner 00000003800000020000' });
  });
});

describe('what ends by law', () => {
  it('when the represented dies is everything but what was to outlive him', async () => {
    const survivor = await copyOf(30, { survivor: true });
    await on('moeder', { kind: 'death' });
    expect(await statusOf(survivor)).toBe('active');
    expect(await statuses(30, 31)).toEqual(['revoked', 'revoked']);
  });

  it('when the delegate dies is everything, survivor or not', async () => {
    const survivor = await copyOf(30, { survivor: true });
    await on('dochter', { kind: 'death' });
    expect([await statusOf(survivor), ...(await statuses(30))]).toEqual(['revoked', 'revoked']);
  });

  it('when a director dies, who signs with him waits until somebody has looked', async () => {
    await on('vandam-een', { kind: 'death' });
    expect(await statuses(60, 61)).toEqual(['revoked', 'suspended']);
  });

  it('in a bankruptcy is not what the law gives, nor what others granted since', async () => {
    await copyOf(52, { granted_at: '2026-05-29T00:00:00Z' });
    const { intervention } = await on('failliet', { kind: 'bankruptcy' });
    // 52 was granted by a curator before this bankruptcy began: it is not of its curator.
    expect(await statuses(50, 51, 52, 53, 54)).toEqual(['active', 'revoked', 'revoked', 'active', 'active']);
    expect(intervention.mandates_ended).toBe(2);
  });

  it('in a bankruptcy of the intermediary is what its clients granted, not what employers did', async () => {
    await on('balans', { kind: 'bankruptcy' });
    expect(await statuses(4, 10, 11, 13, 52, 72)).toEqual([
      'revoked',
      'revoked',
      'revoked',
      'active',
      'revoked',
      'revoked',
    ]);
    await on('stan', { kind: 'wsnp' });
    expect(await statuses(21)).toEqual(['active']);
  });

  it('in a dissolution is what it granted; what others asked of it rests', async () => {
    await on('balans', { kind: 'dissolution' });
    expect(await statuses(4, 10, 11, 13)).toEqual(['active', 'active', 'revoked', 'active']);
  });

  it('in a deregistration is all there is', async () => {
    await on('failliet', { kind: 'deregistration' });
    expect(await statuses(50, 51, 52, 53, 54)).toEqual(Array(5).fill('revoked'));
    await on('bewindkantoor', { kind: 'deregistration' });
    expect(await statuses(40, 41, 42)).toEqual(Array(3).fill('revoked'));
  });

  it('in curatele is what he granted and what he held, survivors included; not what the law gives', async () => {
    const survivor = await copyOf(30, { survivor: true });
    await on('moeder', { kind: 'curatele' });
    expect([await statusOf(survivor), ...(await statuses(30, 31))]).toEqual(['revoked', 'revoked', 'revoked']);
    await on('olaf', { kind: 'curatele' });
    expect(await statuses(12, 13)).toEqual(['revoked', 'active']);
  });

  it('in bewind is nothing: the rules stop what is about assets', async () => {
    const { intervention } = await on('moeder', { kind: 'bewind' });
    expect(intervention).toMatchObject({ state: 'bewind', mandates_ended: 0 });
    expect(await statuses(30, 31, 32)).toEqual(['active', 'active', 'offered']);
  });

  it('when a business ends is all that it granted and received, without any state', async () => {
    const { intervention } = await on('doorstart', { kind: 'business_ended' }, RVO());
    expect(intervention).not.toHaveProperty('state');
    expect(await statuses(54, 55)).toEqual(['revoked', 'active']);
  });

  it('for a sole proprietor is what his firm granted too, unless another owns it with him', async () => {
    const { intervention } = await on('kees', { kind: 'bankruptcy' });
    expect(await statuses(70, 71, 72)).toEqual(['active', 'revoked', 'revoked']);
    expect(intervention.mandates_ended).toBe(2);
    await copyOf(3, { delegate: world.party('henk') });
    await on('willem', { kind: 'bankruptcy' });
    expect(await statuses(1, 3, 4)).toEqual(['active', 'active', 'active']);
  });

  it('when a sole proprietor dies is his firm’s all the same', async () => {
    await on('kees', { kind: 'death' });
    expect(await statuses(70, 71, 72)).toEqual(['revoked', 'revoked', 'revoked']);
  });

  it('is said of every kind of intervention', () => {
    expect(Object.values(EFFECTS).every(({ of }) => of.length > 0)).toBe(true);
  });
});

describe('whoever takes over', () => {
  const curator = () => ({
    as: 'legal_representative' as const,
    delegate: { partyId: world.party('curator') },
    evidence: [{ kind: 'vonnis', reference: 'F.10/26/900' }],
  });

  it('by law represents the party from the first moment, on the ground that goes with it', async () => {
    const { intervention } = await on('bakkerij', { kind: 'bankruptcy', successor: curator() });
    const mandate = await world.mandate(String(intervention.successor));
    expect(mandate).toMatchObject({
      kind: 'statutory',
      ground: 'bankruptcy_curator',
      status: 'active',
      represented: world.party('bakkerij'),
      delegate: world.party('curator'),
      all_services: true,
      granted_by: world.party('rechtbank'),
      valid_until: null,
    });
    expect(Date.parse(String(mandate.valid_from))).toBe(SINCE.getTime());
    expect(world.policy.asked.at(-1)).toMatchObject({
      act: { name: 'mandate.grant', verified_by: ['telefoon'], mandate: { ground: 'bankruptcy_curator' } },
    });
  });

  it('is the new owner whom a public organisation appoints for its services', async () => {
    const { intervention } = await on(
      'bakkerij',
      {
        kind: 'business_ended',
        successor: {
          as: 'appointed',
          delegate: { identifier: identifier('urn:nl:kvk:90000009') },
          services: ['5e000000-0000-4000-8000-000000000001'],
          validUntil: new Date('2028-01-01T00:00:00Z'),
          evidence: [],
        },
      },
      RVO(),
    );
    expect(await world.mandate(String(intervention.successor))).toMatchObject({
      kind: 'appointed',
      granted_by: world.party('rvo'),
      delegate: world.party('doorstart'),
      status: 'active',
    });
  });

  it('is granted with the intervention or not at all', async () => {
    world.policy.answer((input) => (input.act.name === 'mandate.grant' ? deny('kind_not_for_this_capacity') : ALLOW));
    await expect(on('bakkerij', { kind: 'bankruptcy', successor: curator() })).rejects.toMatchObject({
      code: 'act_refused',
      reasons: ['kind_not_for_this_capacity'],
    });
    expect(await statuses(10)).toEqual(['active']);
    expect(
      await world.administer.read(COURT(), (acting) => listInterventions(acting, world.party('bakkerij'))),
    ).toEqual([]);
  });

  it.each([
    ['nobody by law after the end of a business', { kind: 'business_ended' }, {}, '/successor/as'],
    ['no ruling', { kind: 'bankruptcy' }, { evidence: [] }, '/successor/evidence'],
    [
      'services of a curator',
      { kind: 'bankruptcy' },
      { services: ['5e000000-0000-4000-8000-000000000001'] },
      '/successor/services',
    ],
    [
      'an appointment without end',
      { kind: 'bankruptcy' },
      { as: 'appointed', services: ['5e000000-0000-4000-8000-000000000001'] },
      '/successor/valid_until',
    ],
  ] as const)('cannot be %s', async (_what, wish, change, at) => {
    const successor = { ...curator(), ...change } as InterventionWish['successor'] & object;
    await expect(on('bakkerij', { ...wish, successor })).rejects.toMatchObject({
      code: 'invalid_request',
      faults: [{ at }],
    });
  });

  it('is not the party itself', async () => {
    const successor = { ...curator(), delegate: { partyId: world.party('moeder') } };
    await expect(on('moeder', { kind: 'curatele', successor })).rejects.toMatchObject({
      faults: [{ at: '/successor/delegate' }],
    });
  });
});

describe('the end of an intervention', () => {
  const end = (key: string, interventionId: string, session = COURT(), endedAt = new Date('2026-06-01T00:00:00Z')) =>
    write(
      (acting) =>
        endIntervention(acting, {
          partyId: world.party(key),
          interventionId,
          endedAt,
          reference: 'vernietigd',
          verifiedBy: ['telefoon'],
        }),
      session,
    );

  it('ends the state and brings nothing back', async () => {
    const { intervention } = await on('bakkerij', { kind: 'bankruptcy' });
    expect(await end('bakkerij', intervention.intervention_id)).toMatchObject({
      ended_at: '2026-06-01T00:00:00.000Z',
      end_reference: 'vernietigd',
    });
    expect(await statuses(10, 20)).toEqual(['revoked', 'revoked']);
    const { rows } = await world.pool.query('select facts from party_facts where party_id = $1', [
      world.party('bakkerij'),
    ]);
    expect(rows[0].facts.states).toEqual([
      { state: 'bankrupt', since: SINCE.getTime(), until: Date.parse('2026-06-01T00:00:00Z') },
    ]);
    expect(await end('bakkerij', intervention.intervention_id)).toMatchObject({ end_reference: 'vernietigd' });
    await expect(
      end('bakkerij', intervention.intervention_id, COURT(), new Date('2026-06-02T00:00:00Z')),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it('leaves the state while another intervention rests on it', async () => {
    const first = await on('bakkerij', { kind: 'bankruptcy' });
    const second = await on('bakkerij', { kind: 'bankruptcy', reference: 'F.10/26/901' });
    await end('bakkerij', first.intervention.intervention_id);
    const lasting = async () => {
      const { rows } = await world.pool.query('select until from party_states where party_id = $1', [
        world.party('bakkerij'),
      ]);
      return rows.map(({ until }) => until);
    };
    expect(await lasting()).toEqual([null]);
    await end('bakkerij', second.intervention.intervention_id);
    expect(await lasting()).toEqual([new Date('2026-06-01T00:00:00Z')]);
  });

  it('is for its own source to say, or for whoever may change parties', async () => {
    const { intervention } = await on('bakkerij', { kind: 'bankruptcy' });
    world.policy.answer((input) => (input.act.name === 'party.change' ? deny('not_for_this_capacity') : ALLOW));
    await expect(end('bakkerij', intervention.intervention_id, RVO())).rejects.toMatchObject({ code: 'act_refused' });
    world.policy.answer();
    expect(await end('bakkerij', intervention.intervention_id, world.system('registrar'))).toHaveProperty('ended_at');
  });

  it('comes after it began, and is of this party', async () => {
    const { intervention } = await on('bakkerij', { kind: 'bankruptcy' });
    await expect(end('bakkerij', intervention.intervention_id, COURT(), SINCE)).rejects.toMatchObject({
      faults: [{ at: '/ended_at' }],
    });
    await expect(end('balans', intervention.intervention_id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
