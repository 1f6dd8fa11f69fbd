import type { Identifier } from '../domain/identifier.ts';
import { makeSeedCatalogue, type SeedCatalogue } from './seed-catalogue.ts';
import { makeRandom, makeZipf, mix, mixUuid, type Random } from './seed-random.ts';

export interface SeedSize {
  mandates: number;
  seed: number;
  /** First of January around which validity is laid, `YYYY`; by default this year, so that most are in force. */
  year?: number;
}

/**
 * The plan of a seeded register. Represented parties are numbered 0…parties−1: first the intermediaries, then one
 * grantor with very many employees, then everybody else; every fourth of those is a citizen. Everything about number
 * p follows from the seed and p, without looking at the others.
 */
export interface SeedWorld extends Required<SeedSize> {
  catalogue: SeedCatalogue;
  parties: number;
  intermediaries: number;
  bigGrantor: number;
  countOf(party: number): number;
  isPerson(party: number): boolean;
  idOf(party: number): string;
  /** KvK number or BSN. */
  identifierOf(party: number): Identifier;
  rsinOf(party: number): Identifier | undefined;
  /** `YYYY-MM-DD`, of a citizen. */
  birthDateOf(party: number): string;
  branchesOf(party: number): string[];
  stateOf(party: number): { state: string; year: number } | undefined;
  employeeId(party: number, employee: number): string;
  employeeMeans(party: number, employee: number): Identifier;
  meansActive(party: number, employee: number): boolean;
  /** To whom a client turns: one office serves up to 70,000, the others ever fewer. */
  drawIntermediary(random: Random): number;
}

const SALT = { party: 1, employee: 2, count: 3, branch: 4, state: 5 };
const LARGEST_OFFICE = 70_000;
const MOST_EMPLOYEES = 50_000;

export function makeSeedWorld({ mandates, seed, year = new Date().getUTCFullYear() }: SeedSize): SeedWorld {
  const intermediaries = Math.max(2, Math.min(5000, Math.floor(mandates / 2000)));
  const bigGrantor = intermediaries;
  const counts = countMandates({ mandates, seed, intermediaries, bigGrantor });
  const parties = counts.length;
  const isPerson = (party: number) => party > bigGrantor && party % 4 === 3;
  const drawIntermediary = makeOfficeDraw(intermediaries, mandates);
  return {
    mandates,
    seed,
    year,
    catalogue: makeSeedCatalogue(seed),
    parties,
    intermediaries,
    bigGrantor,
    countOf: (party) => counts[party] ?? 0,
    isPerson,
    idOf: (party) => mixUuid(seed, SALT.party, party),
    identifierOf: (party) =>
      isPerson(party)
        ? { scheme: 'bsn', value: withElfproef(1_000_000 + party) }
        : { scheme: 'kvk', value: String(10_000_000 + party) },
    rsinOf: (party) =>
      party % 2 === 0 && !isPerson(party) ? { scheme: 'rsin', value: withElfproef(8_000_000 - party) } : undefined,
    birthDateOf: (party) => `${year - 5 - ((party * 7) % 80)}-03-15`,
    branchesOf: (party) => branchesOf(seed, party, isPerson(party)),
    stateOf: (party) => (party <= bigGrantor ? undefined : stateOf(seed, party, isPerson(party), year)),
    employeeId: (party, employee) => mixUuid(seed, SALT.employee, party, employee),
    employeeMeans: (party, employee) => ({ scheme: 'pseudonym', value: `seed${seed}-${party}-${employee}` }),
    meansActive: (party, employee) => (party + employee) % 100 !== 50,
    drawIntermediary,
  };
}

/** About a third of the mandates go to an office; together they make the largest one as large as it may be. */
function makeOfficeDraw(offices: number, mandates: number): (random: Random) => number {
  const share = Math.min(0.24, LARGEST_OFFICE / (0.29 * mandates));
  const flatness = flattenTo(share, offices);
  const zipf = makeZipf(offices, flatness);
  const first = 1 / ((1 + flatness) * Math.log((offices + flatness) / (1 + flatness) + 1));
  const extra = Math.max(0, (share - first) / (1 - first));
  return (random) => (random() < extra ? 0 : zipf(random));
}

/** How far down the ranks must begin for the first to have at most this share. */
function flattenTo(share: number, offices: number): number {
  let shift = 0;
  while (shift < offices && 1 / ((1 + shift) * Math.log((offices + shift) / (1 + shift) + 1)) > share * 1.5) shift++;
  return shift;
}

interface Plan {
  mandates: number;
  seed: number;
  intermediaries: number;
  bigGrantor: number;
}

/** How many mandates each party has granted: about ten, together exactly as many as asked. */
function countMandates({ mandates, seed, intermediaries, bigGrantor }: Plan): Uint32Array {
  const counts: number[] = [];
  for (let left = mandates; left > 0; ) {
    const party = counts.length;
    const draw = mix(seed, SALT.count, party) / 0x1_0000_0000;
    let count = 1 + Math.min(200, Math.floor(-Math.log(1 - draw) * 9.5));
    if (party < intermediaries) count += 10 + Math.floor(Math.min(mandates / 200, 400) / (party + 1));
    if (party === bigGrantor) count = Math.min(MOST_EMPLOYEES, Math.max(1, Math.floor(mandates / 20)));
    count = Math.min(count, left);
    counts.push(count);
    left -= count;
  }
  return Uint32Array.from(counts);
}

/** Nine digits that pass the elfproef, different for each seven-digit number. */
function withElfproef(sevenDigits: number): string {
  const digits = String(sevenDigits);
  let sum = 0;
  for (let i = 0; i < 7; i++) sum += (9 - i) * Number(digits[i]);
  // The check digit must not be ten: then another eighth digit (weight two) makes it one.
  return sum % 11 === 10 ? `${digits}1${(sum + 2) % 11}` : `${digits}0${sum % 11}`;
}

function branchesOf(seed: number, party: number, isPerson: boolean): string[] {
  if (isPerson || mix(seed, SALT.branch, party) % 10 >= 3) return [];
  const many = mix(seed, SALT.branch, party, 1) % 100 === 0 ? 60 : 1 + (mix(seed, SALT.branch, party, 2) % 4);
  return Array.from({ length: many }, (_, i) => String(100_000_000_000 + party * 100 + i));
}

function stateOf(
  seed: number,
  party: number,
  isPerson: boolean,
  year: number,
): { state: string; year: number } | undefined {
  const random = makeRandom(seed, SALT.state, party);
  const chance = random();
  const since = year - 1 - Math.floor(random() * 3);
  const states = isPerson
    ? ['deceased', 'curatele', 'wsnp', 'bewind']
    : ['bankrupt', 'bankrupt', 'dissolved', 'deregistered'];
  const state = states[Math.floor(chance * 400)];
  return state === undefined ? undefined : { state, year: since };
}
