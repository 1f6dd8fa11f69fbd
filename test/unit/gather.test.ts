import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/domain/evaluation.ts';
import { gather } from '../../src/evaluate/gather.ts';
import { runNow, runReading } from '../../src/evaluate/strand.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { scopeKey } from '../../src/mandates/record-key.ts';
import {
  ANNA,
  actor,
  alias,
  aMandate,
  aParty,
  aService,
  CHAIN,
  DIRECT,
  FIRM,
  firm,
  id,
  mandateWrite,
  OFFICE,
  OWNER,
  office,
  PASSER_ON,
  PEOPLE,
  projected,
  question,
  remote,
  SERVICE,
  SERVICE_UUID,
  stranger,
} from '../support/decide-world.ts';

/** Gathers twice, from what is at hand and by round trips: both must find the same. */
async function gathered(writes: readonly Write[], asked: Question) {
  const lookups = await projected(writes);
  const far = remote(lookups);
  const found = await runReading(gather(asked, alias), far);
  expect(runNow(gather(asked, alias), lookups)).toEqual(found);
  return { ...found, trips: far.trips };
}

const idsOf = (mandates: readonly { mandate_id: string }[] | undefined) =>
  mandates?.map(({ mandate_id }) => mandate_id);
const ask = (change: Partial<Question>): Question => ({ ...question, ...change });

describe('gathering what a question needs', () => {
  it('finds both parties, the service and the mandates between them', async () => {
    const found = await gathered([...PEOPLE, DIRECT], question);
    expect(found).toMatchObject({
      request: { loa: 'eh3' },
      actor: { party: { party_id: ANNA }, means: { active: true }, loa: 'eh3' },
      represented: { party: { party_id: FIRM } },
      together: [],
      via_needed: false,
    });
    expect(found.services.map(({ service }) => service.service_id)).toEqual([SERVICE]);
    expect(idsOf(found.services[0]?.direct)).toEqual([id(10)]);
    expect(found.trips).toBe(2);
  });

  it('leaves out what is not known, and decides nothing by that', async () => {
    const found = await gathered(PEOPLE, ask({ actor: stranger, service: 'urn:unknown' }));
    expect(found).toMatchObject({ actor: { loa: 'eh3' }, service_missing: 'unknown', services: [] });
    expect(found.actor.party).toBeUndefined();
  });

  it('finds mandates by service, set, owner, everything and the case asked for, and no others', async () => {
    const service = aService({ sets: { [id(50)]: 3 } });
    const scopes = [
      scopeKey.service(SERVICE_UUID),
      scopeKey.set(id(50)),
      scopeKey.owner(OWNER),
      scopeKey.everything,
      scopeKey.case(SERVICE, 'A-1'),
    ];
    const elsewhere = [scopeKey.service(id(101)), scopeKey.set(id(51)), scopeKey.case(SERVICE, 'A-2')];
    const writes: Write[] = [
      ...PEOPLE,
      { put: 'service', serviceId: SERVICE, facts: service },
      ...[...scopes, ...elsewhere].map((scope, index) => mandateWrite(FIRM, ANNA, aMandate(id(20 + index)), scope)),
    ];
    const without = await gathered(writes, question);
    expect(idsOf(without.services[0]?.direct)).toEqual([20, 21, 22, 23].map(id));
    const within = await gathered(writes, ask({ case: 'A-1' }));
    expect(within.request.case).toBe(`${SERVICE}#A-1`);
    expect(idsOf(within.services[0]?.direct)).toEqual([20, 21, 22, 23, 24].map(id));
  });

  it('keeps of many cases only the one asked for', async () => {
    const facts = aMandate(id(10), { cases: [`${SERVICE}#A-1`, `${SERVICE}#A-2`, 'other#A-1'] });
    const writes = [...PEOPLE, mandateWrite(FIRM, ANNA, facts, scopeKey.case(SERVICE, 'A-2'))];
    const found = await gathered(writes, ask({ case: 'A-2' }));
    expect(found.services[0]?.direct[0]?.cases).toEqual([`${SERVICE}#A-2`]);
  });

  it('says whether the branch is registered', async () => {
    const writes: Write[] = [...PEOPLE, { put: 'branch', party: FIRM, branch: '000000000001' }];
    expect((await gathered(writes, ask({ branch: '000000000001' }))).represented.branch_registered).toBe(true);
    expect((await gathered(writes, ask({ branch: '000000000002' }))).represented.branch_registered).toBe(false);
    expect((await gathered(writes, question)).represented).not.toHaveProperty('branch_registered');
  });

  it('finds co-actors in the order asked', async () => {
    const together = [{ id: office, loa: 'eh3' }, { id: stranger }, { id: actor }];
    const found = await gathered(PEOPLE, ask({ together }));
    expect(found.together.map(({ party }) => party?.party_id)).toEqual([OFFICE, undefined, ANNA]);
    expect(found.together[0]?.loa).toBe('eh3');
  });

  it('takes parties by their ids, as one party whatever it is called', async () => {
    const named = await gathered([...PEOPLE, DIRECT], { ...question, represented: { party_id: FIRM } });
    expect(named).toEqual(await gathered([...PEOPLE, DIRECT], question));
    const { actor: who } = await gathered(PEOPLE, { ...question, actor: { party_id: ANNA } });
    expect(who).toEqual({ party: expect.objectContaining({ party_id: ANNA }), loa: 'eh3' });
  });

  it('knows nobody by an id that no party has, nor a person as an organisation', async () => {
    const nobody = await gathered([...PEOPLE, DIRECT], {
      ...question,
      actor: { party_id: ANNA, kind: 'organisation' },
      represented: { party_id: id(999) },
      via: { party_id: id(998), kind: 'organisation' },
    });
    expect(nobody).toMatchObject({ actor: { loa: 'eh3' }, represented: {}, via: {} });
    expect(nobody.services).toMatchObject([{ direct: [], chains: [] }]);
    expect(
      (await gathered(PEOPLE, { ...question, represented: { party_id: FIRM, kind: 'organisation' } })).represented,
    ).toMatchObject({ party: { party_id: FIRM } });
  });

  it('refuses more than ten co-actors', async () => {
    const together = Array.from({ length: 11 }, () => ({ id: actor }));
    await expect(gathered(PEOPLE, ask({ together }))).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('gathering chains', () => {
  it('finds the first and second links through each intermediary, in three round trips', async () => {
    const found = await gathered([...PEOPLE, ...CHAIN], question);
    const [chain] = found.services[0]?.chains ?? [];
    expect(chain?.intermediary.party_id).toBe(OFFICE);
    expect([idsOf(chain?.first), idsOf(chain?.second)]).toEqual([[id(11)], [id(12)]]);
    expect(found.trips).toBe(3);
  });

  it('leaves out an intermediary of which a link is missing', async () => {
    for (const missing of CHAIN) {
      const writes = [...PEOPLE, ...CHAIN].filter((write) => write !== missing);
      expect((await gathered(writes, question)).services[0]?.chains).toEqual([]);
    }
  });

  it('goes only through the intermediary that the caller names', async () => {
    const found = await gathered([...PEOPLE, ...CHAIN], ask({ via: office }));
    expect(found.via?.party?.party_id).toBe(OFFICE);
    expect(found.services[0]?.chains).toHaveLength(1);
    expect(found.trips).toBe(2);
    const other = await gathered([...PEOPLE, ...CHAIN], ask({ via: stranger }));
    expect(other.via).toEqual({});
    expect(other.services[0]?.chains).toEqual([]);
  });

  it('asks for via when the actor works for more than 64 organisations, and not for 64', async () => {
    const organisations = Array.from({ length: 64 }, (_, index) => id(1000 + index));
    const writes: Write[] = [
      ...PEOPLE,
      DIRECT,
      ...organisations.flatMap((party): Write[] => [
        { put: 'party', party, facts: aParty(party) },
        { put: 'link', actor: ANNA, organisation: party, mandateId: id(2000) },
        mandateWrite(FIRM, party, aMandate(id(3000))),
        mandateWrite(party, ANNA, aMandate(id(4000))),
      ]),
    ];
    const enough = await gathered(writes, question);
    expect(enough.via_needed).toBe(false);
    expect(enough.services[0]?.chains).toHaveLength(64);
    const more = [...writes, ...CHAIN];
    const found = await gathered(more, question);
    expect(found.via_needed).toBe(true);
    expect(found.services[0]).toMatchObject({ direct: [{ mandate_id: id(10) }], chains: [] });
    const named = await gathered(more, ask({ via: office }));
    expect(named).toMatchObject({
      via_needed: false,
      services: [{ chains: [{ intermediary: { party_id: OFFICE } }] }],
    });
  });

  it('never takes the represented or the actor for an intermediary', async () => {
    const writes: Write[] = [
      ...PEOPLE,
      { put: 'link', actor: ANNA, organisation: FIRM, mandateId: id(10) },
      mandateWrite(FIRM, FIRM, aMandate(id(11))),
      DIRECT,
    ];
    expect((await gathered(writes, question)).services[0]?.chains).toEqual([]);
  });
});

describe('gathering onward mandates', () => {
  const derived_from = { mandate_id: id(30), delegate: PASSER_ON };
  const parent = mandateWrite(FIRM, PASSER_ON, aMandate(id(30)));

  it('brings the parent and its delegate', async () => {
    const onward = mandateWrite(FIRM, ANNA, aMandate(id(31), { derived_from }));
    const found = await gathered([...PEOPLE, parent, onward], question);
    expect(found.services[0]?.direct[0]?.parent).toMatchObject({
      mandate: { mandate_id: id(30) },
      delegate: { party_id: PASSER_ON },
    });
    expect(found.trips).toBe(3);
  });

  it('brings those of chains too, in a fourth round trip', async () => {
    const onward = mandateWrite(FIRM, OFFICE, aMandate(id(31), { kind: 'business', derived_from }));
    const found = await gathered([...PEOPLE, ...CHAIN, parent, onward], question);
    const first = found.services[0]?.chains[0]?.first.find(({ mandate_id }) => mandate_id === id(31));
    expect(first?.parent?.mandate?.mandate_id).toBe(id(30));
    expect(found.trips).toBe(4);
  });

  it('leaves a parent empty that is gone, or was granted by another', async () => {
    const onward = mandateWrite(FIRM, ANNA, aMandate(id(31), { derived_from }));
    const foreign = mandateWrite(OFFICE, PASSER_ON, aMandate(id(30)));
    const found = await gathered([...PEOPLE, foreign, onward], question);
    expect(found.services[0]?.direct[0]?.parent).not.toHaveProperty('mandate');
  });
});

describe('gathering services', () => {
  const second = 'urn:etoegang:DV:00000003111111110000:services:2';

  it('takes a ServiceUUID for its one instance, with one round trip more', async () => {
    const found = await gathered([...PEOPLE, DIRECT], ask({ service: SERVICE_UUID, case: 'A-1' }));
    expect(found.services[0]?.service.service_id).toBe(SERVICE);
    expect(found.request.case).toBe(`${SERVICE}#A-1`);
    expect(found.trips).toBe(3);
  });

  it('calls a ServiceUUID with two instances ambiguous, and one with none unknown', async () => {
    const definition = (instances: string[]): Write => ({ put: 'definition', serviceUuid: SERVICE_UUID, instances });
    const asked = ask({ service: SERVICE_UUID });
    expect((await gathered([...PEOPLE, definition([SERVICE, second])], asked)).service_missing).toBe('ambiguous');
    expect((await gathered([...PEOPLE, definition([])], asked)).service_missing).toBe('unknown');
  });

  const portal = (sub_services: string[]): Write => ({
    put: 'service',
    serviceId: 'portal',
    facts: aService({ service_id: 'portal', service_uuid: id(102), sub_services }),
  });

  it('opens a portal: each service behind it with its own mandates', async () => {
    const other: Write = {
      put: 'service',
      serviceId: second,
      facts: aService({ service_id: second, service_uuid: id(101) }),
    };
    const onSecond = mandateWrite(FIRM, ANNA, aMandate(id(40)), scopeKey.service(id(101)));
    const forAll = mandateWrite(FIRM, ANNA, aMandate(id(41)), scopeKey.owner(OWNER));
    const writes = [...PEOPLE, portal([SERVICE, second]), other, DIRECT, onSecond, forAll];
    const found = await gathered(writes, ask({ service: 'portal' }));
    expect(found.portal).toMatchObject({ service_id: 'portal', sub_services: [] });
    expect(found.services.map(({ service, direct }) => [service.service_id, idsOf(direct)])).toEqual([
      [SERVICE, [id(10), id(41)]],
      [second, [id(40), id(41)]],
    ]);
    expect(found.trips).toBe(3);
  });

  it('refuses a portal of more than a hundred services', async () => {
    const writes = [...PEOPLE, portal(Array.from({ length: 101 }, (_, index) => `service ${index}`))];
    await expect(gathered(writes, ask({ service: 'portal' }))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('looks up nothing between parties for a service that is unknown', async () => {
    const found = await gathered([...PEOPLE, DIRECT, ...CHAIN], ask({ service: 'urn:unknown', represented: firm }));
    expect(found).toMatchObject({ services: [], via_needed: false, trips: 2 });
  });
});

describe('gathering from a projection that lost a record', () => {
  const without = (party: string): Write[] => PEOPLE.filter((write) => !('party' in write) || write.party !== party);
  const noService = PEOPLE.filter((write) => !('serviceId' in write));
  const portal: Write = {
    put: 'service',
    serviceId: 'portal',
    facts: aService({ service_id: 'portal', sub_services: [SERVICE] }),
  };
  const onward = mandateWrite(FIRM, ANNA, aMandate(id(31), { derived_from: { mandate_id: id(30), delegate: id(6) } }));

  it.each<[string, Write[], Partial<Question>]>([
    ['the actor', without(ANNA), {}],
    ['the represented', without(FIRM), {}],
    ['a co-actor', without(OFFICE), { together: [{ id: office }] }],
    ['the intermediary named', without(OFFICE), { via: office }],
    ['an intermediary found', [...without(OFFICE), ...CHAIN], {}],
    ['who passed a mandate on', [...PEOPLE, onward], {}],
    ['the instance of a definition', noService, { service: SERVICE_UUID }],
    ['a service behind a portal', [...noService, portal], { service: 'portal' }],
  ])('is an error when it is that of %s, and never a denial', async (_, writes, change) => {
    const lookups = await projected(writes);
    const incomplete = { code: 'store_unavailable', message: 'the projection is incomplete' };
    expect(() => runNow(gather(ask(change), alias), lookups)).toThrow(expect.objectContaining(incomplete));
    await expect(runReading(gather(ask(change), alias), remote(lookups))).rejects.toMatchObject(incomplete);
  });
});
