import { ADDED, ASSETS, CARE, GENERAL, NOORD } from './roles.ts';

/** Whose mandates are acted upon: both ends, and what the expectation reads of them. */
export interface Subject {
  key: string;
  represented: string;
  delegate: string;
  kind: 'business' | 'voluntary' | 'employee';
  loa: 'eh2' | 'eh2plus' | 'eh3' | 'eh4';
  services: readonly string[];
  domain: 'general' | 'assets' | 'personal_care';
  branches: 'all' | readonly string[];
  /** Whoever comes instead, or after. */
  next: string;
  mandates: readonly { status: 'active' | 'suspended' | 'requested' | 'set'; id: string; row: object }[];
}

const STATUSES = ['active', 'suspended', 'requested', 'set'] as const;
const DOMAINS = { [GENERAL]: 'general', [ASSETS]: 'assets', [CARE]: 'personal_care' } as const;

/** Who granted it, where that is not the represented himself. */
const GRANTORS: Readonly<Record<string, string>> = {
  molen: 'teken',
  zaag: 'zaag-teken',
  failliet: 'curator',
  curandus: 'curator-persoon',
  betrokkene: 'mentor',
  kind: 'ouder',
};

type Wish = Pick<Subject, 'key' | 'represented' | 'delegate' | 'kind' | 'loa' | 'branches'> & {
  service: keyof typeof DOMAINS;
  more?: object;
};

function subject(place: number, { service, more = {}, ...wish }: Wish): Subject {
  const mandates = STATUSES.filter((status) => status !== 'set' || service === GENERAL).map((status, at) => {
    const id = `7a000000-0000-4000-8000-${String(place * 10 + at).padStart(12, '0')}`;
    const scope = status === 'set' ? { sets: [{ set: SET_ID, version: 1 }] } : { services: [service] };
    const row = {
      id,
      name: `${wish.key} ${status}`,
      kind: wish.kind,
      represented: wish.represented,
      delegate: wish.delegate,
      status: status === 'set' ? 'active' : status,
      ...scope,
      operations: 'all',
      branches: wish.branches,
      cases: 'all',
      loa: wish.loa,
      ...(wish.kind === 'employee' && { reach: 'own' }),
      substitution: status === 'active' && wish.kind !== 'employee',
      valid_from: '2026-04-01',
      valid_until: '2030-12-31',
      granted_at: '2026-03-15',
      channel: 'digital',
      ...(status !== 'requested' && { granted_by: GRANTORS[wish.represented] ?? wish.represented }),
      ...more,
    };
    return { status, id, row };
  });
  return {
    ...wish,
    services: [service],
    domain: DOMAINS[service] ?? 'general',
    next: wish.kind === 'business' ? 'derde' : 'helper-twee',
    mandates,
  };
}

const SET_ID = '5e700000-0000-4000-8000-0000000000a1';
const OF_MOLEN = { represented: 'molen', delegate: 'hulp', kind: 'business', branches: 'all' } as const;
const OF_PERSON = { delegate: 'helper', kind: 'voluntary', loa: 'eh2plus', branches: 'all' } as const;

const WISHES: readonly Wish[] = [
  { ...OF_MOLEN, key: 'molen at eh2', loa: 'eh2', service: GENERAL },
  { ...OF_MOLEN, key: 'molen at eh3', loa: 'eh3', service: GENERAL },
  { ...OF_MOLEN, key: 'molen at eh4', loa: 'eh4', service: GENERAL },
  { ...OF_MOLEN, key: 'molen, one branch', loa: 'eh3', branches: [NOORD], service: GENERAL },
  { ...OF_MOLEN, key: 'molen, another service', loa: 'eh3', service: ASSETS },
  { ...OF_MOLEN, key: 'molen, employee', delegate: 'werknemer', kind: 'employee', loa: 'eh3', service: GENERAL },
  { ...OF_MOLEN, key: 'zaag', represented: 'zaag', loa: 'eh3', service: GENERAL },
  { ...OF_PERSON, key: 'citizen', represented: 'burger', service: GENERAL },
  { ...OF_PERSON, key: 'under bewind, assets', represented: 'onder-bewind', service: ASSETS },
  { ...OF_PERSON, key: 'under bewind, general', represented: 'onder-bewind', service: GENERAL },
  { ...OF_PERSON, key: 'client of an office', represented: 'klant', service: ASSETS },
  { ...OF_PERSON, key: 'under curatele', represented: 'curandus', service: GENERAL },
  { ...OF_PERSON, key: 'with a mentor', represented: 'betrokkene', service: CARE },
  { ...OF_PERSON, key: 'with a mentor, general', represented: 'betrokkene', service: GENERAL },
  { ...OF_PERSON, key: 'child', represented: 'kind', service: GENERAL },
  {
    ...OF_MOLEN,
    key: 'bankrupt',
    represented: 'failliet',
    loa: 'eh3',
    service: GENERAL,
    more: { granted_under: 'bankruptcy_curator' },
  },
];

export const SUBJECTS: readonly Subject[] = WISHES.map((wish, place) => subject(place + 1, wish));

export function mandateOf({ key, mandates }: Subject, status: (typeof STATUSES)[number]): string {
  const found = mandates.find((one) => one.status === status);
  if (found === undefined) throw new Error(`${key} has no mandate that is ${status}`);
  return found.id;
}

export const hasSet = ({ mandates }: Subject) => mandates.some(({ status }) => status === 'set');
export const ADDED_SERVICE = ADDED;
