import type { Ground, MandateFacts, MandateKind, PartyFacts, ServiceFacts, ServiceTerms } from '../domain/facts.ts';
import { calendarYears } from './calendar-years.ts';
import type { PathMandate, ServiceQuestion } from './input.ts';

/**
 * What rules read of the facts. Trimming is by key only, and takes away what is known to be read by none: facts that
 * only a newer policy knows still reach it. Nothing that is left out gives authority by its absence.
 */
export interface TrimmedMandate extends Omit<MandateFacts, 'granted_at'> {
  /** Only where it was granted on somebody's authority. */
  granted_at?: number;
  /** Calendar years begun between `valid_from` and `valid_until`, dear to reckon in WASM; without it the policy reckons itself. */
  years?: number;
}

/** Fields of a party that are left out, by who it is. */
export const UNREAD = {
  /** Everybody but the represented. */
  party: ['birth_date', 'kvk', 'has_branches'],
  /** An intermediary named in `via`, or who passed a mandate on. Owners of services may list whom they admit, by number. */
  named: ['birth_date', 'has_branches'],
  /** An intermediary when none was asked for by name: then nothing asks which party it is. */
  intermediary: ['birth_date', 'has_branches', 'party_id'],
  /** The represented, whose age may matter, when no branch was asked for. */
  represented: ['kvk', 'has_branches'],
} as const;

export function trimParty(facts: PartyFacts, unread: readonly string[]): object {
  return without(facts, unread);
}

/** Of a mandate that rests on nobody else's authority. */
export const UNREAD_OF_MANDATE = ['granted_at'] as const;

/** An onward mandate with its parent and the parent's delegate. */
export function trimPath({ parent, ...found }: PathMandate): object {
  const trimmed = trimMandate(found);
  if (parent === undefined) return trimmed;
  const { mandate, delegate } = parent;
  const above = {
    ...(mandate && { mandate: trimMandate(mandate) }),
    ...(delegate && { delegate: trimParty(delegate, UNREAD.named) }),
  };
  return { ...trimmed, parent: above };
}

export function trimMandate(facts: MandateFacts): TrimmedMandate {
  const { granted_at, ...rest } = facts;
  const trimmed: TrimmedMandate = rest;
  if (facts.granted_under !== undefined) trimmed.granted_at = granted_at;
  if (facts.valid_until === undefined) return trimmed;
  const years = calendarYears(facts.valid_from, facts.valid_until);
  return years === undefined ? trimmed : { ...trimmed, years };
}

/**
 * What a question reads of a service, one bit each: its sets, and of its terms the branches, the chains, the kinds and
 * the grounds that the mandates found give cause to look at. Its name always stays, for by it the owner's own conditions
 * are found: without it the policy takes it to have some that are not met.
 */
export type Reading = number;

const SETS = 2;
const BRANCHES = 4;
const CHAINS = 8;
const KINDS: Record<MandateKind, Reading> = {
  employee: 16,
  business: 32,
  voluntary: 64,
  statutory: 128,
  appointed: 256,
};
const GROUNDS: Record<Ground, Reading> = {
  signatory: 512,
  owner: 1024,
  parental_authority: 2048,
  curatele: 4096,
  bewind: 8192,
  mentorschap: 16_384,
  bankruptcy_curator: 32_768,
  liquidator: 65_536,
};

export function readingOf({ direct, chains }: ServiceQuestion): Reading {
  let reading = readingOfAll(direct);
  for (const { first, second } of chains) reading |= CHAINS | readingOfAll(first) | readingOfAll(second);
  return reading;
}

function readingOfAll(mandates: readonly PathMandate[]): Reading {
  let reading = 0;
  for (const mandate of mandates) {
    reading |= readingOfMandate(mandate);
    if (mandate.parent?.mandate) reading |= readingOfMandate(mandate.parent.mandate);
  }
  return reading;
}

function readingOfMandate({ kind, ground, scope, branches }: MandateFacts): Reading {
  let reading = KINDS[kind];
  if (ground !== undefined) reading |= GROUNDS[ground];
  if (scope.by === 'set') reading |= SETS;
  if (branches !== 'all') reading |= BRANCHES;
  return reading;
}

export function trimService(facts: ServiceFacts, reading: Reading): object {
  const unread = ['service_uuid', 'owner', 'sub_services'];
  if (!(reading & SETS)) unread.push('sets');
  const { definition, instance } = facts;
  const terms = { definition: trimTerms(definition, reading), instance: trimTerms(instance, reading) };
  return { ...without(facts, unread), ...terms };
}

/** What is not among the terms is not accepted: what is false need not be said. */
function trimTerms({ kinds, grounds, ...terms }: ServiceTerms, reading: Reading): object {
  const unread: string[] = Object.entries(terms).flatMap(([name, value]) => (value === false ? [name] : []));
  if (!(reading & BRANCHES)) unread.push('branches');
  if (!(reading & CHAINS)) unread.push('chains');
  const accepted = {
    kinds: without(kinds, unreadOf(KINDS, reading)),
    grounds: without(grounds, unreadOf(GROUNDS, reading)),
  };
  return { ...without(terms, unread), ...without(accepted, reading < GROUNDS.signatory ? ['grounds'] : []) };
}

function unreadOf(names: Record<string, Reading>, reading: Reading): string[] {
  return Object.keys(names).filter((name) => !(reading & (names[name] ?? 0)));
}

function without(record: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
