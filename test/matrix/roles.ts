import type { Capacity } from '../../src/domain/administration.ts';

/** What somebody is to a party, as the matrix expects the rules to see it. */
export interface Tie {
  party: string;
  as: Capacity;
  /** He acts together with another only. */
  joint?: true;
  /** Of a manager. */
  ceiling?: 'eh2' | 'eh3' | 'eh4';
  branches?: readonly string[];
  services?: readonly string[];
  /** Services of these domains only. */
  domains?: readonly string[];
  /** He only looks at what is his own. */
  looks?: true;
}

export interface Role {
  key: string;
  /** For readers. */
  words: string;
  ties: readonly Tie[];
  /** A system, or somebody without a session; the others are persons of the register. */
  system?: { role: 'service_owner' | 'court' | 'registrar'; oin?: string };
  nobody?: true;
  /** The register does not know him. */
  unknown?: true;
  /** Parties that he was, or seems, something to: there he tries everything too. */
  near?: readonly string[];
  /** The token names this party. */
  boundTo?: string;
  /** Logs in as this person of the register; by default `key`. */
  person?: string;
}

export const NOORD = '000090001011';
export const ZUID = '000090001012';
/** Services of the matrix: one for each domain, and one that joined a set later. */
export const GENERAL = '5e000000-0000-4000-8000-0000000000a1';
export const ASSETS = '5e000000-0000-4000-8000-0000000000a2';
export const CARE = '5e000000-0000-4000-8000-0000000000a3';
export const ADDED = '5e000000-0000-4000-8000-0000000000a4';
export const SHARED = '5e000000-0000-4000-8000-0000000000a5';
export const RVO = '00000003800000020000';
export const RIJNDAM = '00000003800000050000';

const self = (party: string): Tie => ({ party, as: 'self' });
const law = (party: string, more: Partial<Tie> = {}): Tie => ({ party, as: 'legal_representative', ...more });
const manages = (party: string, more: Partial<Tie> = {}): Tie => ({ party, as: 'manager', ceiling: 'eh4', ...more });
const person = (key: string, words: string, ...ties: Tie[]): Role => ({ key, words, ties: [self(key), ...ties] });
const near = (party: string, role: Role): Role => ({ ...role, near: [party] });

export const ROLES: readonly Role[] = [
  person('burger', 'a citizen, who granted'),
  person('helper', 'her delegate'),
  person('vreemd', 'a citizen whom it does not concern'),
  person('teken', 'a signatory', law('molen')),
  person('eigenaar', 'an owner', law('molen')),
  person('samen-een', 'one of two who sign together', law('molen', { joint: true })),
  person('beheer', 'a manager without limits', manages('molen')),
  person('beheer-eh3', 'a manager at eh3', manages('molen', { ceiling: 'eh3' })),
  person('beheer-eh2', 'a manager at eh2', manages('molen', { ceiling: 'eh2' })),
  person('beheer-noord', 'a manager of one branch', manages('molen', { branches: [NOORD] })),
  person('beheer-dienst', 'a manager of one service', manages('molen', { services: [GENERAL] })),
  near('molen', person('beheer-ingetrokken', 'a manager whose mandate was revoked')),
  near('molen', person('beheer-geschorst', 'a manager whose mandate is suspended')),
  near('molen', person('beheer-verlopen', 'a manager whose mandate has expired')),
  near('molen', person('beheer-later', 'a manager whose mandate has not begun')),
  near('molen', person('beheer-gevraagd', 'somebody who asked to be manager')),
  { key: 'beheer-middel', words: 'a manager whose means is inactive', ties: [], near: ['molen'] },
  { key: 'beheer-curatele', words: 'a manager under curatele', ties: [], near: ['molen'] },
  { key: 'beheer-dood', words: 'a manager who has died', ties: [], near: ['molen'] },
  person('zaag-beheer', 'a manager of another organisation', manages('zaag')),
  near('molen', person('werknemer', 'an employee who does not manage')),
  person('hulp-teken', 'a signatory of the delegate', law('hulp')),
  person('hulp-beheer', 'a manager of the delegate', manages('hulp')),
  near('hulp', person('hulp-medewerker', 'an employee of the delegate, for its clients')),
  person('curator', 'a curator in bankruptcy', law('failliet')),
  near('failliet', person('oud-directeur', 'a director of the bankrupt organisation')),
  person('bewindvoerder', 'a bewindvoerder', law('onder-bewind', { domains: ['assets'] })),
  {
    key: 'onder-bewind',
    words: 'a person under bewind',
    ties: [
      { ...self('onder-bewind'), domains: ['general', 'personal_care'] },
      { ...self('onder-bewind'), looks: true },
    ],
  },
  person(
    'houvast-teken',
    'a signatory of an office of bewindvoerders',
    law('houvast'),
    law('klant', { domains: ['assets'] }),
  ),
  person('houvast-beheer', 'a manager of an office of bewindvoerders', manages('houvast'), {
    party: 'klant',
    as: 'proxy',
    domains: ['assets'],
  }),
  near('klant', person('houvast-medewerker', 'an employee of an office of bewindvoerders')),
  person('curator-persoon', 'a curator of a person under curatele', law('curandus')),
  { key: 'curandus', words: 'a person under curatele', ties: [{ ...self('curandus'), looks: true }] },
  person('mentor', 'a mentor', law('betrokkene', { domains: ['personal_care'] })),
  person('ouder', 'a parent', law('kind')),
  person('gevolmachtigde', 'a proxy of a legal representative', { party: 'molen', as: 'proxy' }),
  { key: 'onbekend', words: 'a person whom the register does not know', ties: [], unknown: true },
  {
    key: 'beheer voor molen',
    words: 'a manager who logged in for his organisation',
    person: 'beheer',
    boundTo: 'molen',
    ties: [manages('molen')],
  },
  {
    key: 'beheer voor zaag',
    words: 'a manager who logged in for another organisation',
    person: 'beheer',
    boundTo: 'zaag',
    near: ['molen', 'zaag'],
    ties: [],
  },
  { key: 'rvo', words: 'the service owner', system: { role: 'service_owner', oin: RVO }, ties: [] },
  { key: 'rijndam', words: 'another service owner', system: { role: 'service_owner', oin: RIJNDAM }, ties: [] },
  { key: 'rechtbank', words: 'a court', system: { role: 'court' }, ties: [] },
  { key: 'registrar', words: 'the registrar', system: { role: 'registrar' }, ties: [] },
  { key: 'niemand', words: 'nobody: no session', nobody: true, ties: [] },
];

export interface Login {
  words: string;
  loa?: string;
  signed?: true;
  /** 0 is below eh2. */
  rank: number;
}

export const LOGINS: readonly Login[] = [
  { words: 'no level', rank: 0 },
  { words: 'eh1', loa: 'urn:etoegang:core:assurance-class:loa1', rank: 0 },
  { words: 'eh2', loa: 'eh2', rank: 1 },
  { words: 'eh2plus', loa: 'eh2plus', rank: 2 },
  { words: 'eh3', loa: 'eh3', rank: 3 },
  { words: 'eh4', loa: 'eh4', rank: 4 },
  { words: 'eh4, signed', loa: 'eh4', signed: true, rank: 4 },
];

/** What a system logs in with. */
export const NO_LEVEL: Login = { words: '-', rank: 0 };
