import type { Question } from '../../src/domain/evaluation.ts';
import type { PartyFacts } from '../../src/domain/facts.ts';
import { namedUuid } from '../../src/workbench/cases/register-facts.ts';
import type { MandateRow, Register } from '../oracle/register.ts';
import { DAY, NOW } from './arbitraries.ts';

const ACTOR = namedUuid('party actor');
const CLIENT = namedUuid('party client');
const SERVICE = 'urn:etoegang:DV:1:services:one';
const SERVICE_UUID = namedUuid('service one');

/** An actor who works for so many organisations, the last of which has a client. */
export function manyOrganisations(count: number): { register: Register; asked: Question[] } {
  const organisations = Array.from({ length: count }, (_, index) => namedUuid(`organisation ${index}`));
  const last = organisations.at(-1) ?? ACTOR;
  const parties = [
    party(ACTOR, 'person'),
    party(CLIENT, 'person'),
    ...organisations.map((id) => party(id, 'organisation')),
  ];
  const register: Register = {
    parties: new Map(parties.map((one) => [one.party_id, one])),
    aliases: new Map([
      ['urn:nl:bsn:actor', { party_id: ACTOR }],
      ['urn:nl:bsn:client', { party_id: CLIENT }],
      ['urn:nl:kvk:last', { party_id: last }],
    ]),
    branches: new Set(),
    services: new Map([[SERVICE, service()]]),
    mandates: [...organisations.map((id) => mandate(id, ACTOR, 'employee')), mandate(CLIENT, last, 'voluntary')],
  };
  const question: Question = {
    actor: { scheme: 'bsn', value: 'actor' },
    loa: 'eh4',
    represented: { scheme: 'bsn', value: 'client' },
    service: SERVICE,
  };
  const tooLow: Question = { ...question, loa: 'eh1', represented: question.actor };
  return { register, asked: [question, tooLow, { ...question, via: { scheme: 'kvk', value: 'last' } }] };
}

function party(party_id: string, kind: PartyFacts['kind']): PartyFacts {
  return { party_id, kind, states: [], has_branches: false };
}

function service() {
  const terms = {
    active: true,
    loa: 'eh2' as const,
    kinds: { employee: true as const, voluntary: true as const },
    grounds: {},
    chains: true,
    branches: true,
  };
  return {
    service_id: SERVICE,
    service_uuid: SERVICE_UUID,
    owner: namedUuid('owner'),
    domain: 'general' as const,
    definition: terms,
    instance: terms,
    sets: {},
    sub_services: [],
    follow_up: 'delegate' as const,
  };
}

function mandate(represented: string, delegate: string, kind: 'employee' | 'voluntary'): MandateRow {
  return {
    represented,
    delegate,
    services: [SERVICE_UUID],
    sets: [],
    everything: false,
    facts: {
      mandate_id: namedUuid(`${represented} ${delegate}`),
      kind,
      status: 'active',
      valid_from: NOW - DAY,
      valid_until: NOW + DAY,
      loa: 'eh4',
      operations: 'all',
      branches: 'all',
      cases: 'all',
      granted_at: NOW - DAY,
      ...(kind === 'employee' && { reach: 'clients' as const }),
    },
  };
}
