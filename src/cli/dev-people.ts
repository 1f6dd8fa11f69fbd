import { randomBytes } from 'node:crypto';
import type { SystemRole } from '../domain/administration.ts';
import { LOAS, type Loa } from '../domain/facts.ts';
import { type Identifier, parseIdentifier } from '../domain/identifier.ts';
import type { RegisterFile } from '../register/file.ts';

/** Somebody of the register file, as whom one can call in `dev`. */
export interface DevPerson {
  key: string;
  name: string;
  /** By which he can be known at a login: a means (eHerkenning) and a BSN (DigiD). */
  identifiers: Identifier[];
}

/** A party for which a login can be. */
export interface DevParty {
  key: string;
  name: string;
  identifier: Identifier;
}

/** Something that calls on its own account, with a key made for this run. */
export interface DevSystem {
  key: string;
  name: string;
  role: SystemRole;
  oin?: string;
  apiKey: string;
}

export interface DevPeople {
  people: DevPerson[];
  parties: DevParty[];
  systems: DevSystem[];
}

const LEVEL = 'urn:etoegang:core:assurance-class:loa';
/** As eTD spells the levels in `acr`. */
export const DEV_LEVELS: Readonly<Record<Loa, string>> = {
  eh2: `${LEVEL}2`,
  eh2plus: `${LEVEL}2plus`,
  eh3: `${LEVEL}3`,
  eh4: `${LEVEL}4`,
};

/** Somebody who logs in for the first time: the register file does not know him, until he makes himself known. */
const NEWCOMER: DevPerson = {
  key: 'newcomer',
  name: 'somebody new',
  identifiers: [{ scheme: 'bsn', value: '999990019' }],
};

/** Who can call in `dev`: somebody new, all people and public organisations of the register file, a court and the registrar. */
export function devPeople(file: RegisterFile): DevPeople {
  const people: DevPerson[] = [];
  const parties: DevParty[] = [];
  for (const { key, kind, name, identifiers = [], means = [] } of file.parties) {
    const known = [...means.filter(isActive).map(({ id }) => id), ...identifiers].flatMap(toIdentifier);
    if (kind === 'person') people.push({ key, name, identifiers: known });
    const identifier = known.find(({ scheme }) => scheme === 'kvk' || scheme === 'bsn');
    if (identifier) parties.push({ key, name, identifier });
  }
  people.push(NEWCOMER);
  const apiKey = () => randomBytes(24).toString('base64url');
  const systems: DevSystem[] = [
    ...file.service_owners.map(({ oin, name }): DevSystem => {
      const party = file.parties.find(({ identifiers = [] }) => identifiers.includes(`urn:nl:oin:${oin}`));
      return { key: party?.key ?? toKey(name), name, role: 'service_owner', oin, apiKey: apiKey() };
    }),
    { key: 'court', name: 'a court', role: 'court', apiKey: apiKey() },
    { key: 'registrar', name: "the register's own desk", role: 'registrar', apiKey: apiKey() },
  ];
  return { people, parties, systems };
}

const isActive = ({ active }: { active?: boolean | undefined }) => active !== false;

function toIdentifier(urn: string): Identifier[] {
  const parsed = parseIdentifier(urn);
  return typeof parsed === 'string' ? [] : [parsed];
}

function toKey(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** What was chosen at the login, as it stands in `sub`: `willem eh3 boerderij`. */
export interface DevLogin {
  as: string;
  loa: Loa;
  /** Key of the party for which the login is. */
  party?: string;
  /** With DigiD (a BSN), also where there is a means. */
  digid: boolean;
}

/** What a provider would claim of this login, or a sentence saying why nobody can log in so. */
export function claimsFor({ people, parties }: DevPeople, login: DevLogin): Record<string, string> | string {
  const person = people.find(({ key }) => key === login.as);
  if (person === undefined) return `nobody in the register file has the key ${login.as}`;
  const bsn = person.identifiers.find(({ scheme }) => scheme === 'bsn');
  const identifier = login.digid ? bsn : (person.identifiers.find(({ scheme }) => scheme === 'pseudonym') ?? bsn);
  if (identifier === undefined) return `${login.as} has nothing to log in with`;
  const party = parties.find(({ key }) => key === login.party);
  if (login.party !== undefined && party === undefined)
    return `no party can be logged in for by the key ${login.party}`;
  return {
    acr: DEV_LEVELS[login.loa],
    [identifier.scheme === 'bsn' ? 'urn:nl-eid-gdi:1.0:ActingSubjectID' : 'urn:etoegang:core:ActingSubjectID']:
      identifier.value,
    ...(party && {
      [party.identifier.scheme === 'bsn' ? 'urn:nl-eid-gdi:1.0:LegalSubjectID' : 'urn:etoegang:core:LegalSubjectID']:
        party.identifier.value,
    }),
  };
}

export function isLoa(text: string): text is Loa {
  return LOAS.some((loa) => loa === text);
}
