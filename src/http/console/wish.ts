import type { Fault } from '../../domain/errors.ts';
import type { Question } from '../../domain/evaluation.ts';
import { LOAS } from '../../domain/facts.ts';
import type { Identifier } from '../../domain/identifier.ts';
import { LIMITS } from '../schemas.ts';
import { fromWallClock } from './amsterdam.ts';
import type { Choices } from './choices.ts';

const FIELDS = ['actor', 'with', 'loa', 'party', 'branch', 'service', 'operation', 'case', 'via', 'at'] as const;
type Field = (typeof FIELDS)[number];

/** What was chosen, as it stands in the address: keys of the register file; empty where nothing was said. */
export type Wish = Record<Field, string> & { together: string[] };

export const NO_WISH: Wish = {
  actor: '',
  with: '',
  loa: '',
  party: '',
  branch: '',
  service: '',
  operation: '',
  case: '',
  via: '',
  at: '',
  together: [],
};

/** Levels that a login may state; the first suffices for nothing. */
export const LEVELS = ['eh1', ...LOAS] as const;

/** A question in which everybody is named by an identifier. */
export interface PlainQuestion extends Question {
  actor: Identifier;
  represented: Identifier;
  via?: Identifier;
  together?: { id: Identifier; loa?: string }[];
}

export interface Asked {
  question: PlainQuestion;
  /** Milliseconds since 1970; absent: now. */
  at?: number;
}

export interface ReadWish {
  wish: Wish;
  /** `at` is the name of the field. */
  faults: Fault[];
  asked?: Asked;
}

/** Reads the address. Closed: a misspelt field is a fault and never a wider question. */
export function readWish(params: URLSearchParams, choices: Choices): ReadWish {
  const known = new Set<string>([...FIELDS, 'together']);
  const faults: Fault[] = [...new Set(params.keys())]
    .filter((name) => !known.has(name))
    .map((name) => ({ at: 'question', message: `There is no field ${JSON.stringify(name)}.` }));
  const wish: Wish = {
    ...NO_WISH,
    ...Object.fromEntries(FIELDS.map((name) => [name, (params.get(name) ?? '').trim()])),
    together: params.getAll('together').filter((key) => key !== ''),
  };
  const found = findAll(wish, choices, faults);
  return found !== undefined && faults.length === 0 ? { wish, faults, asked: found } : { wish, faults };
}

/** The address at which this is asked. */
export function addressOf(wish: Partial<Wish>): string {
  const params = new URLSearchParams();
  for (const name of FIELDS) if (wish[name]) params.set(name, wish[name]);
  for (const key of wish.together ?? []) params.append('together', key);
  return `/console/policy?${params}#answer`;
}

function findAll(wish: Wish, choices: Choices, faults: Fault[]): Asked | undefined {
  const fault = (at: string, message: string) => {
    faults.push({ at, message });
    return undefined;
  };
  const login = loginOf(wish, choices, fault);
  const party = choices.parties.find(({ key }) => key === wish.party);
  if (!party) fault('party', wish.party === '' ? 'Choose for whom.' : 'Nobody in the register file has this key.');
  const service = choices.services.find(({ serviceId }) => serviceId === wish.service);
  if (!service) fault('service', wish.service === '' ? 'Choose a service.' : 'No service of the register file.');
  const via = choices.parties.find(({ key }) => key === wish.via);
  if (wish.via !== '' && !via) fault('via', 'Nobody in the register file has this key.');
  const at = wish.at === '' ? undefined : fromWallClock(wish.at);
  if (wish.at !== '' && at === undefined) fault('at', 'Write a moment as 2026-12-31T09:00.');
  limitFaults(wish, fault);
  const together = wish.together.flatMap((key) => coActor(key, wish, choices) ?? fault('together', NOT_KNOWN) ?? []);
  if (!login || !party || !service) return undefined;
  const question: PlainQuestion = {
    actor: login,
    represented: party.identifier,
    service: service.serviceId,
    ...(wish.loa && { loa: wish.loa }),
    ...(wish.branch && { branch: wish.branch }),
    ...(wish.operation && { operation: wish.operation }),
    ...(wish.case && { case: wish.case }),
    ...(via && { via: via.identifier }),
    ...(together.length > 0 && { together }),
  };
  return at === undefined ? { question } : { question, at };
}

const NOT_KNOWN = 'Nobody in the register file has this key.';

type SayFault = (at: string, message: string) => undefined;

function limitFaults(wish: Wish, fault: SayFault): void {
  if (wish.loa !== '' && !LEVELS.some((loa) => loa === wish.loa)) fault('loa', 'Choose a level of the list.');
  if (!/^(\d{12})?$/.test(wish.branch)) fault('branch', 'A branch has twelve digits.');
  if (wish.operation.length > LIMITS.operation) fault('operation', 'This is too long.');
  if (wish.case.length > LIMITS.case) fault('case', 'This is too long.');
  if (wish.together.length > LIMITS.together) fault('together', `At most ${LIMITS.together} act together.`);
}

function loginOf(wish: Wish, { people }: Choices, fault: SayFault): Identifier | undefined {
  const person = people.find(({ key }) => key === wish.actor);
  if (person === undefined) return fault('actor', wish.actor === '' ? 'Choose who acts.' : NOT_KNOWN);
  const login = wish.with === 'digid' ? person.digid : (person.eherkenning ?? person.digid);
  return login ?? fault('with', 'This person has nothing of the kind to log in with.');
}

function coActor(key: string, { loa }: Wish, { people }: Choices): { id: Identifier; loa?: string } | undefined {
  const person = people.find((one) => one.key === key);
  const id = person?.eherkenning ?? person?.digid;
  return id && { id, ...(loa && { loa }) };
}
