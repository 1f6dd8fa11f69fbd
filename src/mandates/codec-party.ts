import { type AliasFacts, PARTY_STATES, type PartyFacts, type StateFact } from '../domain/facts.ts';
import { BEYOND_MOMENTS, type Bytes, checkedBody, malformed, parseJsonObject, readUuid } from './codec-bytes.ts';
import type { PlainParty } from './plain-party.ts';

const FLAG = { person: 1, branches: 2, kvk: 4, birthDate: 8, tail: 16 };
const UNTIL = 0x80;

/**
 * Party facts without the id: flags, number of states, KvK number, birth date, states, JSON for anything else, and in
 * place of all states if one begins or lasts beyond the year 6429 ("without end").
 */
export function writeParty(out: Bytes, facts: PartyFacts): void {
  const { party_id: _id, kind, states: all, birth_date, kvk, has_branches, ...rest } = facts;
  const isFar = all.some(({ since, until = 0 }) => Math.max(since, until) >= BEYOND_MOMENTS);
  const [states, more] = isFar ? [[], { ...rest, states: all }] : [all, rest];
  const tail = Object.keys(more).length > 0;
  const terms = {
    isPerson: kind === 'person',
    hasBranches: has_branches,
    kvk: kvk === undefined ? undefined : digits(kvk, /^\d{8}$/),
    birthDate: birth_date === undefined ? undefined : digits(birth_date.replaceAll('-', ''), /^\d{8}$/),
  };
  writeHead(out, terms, states.length, tail ? FLAG.tail : 0);
  for (const { state, since, until } of states) {
    const index = PARTY_STATES.indexOf(state);
    if (index < 0) throw new RangeError(`the layout has no place for state ${state}`);
    out.u8(index | (until === undefined ? 0 : UNTIL));
    out.moment(since);
    if (until !== undefined) out.moment(until);
  }
  if (tail) out.text(JSON.stringify(more));
}

/** As `writeParty` writes a party of which no more is known. */
export function writePlainParty(out: Bytes, party: PlainParty): void {
  writeHead(out, party, 0, 0);
}

function writeHead(
  out: Bytes,
  { isPerson, hasBranches, kvk, birthDate }: PlainParty,
  states: number,
  tail: number,
): void {
  out.u8(
    (isPerson ? FLAG.person : 0) |
      (hasBranches ? FLAG.branches : 0) |
      (kvk === undefined ? 0 : FLAG.kvk) |
      (birthDate === undefined ? 0 : FLAG.birthDate) |
      tail,
  );
  out.u8(states);
  if (kvk !== undefined) out.u32(kvk);
  if (birthDate !== undefined) out.u32(birthDate);
}

function digits(text: string, form: RegExp): number {
  if (!form.test(text)) throw new RangeError('a number of a party does not have eight digits');
  return Number(text);
}

/** @throws AppError `store_unavailable` on anything that `writeParty` did not write for this very record. */
export function readParty(recordBytes: Uint8Array, party_id: string, value: Buffer): PartyFacts {
  const body = checkedBody(recordBytes, value);
  try {
    return readBody(body, party_id);
  } catch (cause) {
    if (cause instanceof RangeError) throw malformed('a party is cut off');
    throw cause;
  }
}

function readBody(body: Buffer, party_id: string): PartyFacts {
  const flags = body.readUInt8(0);
  const count = body.readUInt8(1);
  let at = 2;
  const number = () => {
    at += 4;
    return String(body.readUInt32BE(at - 4)).padStart(8, '0');
  };
  const kvk = flags & FLAG.kvk ? number() : undefined;
  const born = flags & FLAG.birthDate ? number() : undefined;
  const states: StateFact[] = [];
  while (states.length < count) {
    const code = body.readUInt8(at);
    const state = PARTY_STATES[code & ~UNTIL];
    if (state === undefined) throw malformed('it holds a state that this layout does not know');
    const until = code & UNTIL ? { until: body.readIntBE(at + 7, 6) } : {};
    states.push({ state, since: body.readIntBE(at + 1, 6), ...until });
    at += code & UNTIL ? 13 : 7;
  }
  const tail = flags & FLAG.tail ? parseJsonObject(body.toString('utf8', at)) : {};
  return {
    party_id,
    kind: flags & FLAG.person ? 'person' : 'organisation',
    states,
    ...(born !== undefined && { birth_date: `${born.slice(0, 4)}-${born.slice(4, 6)}-${born.slice(6)}` }),
    ...(kvk !== undefined && { kvk }),
    has_branches: (flags & FLAG.branches) !== 0,
    ...tail,
  };
}

/** An alias: the party it leads to, and whether it is a means and, if so, an active one. */
export function writeAlias(out: Bytes, { party_id, means }: AliasFacts): void {
  out.id(party_id);
  writeMeans(out, means?.active);
}

/** What stands behind the party: undefined is no means. */
export function writeMeans(out: Bytes, isActive: boolean | undefined): void {
  out.u8(isActive === undefined ? 0 : isActive ? 1 : 2);
}

/** @throws AppError `store_unavailable` on anything that `writeAlias` did not write for this very record. */
export function readAlias(recordBytes: Uint8Array, value: Buffer): AliasFacts {
  const body = checkedBody(recordBytes, value);
  const means = body[16];
  if (body.length !== 17 || means === undefined || means > 2) throw malformed('an alias is of another length');
  return { party_id: readUuid(body), ...(means > 0 && { means: { active: means === 1 } }) };
}
