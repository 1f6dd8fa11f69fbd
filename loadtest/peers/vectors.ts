import { listedRegister } from './listed.ts';
import type { PeerMandate, PeerQuestion, PeerRegister, PeerService } from './register.ts';

/** One question to which every engine must give the same answer. */
export interface Vector {
  name: string;
  question: PeerQuestion;
  allow: boolean;
  /** Lies at a moment that only an engine which is told the time can be asked about. */
  atMoment: boolean;
}

const DAY = 86_400_000;
const SERVICE = 'urn:etoegang:DV:00000003800000010000:services:1';
const OTHER_SERVICE = 'urn:etoegang:DV:00000003800000010000:services:2';
const DIRECT_ONLY = 'urn:etoegang:DV:00000003800000010000:services:3';
const NO_BRANCHES = 'urn:etoegang:DV:00000003800000010000:services:4';

export const VECTOR_SERVICES: readonly PeerService[] = [
  { id: SERVICE, level: 3, chains: true, branches: true },
  { id: OTHER_SERVICE, level: 3, chains: true, branches: true },
  { id: DIRECT_ONLY, level: 3, chains: false, branches: true },
  { id: NO_BRANCHES, level: 3, chains: true, branches: false },
];

type Given = Partial<Omit<PeerMandate, 'id' | 'represented'>>;
type Asked = Partial<PeerQuestion>;

interface Case {
  name: string;
  allow: boolean;
  given: readonly Given[];
  asked?: Asked;
}

/** Each case is about a party, an intermediary and an actor of its own, so that one register holds them all. */
export function sharedVectors(now: number, many: number): { register: PeerRegister; vectors: Vector[] } {
  const [mandates, vectors] = [[] as PeerMandate[], [] as Vector[]];
  const branches: Record<string, readonly string[]> = {};
  for (const [index, one] of [...directCases(now), ...chainCases(now)].entries()) {
    const represented = kvk(90_000_000 + index);
    branches[represented] = [branchOf(index, 1), branchOf(index, 2)];
    for (const given of one.given) mandates.push(mandateOf(index, mandates.length, now, given));
    vectors.push(vectorOf(index, now, one));
  }
  const crowd = crowded(now, many);
  const register = listedRegister({
    name: `${vectors.length + crowd.vectors.length} shared vectors, ${many.toLocaleString('en')} mandates of one party`,
    services: VECTOR_SERVICES,
    mandates: [...mandates, ...crowd.mandates],
    branches,
  });
  return { register, vectors: [...vectors, ...crowd.vectors] };
}

const kvk = (number: number) => `urn:nl:kvk:${String(number).padStart(8, '0')}`;
const means = (name: string) => `urn:etoegang:pseudonym:${name}`;
const branchOf = (index: number, n: number) => `00000${String(index).padStart(4, '0')}00${n}`;
const actorOf = (index: number) => means(`actor${index}`);
const idOf = (n: number) => `5e000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

function mandateOf(index: number, n: number, now: number, given: Given): PeerMandate {
  return {
    id: idOf(n),
    represented: kvk(90_000_000 + index),
    delegate: actorOf(index),
    delegateKind: 'person',
    kind: 'employee',
    status: 'active',
    from: now - 100 * DAY,
    until: now + 100 * DAY,
    level: 3,
    services: [SERVICE],
    operations: 'all',
    branches: 'all',
    reach: 'own',
    ...given,
    // Cases name their branches by number: 1 and 2 are the party's own.
    ...(given.branches &&
      given.branches !== 'all' && { branches: given.branches.map((n) => branchOf(index, Number(n))) }),
    ...(given.delegate && { delegate: given.delegate.replace('#', String(index)) }),
    ...('represented' in given && { represented: String(given.represented).replace('#', String(index)) }),
  };
}

function vectorOf(index: number, now: number, { name, allow, asked = {} }: Case): Vector {
  const question: PeerQuestion = {
    actor: actorOf(index),
    represented: kvk(90_000_000 + index),
    service: SERVICE,
    level: 3,
    now,
    ...asked,
    ...(asked.branch && { branch: branchOf(index, Number(asked.branch)) }),
    ...(asked.actor && { actor: asked.actor.replace('#', String(index)) }),
  };
  return { name, question, allow, atMoment: name.includes('moment') };
}

function directCases(now: number): Case[] {
  const one = (name: string, allow: boolean, given: Given, asked: Asked = {}): Case => ({
    name,
    allow,
    given: [given],
    asked,
  });
  const ended = { until: now - DAY };
  return [
    one('valid', true, {}),
    { name: 'no mandate', allow: false, given: [] },
    one('an unknown actor', false, {}, { actor: means('nobody') }),
    one('ended yesterday', false, ended),
    one('begins tomorrow', false, { from: now + DAY }),
    one('ended a moment of 1 ms ago', false, { until: now - 1 }),
    one('ends at this moment, which is exclusive', false, { until: now }),
    one('ends a moment of 1 ms later', true, { until: now + 1 }),
    one('begins at this moment, which is inclusive', true, { from: now }),
    one('begins a moment of 1 ms later', false, { from: now + 1 }),
    one('suspended', false, { status: 'suspended' }),
    one('revoked', false, { status: 'revoked' }),
    one('requested, not granted', false, { status: 'requested' }),
    one('the branch of the mandate', true, { branches: ['1'] }, { branch: '1' }),
    one('another branch', false, { branches: ['1'] }, { branch: '2' }),
    one('no branch asked, mandate for one', false, { branches: ['1'] }),
    one('one of two branches', true, { branches: ['1', '2'] }, { branch: '2' }),
    one('a branch asked, mandate for all', true, {}, { branch: '1' }),
    one('a branch, at a service without branches', false, { branches: ['1'], services: [NO_BRANCHES] }, branchless),
    one('another service', false, {}, { service: OTHER_SERVICE }),
    one('the second of two services', true, { services: [SERVICE, OTHER_SERVICE] }, { service: OTHER_SERVICE }),
    one('all services', true, { services: 'all', kind: 'employee' }, { service: OTHER_SERVICE }),
    one('the operation of the mandate', true, { operations: ['view'] }, { operation: 'view' }),
    one('another operation', false, { operations: ['view'] }, { operation: 'submit' }),
    one('no operation asked, mandate for one', false, { operations: ['view'] }),
    one('the login a level below', false, {}, { level: 2 }),
    one('the login a level above', true, {}, { level: 4 }),
    one('the mandate a level below', false, { level: 2 }),
    one('the mandate a level above', true, { level: 4 }),
    { name: 'two mandates, the first ended', allow: true, given: [ended, {}] },
    { name: 'two mandates, the second ended', allow: true, given: [{}, ended] },
    { name: 'two mandates, both ended', allow: false, given: [ended, ended] },
    {
      name: 'two mandates, each half of what is asked',
      allow: false,
      given: [{ services: [OTHER_SERVICE], branches: ['1'] }, { branches: ['2'] }],
      asked: { branch: '1' },
    },
    one('of clients only', false, { reach: 'clients' }),
    one('the actor in another case', false, { delegate: means('Actor#') }),
    one('the actor in that case', true, { delegate: means('Actor#') }, { actor: means('Actor#') }),
    ...leadingZeros(),
  ];
}

const branchless: Asked = { branch: '1', service: NO_BRANCHES };

function leadingZeros(): Case[] {
  const given = [{ represented: kvk(1_234_567) } as Given];
  return [
    { name: 'a number with a leading zero', allow: true, given, asked: { represented: kvk(1_234_567) } },
    { name: 'the number with its digits moved', allow: false, given: [], asked: { represented: kvk(12_345_670) } },
  ];
}

function chainCases(now: number): Case[] {
  const first: Given = { kind: 'business', delegate: 'urn:nl:kvk:800000#', delegateKind: 'organisation' };
  const second = { represented: 'urn:nl:kvk:800000#', reach: 'clients' } as Given;
  const links = (name: string, allow: boolean, one: Given, two: Given, asked: Asked = {}): Case => ({
    name: `chain: ${name}`,
    allow,
    given: [
      { ...first, ...one },
      { ...second, ...two },
    ],
    asked,
  });
  return [
    links('two links', true, {}, {}),
    links('the first link revoked', false, { status: 'revoked' }, {}),
    links('the second link suspended', false, {}, { status: 'suspended' }),
    links('the first link ended', false, { until: now - DAY }, {}),
    links('the second link ended', false, {}, { until: now - DAY }),
    links('the second link ends at this moment', false, {}, { until: now }),
    links('the second link serves the organisation itself', false, {}, { reach: 'own' }),
    links('the second link serves both', true, {}, { reach: 'both' }),
    links('the first link for another service', false, { services: [OTHER_SERVICE] }, {}),
    links('the second link for another service', false, {}, { services: [OTHER_SERVICE] }),
    links('the second link for all services', true, {}, { services: 'all' }),
    links('both links for all services', true, { services: 'all' }, { services: 'all' }),
    links(
      'through somebody who signs for it',
      true,
      {},
      { kind: 'signatory', reach: 'both', level: 4, services: 'all' },
    ),
    links('the first link for the branch', true, { branches: ['1'] }, {}, { branch: '1' }),
    links('the first link for another branch', false, { branches: ['1'] }, {}, { branch: '2' }),
    links('a service that takes no chains', false, { services: 'all' }, { services: 'all' }, { service: DIRECT_ONLY }),
    links('the first link a level below', false, { level: 2 }, {}),
    links('no second link', false, {}, { delegate: means('somebody-else') }),
  ];
}

/** One party that mandated very many. */
function crowded(now: number, many: number): { mandates: PeerMandate[]; vectors: Vector[] } {
  const represented = kvk(70_000_000);
  const mandates = Array.from({ length: many }, (_, n) => ({
    ...mandateOf(9999, 1_000_000 + n, now, { delegate: means(`crowd${n}`) }),
    represented,
  }));
  const ask = (name: string, allow: boolean, actor: string): Vector => ({
    name,
    allow,
    atMoment: false,
    question: { actor: means(actor), represented, service: SERVICE, level: 3, now },
  });
  return {
    mandates,
    vectors: [
      ask('the first of very many', true, 'crowd0'),
      ask('the last of very many', true, `crowd${many - 1}`),
      ask('one more than very many', false, `crowd${many}`),
    ],
  };
}
