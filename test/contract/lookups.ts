import { describe, expect, test } from 'vitest';
import type { MandateFacts } from '../../src/domain/facts.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { CASES, CLIENTS, LINKS, SEALED, type World } from './register-world.ts';

/** What every store of mandate data answers, given the same register. */
export function lookupsContract(name: string, getWorld: () => World, getLookups: () => Lookups): void {
  const one = async (key: RecordKey) => (await getLookups().read([key]))[0];
  const between = async (represented: string, delegate: string, scope: string) =>
    ((await one(recordKey.mandates(represented, delegate, scope))) ?? []) as MandateFacts[];
  const nobody = '99999999-0000-4000-8000-000000000000';

  describe(`lookups in ${name}`, () => {
    test('says null for whatever the register does not know', async () => {
      const { firm, person, service } = getWorld();
      const keys = [
        recordKey.alias('cc'.repeat(16)),
        recordKey.party(nobody),
        recordKey.branch(firm, '000000000000'),
        recordKey.service('urn:etoegang:DV:none'),
        recordKey.definition(nobody),
        recordKey.mandates(person, firm, scopeKey.service(service)),
        recordKey.mandates(firm, person, scopeKey.service(nobody)),
        recordKey.links(person.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))),
      ];
      expect(await getLookups().read(keys)).toEqual(keys.map(() => null));
    });

    test('finds parties by alias, with the state of the means', async () => {
      const { firm, person } = getWorld();
      expect(await one(recordKey.alias('aa'.repeat(16)))).toEqual({ party_id: firm });
      expect(await one(recordKey.alias('bb'.repeat(16)))).toEqual({ party_id: person, means: { active: false } });
    });

    test('finds parties and their branches', async () => {
      const { firm, person } = getWorld();
      const since = Date.UTC(2026, 1, 28, 23);
      const bankrupt = { state: 'bankrupt', since };
      const firmFacts = {
        party_id: firm,
        kind: 'organisation',
        states: [bankrupt],
        kvk: '12345678',
        has_branches: true,
      };
      expect(await one(recordKey.party(firm))).toEqual(firmFacts);
      expect(await one(recordKey.party(person))).toEqual({
        party_id: person,
        kind: 'person',
        states: [],
        has_branches: false,
      });
      expect(await one(recordKey.branch(firm, '000012345678'))).toBe(true);
      expect(await one(recordKey.branch(person, '000012345678'))).toBeNull();
    });

    test('finds what a party may be called where its KvK number does not say it', async () => {
      const { firm, person, other, intermediary, caseWorker } = getWorld();
      const bsn = { alias: 'dd'.repeat(16), sealed: SEALED.toString('base64') };
      expect(await one(recordKey.names(other))).toEqual({ bsn });
      expect(await one(recordKey.names(intermediary))).toEqual({ rsin: '123456782' });
      for (const party of [firm, person, caseWorker, nobody]) expect(await one(recordKey.names(party))).toBeNull();
    });

    test('finds a service by ServiceID and its instances by ServiceUUID', async () => {
      const { service, serviceId, owner, set } = getWorld();
      expect(await one(recordKey.service(serviceId))).toMatchObject({
        service_id: serviceId,
        service_uuid: service,
        owner,
        sets: { [set]: 1 },
        definition: { active: true, grounds: { bewind: true } },
      });
      expect(await one(recordKey.definition(service))).toEqual({ instances: [serviceId] });
    });

    test('finds mandates by each part of their scope, in the order of their ids, revoked ones too', async () => {
      const { firm, person, service, set, owner, other } = getWorld();
      const byService = await between(firm, person, scopeKey.service(service));
      expect(byService.map(({ mandate_id }) => mandate_id)).toEqual(byService.map((m) => m.mandate_id).toSorted());
      expect(byService.map(({ status }) => status).toSorted()).toEqual(['active', 'active', 'revoked']);
      expect(byService.find(({ substitution }) => substitution)).toMatchObject({
        operations: ['view', 'submit'],
        reach: 'both',
        scope: { by: 'service' },
        cases: 'all',
      });
      expect(await between(firm, person, scopeKey.set(set))).toMatchObject([{ scope: { by: 'set', set, version: 1 } }]);
      expect(await between(firm, person, scopeKey.owner(owner))).toMatchObject([{ scope: { by: 'owner' } }]);
      expect(await between(firm, person, scopeKey.everything)).toMatchObject([
        { scope: { by: 'everything' }, joint: { required: 2, with: [other] } },
      ]);
      expect(await between(firm, other, scopeKey.service(service))).toMatchObject([{ branches: ['000012345678'] }]);
    });

    test('finds a mandate limited to cases under each of them alone, with that case and the scope that covers it', async () => {
      const { firm, person, serviceId, set } = getWorld();
      for (const id of ['one', 'two # é']) {
        const found = await between(firm, person, scopeKey.case(serviceId, id));
        expect(found).toMatchObject([{ cases: [`${serviceId}#${id}`], scope: { by: 'service' } }]);
      }
      expect(await between(firm, person, scopeKey.case(serviceId, 'by set'))).toMatchObject([
        { cases: [`${serviceId}#by set`], scope: { by: 'set', set, version: 1 } },
      ]);
      expect(await between(firm, person, scopeKey.case(serviceId, 'three'))).toEqual([]);
    });

    test(`finds one of ${CLIENTS} clients of an intermediary, to the millisecond`, async () => {
      const { intermediary, client, service } = getWorld();
      const [first, last] = await Promise.all(
        [0, CLIENTS - 1].map((i) => between(client(i), intermediary, scopeKey.service(service))),
      );
      expect(first).toMatchObject([{ kind: 'business', granted_at: Date.UTC(2026, 0, 1, 10, 11, 12, 345) }]);
      expect(last).toMatchObject([{ kind: 'business', valid_until: Date.UTC(2029, 0, 1) }]);
    });

    test(`finds one of ${CASES} case mandates between one pair`, async () => {
      const { firm, caseWorker, serviceId, caseId } = getWorld();
      const found = await between(firm, caseWorker, scopeKey.case(serviceId, caseId(CASES - 1)));
      expect(found).toMatchObject([{ cases: [`${serviceId}#${caseId(CASES - 1)}`] }]);
    });

    test(`finds all ${LINKS} organisations of a second link, each once`, async () => {
      const { adviser, client, person, firm } = getWorld();
      const expected = Array.from({ length: LINKS }, (_, i) => client(i));
      expect(await one(recordKey.links(adviser))).toEqual(expected);
      expect(await one(recordKey.links(person))).toEqual([firm]);
    });

    test('answers many keys at once in the order asked, a key asked twice as well', async () => {
      const { client, firm } = getWorld();
      const wanted = [...Array.from({ length: 300 }, (_, i) => client(i * 7)), nobody, firm, firm, client(0)];
      const found = await getLookups().read(wanted.map(recordKey.party));
      expect(found.map((party) => (party as { party_id: string } | null)?.party_id ?? nobody)).toEqual(wanted);
    });

    test('answers nothing to nothing', async () => {
      expect(await getLookups().read([])).toEqual([]);
    });
  });
}
