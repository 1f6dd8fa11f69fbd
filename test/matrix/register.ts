import { parseIdentifier } from '../../src/domain/identifier.ts';
import { ADDED, ASSETS, CARE, GENERAL, NOORD, RIJNDAM, RVO, SHARED, ZUID } from './roles.ts';
import { SUBJECTS } from './subjects.ts';

/** What the matrix adds to the example register, as a register file. Numbers are made up. */

export const MANAGE_UUID = '5e000000-0000-4000-8000-000000000041';
export const SET = '5e700000-0000-4000-8000-0000000000a1';
export const OTHER_SET = '5e700000-0000-4000-8000-0000000000a2';

const ALL_GROUNDS = [
  'signatory',
  'owner',
  'parental_authority',
  'curatele',
  'bewind',
  'mentorschap',
  'bankruptcy_curator',
  'liquidator',
];

const ORGANISATIONS: Readonly<Record<string, { kvk: string; name: string; branches?: string[]; states?: object[] }>> = {
  molen: { kvk: '90000101', name: 'Molen De Roos', branches: [NOORD, ZUID] },
  zaag: { kvk: '90000102', name: 'Zagerij De Bijl', branches: ['000090001021'] },
  hulp: { kvk: '90000103', name: 'Hulp bij Aangiften', branches: ['000090001031'] },
  derde: { kvk: '90000104', name: 'Derde en Co', branches: ['000090001041'] },
  houvast: { kvk: '90000105', name: 'Houvast Bewind' },
  failliet: {
    kvk: '90000106',
    name: 'Failliete Firma',
    states: [{ state: 'bankrupt', since: '2026-03-02', cause: 'F.10/26/900' }],
  },
  gevallen: { kvk: '90000107', name: 'Gevallen Firma' },
};

const PEOPLE: Readonly<Record<string, { born?: string; states?: object[]; inactive?: true; employer?: string }>> = {
  burger: {},
  helper: {},
  'helper-twee': {},
  vreemd: {},
  teken: {},
  eigenaar: {},
  'samen-een': {},
  'samen-twee': {},
  beheer: {},
  'beheer-eh3': {},
  'beheer-eh2': {},
  'beheer-noord': {},
  'beheer-dienst': {},
  'beheer-ingetrokken': {},
  'beheer-geschorst': {},
  'beheer-verlopen': {},
  'beheer-later': {},
  'beheer-gevraagd': {},
  'beheer-middel': { inactive: true },
  'beheer-curatele': { states: [{ state: 'curatele', since: '2026-01-01' }] },
  'beheer-dood': { states: [{ state: 'deceased', since: '2026-05-01' }] },
  'zaag-beheer': {},
  'zaag-teken': {},
  werknemer: { employer: 'molen' },
  'werknemer-uit': { employer: 'molen', inactive: true },
  'zaag-werknemer': { employer: 'zaag' },
  'hulp-teken': {},
  'hulp-beheer': {},
  'hulp-medewerker': { employer: 'hulp' },
  curator: {},
  'oud-directeur': {},
  bewindvoerder: {},
  'onder-bewind': { states: [{ state: 'bewind', since: '2025-06-01' }] },
  'houvast-teken': {},
  'houvast-beheer': {},
  'houvast-medewerker': {},
  klant: { states: [{ state: 'bewind', since: '2025-06-01' }] },
  'curator-persoon': {},
  curandus: { states: [{ state: 'curatele', since: '2024-01-15' }] },
  mentor: {},
  betrokkene: {},
  ouder: {},
  kind: { born: '2012-12-15' },
  gevolmachtigde: {},
};

/** The place-th number from there that passes the elfproef. */
function elfproof(from: number, place: number): string {
  for (let number = from, left = place; ; number += 1) {
    const sum = [...String(number)].reduce((total, digit, at) => total + Number(digit) * (at === 8 ? -1 : 9 - at), 0);
    if (sum % 11 === 0 && left-- === 0) return String(number);
  }
}

export const pseudonymOf = (key: string) => `urn:etoegang:pseudonym:${key}@matrix`;
export const kvkOf = (key: string) => `urn:nl:kvk:${ORGANISATIONS[key]?.kvk ?? ''}`;
export const bsnOfPerson = (key: string) => `urn:nl:bsn:${elfproof(999_994_000, Object.keys(PEOPLE).indexOf(key))}`;
export const birthDateOf = (key: string) => PEOPLE[key]?.born ?? '1980-01-01';
export const KEYS = [...Object.keys(ORGANISATIONS), ...Object.keys(PEOPLE)];
export const isPerson = (key: string) => key in PEOPLE;

export function identifierOf(urn: string) {
  const parsed = parseIdentifier(urn);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

const parties = () => [
  ...Object.entries(ORGANISATIONS).map(([key, { kvk, name, branches, states }]) => ({
    key,
    kind: 'organisation',
    name,
    identifiers: [`urn:nl:kvk:${kvk}`, ...(key === 'molen' ? [RSIN_OF_MOLEN] : [])],
    ...(branches && { branches: branches.map((number) => ({ number, name: number })) }),
    ...(states && { states }),
  })),
  ...Object.entries(PEOPLE).map(([key, { states, inactive, employer }]) => ({
    key,
    kind: 'person',
    name: `Persoon ${key}`,
    identifiers: [bsnOfPerson(key)],
    birth_date: birthDateOf(key),
    means: [{ id: pseudonymOf(key), ...(inactive && { active: false }), ...(employer && { owner: employer }) }],
    ...(states && { states }),
  })),
];

const service = (uuid: string, name: string, domain: string, owners: string[]) => ({
  uuid,
  name,
  description: `Dienst ${name}.`,
  consequence: `Wie u machtigt, doet ${name} op uw naam.`,
  loa: 'eh2',
  kinds: ['employee', 'business', 'voluntary', 'statutory', 'appointed'],
  grounds: ALL_GROUNDS,
  domain,
  chains: true,
  branches: true,
  operations: ['view', 'submit'],
  follow_up: 'both',
  instances: owners.map((owner) => ({
    service_id: `urn:etoegang:DV:${owner}:services:${900 + Number.parseInt(uuid.slice(-1), 16)}`,
    owner,
  })),
});

export const instanceOf = (uuid: string, owner: string) =>
  `urn:etoegang:DV:${owner}:services:${900 + Number.parseInt(uuid.slice(-1), 16)}`;

/** Managing, opened for all who represent by law and for proxies (R101, R120). */
const managing = {
  uuid: MANAGE_UUID,
  name: 'Machtigingen beheren',
  description: 'U verstrekt, wijzigt en beëindigt machtigingen van uw organisatie.',
  consequence: 'Wie u machtigt, bepaalt wie er namens uw organisatie handelt.',
  loa: 'eh2',
  kinds: ['employee', 'voluntary', 'statutory'],
  grounds: ALL_GROUNDS,
  domain: 'general',
  chains: true,
  branches: true,
  follow_up: 'represented',
  instances: [{ service_id: 'urn:etoegang:DV:00000003800000070000:services:2', owner: '00000003800000070000' }],
};

/** Numbers that pass the elfproef. */
export const RSIN_OF_MOLEN = `urn:nl:rsin:${elfproof(810_000_000, 0)}`;
export const SPARE_RSIN = `urn:nl:rsin:${elfproof(810_000_000, 1)}`;

/** Id of the mandate that makes somebody manager of the mill. */
export const managerOf = (key: string) => {
  const place = Object.keys(PEOPLE).indexOf(key);
  return `7c000000-0000-4000-8000-${String(place).padStart(12, '0')}`;
};

let made = 0;
/** One mandate of the file, for everything unless said otherwise. */
function mandate(represented: string, delegate: string, more: object): object {
  made += 1;
  return {
    id: `7b000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    name: `${represented} ${delegate}`,
    represented,
    delegate,
    operations: 'all',
    branches: 'all',
    cases: 'all',
    loa: 'eh4',
    valid_from: '2026-01-01',
    granted_at: '2025-12-15',
    ...more,
  };
}

const byLaw = (represented: string, delegate: string, ground: string, more: object = {}) =>
  mandate(represented, delegate, {
    kind: 'statutory',
    ground,
    all_services: true,
    evidence: [{ kind: 'register' }],
    ...more,
  });
const manager = (represented: string, delegate: string, more: object = {}) =>
  mandate(represented, delegate, {
    ...(represented === 'molen' && { id: managerOf(delegate) }),
    kind: 'employee',
    services: [MANAGE_UUID],
    reach: 'own',
    valid_until: '2030-12-31',
    granted_by: delegate,
    channel: 'digital',
    ...more,
  });

const authorities = () => [
  byLaw('molen', 'teken', 'signatory'),
  byLaw('molen', 'eigenaar', 'owner'),
  byLaw('molen', 'samen-een', 'signatory', { joint: { required: 2, with: ['samen-twee'] } }),
  byLaw('molen', 'samen-twee', 'signatory', { joint: { required: 2, with: ['samen-een'] } }),
  byLaw('zaag', 'zaag-teken', 'signatory'),
  byLaw('hulp', 'hulp-teken', 'signatory'),
  byLaw('houvast', 'houvast-teken', 'signatory'),
  byLaw('failliet', 'oud-directeur', 'signatory', { valid_from: '2015-01-01' }),
  byLaw('failliet', 'curator', 'bankruptcy_curator', { valid_from: '2026-03-02', granted_at: '2026-03-02' }),
  byLaw('onder-bewind', 'bewindvoerder', 'bewind'),
  byLaw('klant', 'houvast', 'bewind'),
  byLaw('curandus', 'curator-persoon', 'curatele'),
  byLaw('betrokkene', 'mentor', 'mentorschap'),
  byLaw('kind', 'ouder', 'parental_authority'),
  manager('molen', 'beheer'),
  manager('molen', 'beheer-eh3', { loa: 'eh3' }),
  manager('molen', 'beheer-eh2', { loa: 'eh2' }),
  manager('molen', 'beheer-noord', { branches: [NOORD] }),
  manager('molen', 'beheer-dienst', { operations: [`service:${GENERAL}`] }),
  manager('molen', 'beheer-ingetrokken', { status: 'revoked' }),
  manager('molen', 'beheer-geschorst', { status: 'suspended' }),
  manager('molen', 'beheer-verlopen', { valid_until: '2026-06-01' }),
  manager('molen', 'beheer-later', { valid_from: '2026-07-01' }),
  manager('molen', 'beheer-gevraagd', { status: 'requested' }),
  manager('molen', 'beheer-middel'),
  manager('molen', 'beheer-curatele'),
  manager('molen', 'beheer-dood'),
  manager('zaag', 'zaag-beheer'),
  manager('hulp', 'hulp-beheer'),
  manager('houvast', 'houvast-beheer', { reach: 'both' }),
  mandate('houvast', 'houvast-medewerker', {
    kind: 'employee',
    services: [ASSETS],
    reach: 'clients',
    valid_until: '2030-12-31',
    granted_by: 'houvast-teken',
    channel: 'digital',
  }),
  mandate('hulp', 'hulp-medewerker', {
    kind: 'employee',
    services: [GENERAL],
    reach: 'both',
    valid_until: '2030-12-31',
    granted_by: 'hulp-teken',
    channel: 'digital',
  }),
  mandate('teken', 'gevolmachtigde', {
    kind: 'voluntary',
    services: [MANAGE_UUID],
    valid_until: '2030-12-31',
    granted_by: 'teken',
    channel: 'digital',
  }),
];

/** The additions, as text that the importer reads. */
export function matrixRegister(): string {
  made = 0;
  return JSON.stringify({
    source: 'matrix',
    services: [
      managing,
      service(GENERAL, 'Algemeen', 'general', [RVO]),
      service(ASSETS, 'Vermogen', 'assets', [RVO]),
      service(CARE, 'Zorg', 'personal_care', [RVO]),
      service(ADDED, 'Erbij', 'general', [RVO]),
      service(SHARED, 'Van Rijndam', 'general', [RIJNDAM]),
    ],
    sets: [
      {
        id: SET,
        name: 'Matrixset',
        owner: RVO,
        version: 2,
        members: [
          { service: GENERAL, since: 1 },
          { service: ADDED, since: 2 },
        ],
      },
      { id: OTHER_SET, name: 'Andere set', owner: RVO, version: 1, members: [{ service: GENERAL, since: 1 }] },
    ],
    parties: parties(),
    mandates: [...authorities(), ...SUBJECTS.flatMap((subject) => subject.mandates.map(({ row }) => row))],
  });
}
