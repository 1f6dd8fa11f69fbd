import { passesElfproef } from '../../domain/identifier.ts';
import type { CaseText } from './case-file.ts';
import { namedUuid } from './register-facts.ts';
import type { RegisterFileText } from './register-file.ts';

type PartyText = NonNullable<RegisterFileText['parties']>[number];
type MandateText = NonNullable<RegisterFileText['mandates']>[number];
type Parties = Pick<RegisterFileText, 'parties'>;

/** Resolves what a case says by name: its own parties and mandates first, then those that all cases share. */
export interface Names {
  /** Key in the merged register. */
  party(key: string): string;
  branch(text: string): string;
  serviceUuid(name: string): string;
  serviceId(name: string): string;
  mandateId(name: string): string;
  /** A set by its name, or by its id. */
  setId(name: string): string;
  /** `@key`, `@key.means` or a URN. */
  identifier(text: string): string;
}

const FIRST_BSN = 999_900_000;
const UUID = /^[0-9a-f]{8}-/;

/** Names of one case. @param number distinguishes the case's own parties, numbers and ids from all others. */
export function caseNames(one: CaseText, number: number, shared: RegisterFileText): Names {
  const own = new Map(declared(one).map((party, index) => [party.key, { ...party, index }]));
  const local = (key: string) => `case-${number}-${key}`;
  const service = (name: string) =>
    need(
      shared.services?.find((known) => known.name === name),
      `service ${name}`,
      one,
    );
  const names: Names = {
    party: (key) => (own.has(key) ? local(key) : need(partyOf(shared, key), `party ${key}`, one).key),
    branch: (text) => {
      if (text.startsWith('#')) return `0001${pad(number, 6)}${pad(Number(text.slice(1)), 2)}`;
      return text.startsWith('0000@') ? `0000${names.identifier(text.slice(4)).slice('urn:nl:kvk:'.length)}` : text;
    },
    serviceUuid: (name) => (UUID.test(name) ? name : service(name).uuid),
    serviceId: (name) => {
      const [title = '', place = '1'] = name.split('/');
      return need(service(title).instances?.[Number(place) - 1], `instance ${name}`, one).service_id;
    },
    mandateId: (name) => {
      const mine = one.register.mandates.find((mandate) => mandate.name === name);
      if (mine) return mine.id ?? namedUuid(`mandate ${number} ${name}`);
      return need(
        shared.mandates?.find((mandate) => mandate.name === name),
        `mandate ${name}`,
        one,
      ).id;
    },
    setId: (name) => shared.sets?.find((known) => known.name === name)?.id ?? name,
    identifier: (text) => {
      if (!text.startsWith('@')) return text;
      const [key = '', means] = text.slice(1).split('.');
      const mine = own.get(key);
      if (mine && means) return meansUrn(number, key);
      if (mine) return mine.identifiers?.[0] ?? madeUp(mine.kind, number, mine.index);
      const party = need(partyOf(shared, key), `party ${key}`, one);
      return need(means ? party.means?.[0]?.id : party.identifiers?.[0], `identifier ${text}`, one);
    },
  };
  return names;
}

/** What one case adds to the register, as a register file would say it. */
export function caseAdditions(
  one: CaseText,
  number: number,
  names: Names,
): { parties: PartyText[]; mandates: MandateText[] } {
  return {
    parties: declared(one).map(({ means, branches, states, ...party }) => ({
      ...party,
      key: names.party(party.key),
      name: `${party.key} van geval ${number}`,
      identifiers: party.identifiers ?? [names.identifier(`@${party.key}`)],
      ...(party.kind === 'person' && { birth_date: party.birth_date ?? '1980-01-01' }),
      // The closed list of states is checked when the merged file is read.
      ...(states && { states: states as PartyText['states'] }),
      ...(means && { means: means.map(({ active }) => ({ id: meansUrn(number, party.key), active })) }),
      ...(branches && { branches: branches.map((branch) => ({ number: names.branch(branch), name: 'Vestiging' })) }),
    })),
    mandates: one.register.mandates.map((mandate) => mandateText(mandate, names)),
  };
}

function mandateText(mandate: CaseText['register']['mandates'][number], names: Names): MandateText {
  const { services, sets, cases, branches, joint, derived_from, valid_until, ...rest } = mandate;
  const scoped = sets ?? mandate.owner ?? mandate.all_services;
  const open = mandate.kind === 'statutory' && valid_until === undefined;
  const text = {
    ...rest,
    id: names.mandateId(mandate.name),
    represented: names.party(mandate.represented),
    delegate: names.party(mandate.delegate),
    ...((services ?? !scoped) && { services: (services ?? ['plain']).map(names.serviceUuid) }),
    ...(sets && { sets: sets.map(({ set, version }) => ({ set: names.setId(set), version })) }),
    branches: branches === 'all' ? branches : branches.map(names.branch),
    cases: cases === 'all' ? cases : cases.map((c) => ({ service: names.serviceId(c.service), case: c.case })),
    ...(joint && { joint: { ...joint, with: joint.with.map(names.party) } }),
    ...(derived_from && { derived_from: names.mandateId(derived_from) }),
    ...(valid_until !== null && !open && { valid_until: valid_until ?? '2030-12-31' }),
    // R16: the register refuses a mandate that nobody granted. Who it was decides nothing.
    granted_by: 'willem',
    granted_at: mandate.granted_at ?? '2025-12-01',
  };
  // Closed lists (ground, loa, status) are checked when the merged file is read.
  return text as MandateText;
}

interface Declared extends Omit<CaseText['register']['parties'][number], 'kind'> {
  kind: 'organisation' | 'person';
}

function declared({ register }: CaseText): Declared[] {
  return [
    ...register.organisations.map((key): Declared => ({ key, kind: 'organisation' })),
    ...register.people.map((key): Declared => ({ key, kind: 'person' })),
    ...register.parties,
  ];
}

function partyOf(shared: Parties, key: string): PartyText | undefined {
  return shared.parties?.find((party) => party.key === key);
}

function meansUrn(number: number, key: string): string {
  return `urn:etoegang:pseudonym:case-${number}-${key}`;
}

/** Numbers nobody else in the register has: at most ten people and firms to a case. */
function madeUp(kind: 'organisation' | 'person', number: number, index: number): string {
  if (kind === 'organisation') return `urn:nl:kvk:7${pad(number, 5)}${pad(index, 2)}`;
  return `urn:nl:bsn:${bsn(number * 10 + index)}`;
}

const bsns: string[] = [];
for (let candidate = FIRST_BSN; candidate < 999_990_000; candidate++) {
  if (passesElfproef(String(candidate))) bsns.push(String(candidate));
}

function bsn(place: number): string {
  const digits = bsns[place];
  if (digits === undefined) throw new Error('no test numbers left: 9999 has only so many');
  return digits;
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

function need<T>(value: T | undefined, what: string, { title }: CaseText): T {
  if (value === undefined) throw new Error(`case "${title}": there is no ${what}`);
  return value;
}
