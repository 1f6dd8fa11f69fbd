import {
  AUTHORITIES,
  FOLLOW_UPS,
  GROUNDS,
  LOAS,
  MANDATE_KINDS,
  MANDATE_STATUSES,
  type MandateFacts,
  REACHES,
} from '../domain/facts.ts';
import { BEYOND_MOMENTS, type Bytes, checkedBody, malformed, parseJsonObject, readUuid } from './codec-bytes.ts';

/*
 * A mandate as it stands in Redis, behind its id: kind and ground, status with loa and reach, flags, scope with
 * follow-up and authority (one byte each), valid_from, granted_at, valid_until if any (4 bytes in whole seconds, else 6
 * in milliseconds), the set version if it was found by a set (4), the rare facets as JSON, and a CRC-32 over record
 * key, id and all this. A moment beyond the year 6429 ("without end") stands in that JSON; a beginning is then said to be
 * the last that fits, so that nothing is in force by a tail that was not read. A mandate with one named operation or branch still fits in 64 bytes with its id.
 * The order of the lists is part of the layout: append only, and raise the layout version when that is not enough.
 */
const MAYBE_GROUNDS = [undefined, ...GROUNDS];
const MAYBE_REACHES = [undefined, ...REACHES];
const MAYBE_FOLLOW_UPS = [undefined, ...FOLLOW_UPS];
const MAYBE_AUTHORITIES = [undefined, ...AUTHORITIES];
const SCOPES = ['service', 'set', 'owner', 'everything'] as const;

const FLAG = {
  allOperations: 1,
  allBranches: 2,
  allCases: 4,
  ends: 8,
  survivor: 16,
  readsMessages: 32,
  substitution: 64,
  tail: 128,
};
/** The highest bit of the three other head bytes: that moment is in seconds. */
const SECONDS = 128;
/** Names that often stand in the tail, as they are written there. */
const SHORT = { operations: 'o', branches: 'b', cases: 'c', set: 's' };

/** Few combinations occur in a register. */
export type CodedTerms = Pick<
  MandateFacts,
  | 'kind'
  | 'ground'
  | 'status'
  | 'loa'
  | 'reach'
  | 'follow_up'
  | 'granted_under'
  | 'survivor'
  | 'reads_messages'
  | 'substitution'
>;
export type Period = Pick<MandateFacts, 'valid_from' | 'granted_at' | 'valid_until'>;
export type Limits = Pick<MandateFacts, 'operations' | 'branches' | 'cases'>;

/** Writes everything but the id: it stands in front. `scope` is the key under which the mandate is found. */
export function writeMandate(out: Bytes, facts: MandateFacts, scopeKey: string): void {
  const { mandate_id: _id, kind: _kind, ground: _ground, status: _status, loa: _loa, reach: _reach, ...more } = facts;
  const { scope, follow_up: _follow, granted_under: _under, valid_from: _from, granted_at: _granted, ...others } = more;
  const { valid_until: _until, operations: _operations, branches: _branches, cases: _cases, ...flagged } = others;
  const { survivor: _survivor, reads_messages: _reads, substitution: _substitution, ...rare } = flagged;
  writeTerms(out, facts, facts, facts, scope, scopeKey, rare);
}

/** As `writeMandate`, of what has no `rare` facets. */
export function writeTerms(
  out: Bytes,
  coded: CodedTerms,
  period: Period,
  limits: Limits,
  scope: MandateFacts['scope'],
  scopeKey: string,
  rare: object = {},
): void {
  const far = farMoments(period);
  const valid_from = Math.min(period.valid_from, LAST_MOMENT);
  const granted_at = Math.min(period.granted_at, LAST_MOMENT);
  const valid_until = far?.valid_until === undefined ? period.valid_until : undefined;
  const tail = tailOf(limits, scope, far ? { ...rare, ...far } : rare, scopeKey);
  out.u8(indexIn(MANDATE_KINDS, coded.kind) | (indexIn(MAYBE_GROUNDS, coded.ground) << 3) | inSeconds(valid_from));
  out.u8(
    indexIn(MANDATE_STATUSES, coded.status) |
      (indexIn(LOAS, coded.loa) << 3) |
      (indexIn(MAYBE_REACHES, coded.reach) << 5) |
      inSeconds(granted_at),
  );
  out.u8(
    (limits.operations === 'all' ? FLAG.allOperations : 0) |
      (limits.branches === 'all' ? FLAG.allBranches : 0) |
      (limits.cases === 'all' ? FLAG.allCases : 0) |
      (valid_until === undefined ? 0 : FLAG.ends) |
      (coded.survivor ? FLAG.survivor : 0) |
      (coded.reads_messages ? FLAG.readsMessages : 0) |
      (coded.substitution ? FLAG.substitution : 0) |
      (tail === undefined ? 0 : FLAG.tail),
  );
  const { follow_up, granted_under } = coded;
  const origin = (indexIn(MAYBE_FOLLOW_UPS, follow_up) << 2) | (indexIn(MAYBE_AUTHORITIES, granted_under) << 4);
  out.u8(indexIn(SCOPES, scope.by) | origin | (valid_until === undefined ? 0 : inSeconds(valid_until)));
  writeMoment(out, valid_from);
  writeMoment(out, granted_at);
  if (valid_until !== undefined) writeMoment(out, valid_until);
  if (scope.by === 'set') out.u32(scope.version);
  if (tail !== undefined) out.text(tail);
}

const LAST_MOMENT = BEYOND_MOMENTS - 1;

type Moments = { [name in 'valid_from' | 'granted_at' | 'valid_until']?: number | undefined };

/** Those that do not fit; mostly none. */
function farMoments({ valid_from, granted_at, valid_until }: Period): Moments | undefined {
  if (valid_from <= LAST_MOMENT && granted_at <= LAST_MOMENT && !(valid_until && valid_until > LAST_MOMENT)) {
    return undefined;
  }
  const far = Object.entries({ valid_from, granted_at, valid_until }).filter(
    ([, moment]) => moment !== undefined && moment > LAST_MOMENT,
  );
  return Object.fromEntries(far);
}

function inSeconds(moment: number): number {
  return moment % 1000 === 0 && moment >= 0 && moment < 2 ** 32 * 1000 ? SECONDS : 0;
}

function writeMoment(out: Bytes, moment: number): void {
  if (inSeconds(moment)) out.u32(moment / 1000);
  else out.moment(moment);
}

/** What few mandates have, and whatever a later version of the facts adds. */
function tailOf(limits: Limits, scope: MandateFacts['scope'], rare: object, scopeKey: string): string | undefined {
  const { operations, branches, cases } = limits;
  const setApart = scope.by === 'set' && scopeKey !== `t${scope.set}` ? scope.set : undefined;
  const isLimited = operations !== 'all' || branches !== 'all' || cases !== 'all' || setApart !== undefined;
  if (!isLimited && isEmpty(rare)) return undefined;
  return JSON.stringify({
    ...rare,
    ...(operations === 'all' ? {} : { [SHORT.operations]: operations }),
    ...(branches === 'all' ? {} : { [SHORT.branches]: branches }),
    ...(cases === 'all' ? {} : { [SHORT.cases]: cases }),
    ...(setApart !== undefined && { [SHORT.set]: setApart }),
  });
}

function isEmpty(object: object): boolean {
  for (const _some in object) return false;
  return true;
}

/**
 * @param recordBytes what the checksum covers in front: the packed record key
 * @param id the 16 bytes of the mandate id
 * @throws AppError `store_unavailable` on anything that `writeMandate` did not write for this very record
 */
export function readMandate(recordBytes: Uint8Array, id: Buffer, value: Buffer, scopeKey: string): MandateFacts {
  const body = checkedBody(Buffer.concat([recordBytes, id]), value);
  const reader = makeReader(body);
  const [grounds, level, flags, origin] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  const valid_from = reader.moment(grounds);
  const granted_at = reader.moment(level);
  const valid_until = flags & FLAG.ends ? reader.moment(origin) : undefined;
  const by = at(SCOPES, origin & 3);
  const version = by === 'set' ? reader.u32() : 0;
  const tail = flags & FLAG.tail ? parseJsonObject(reader.text()) : {};
  const { o: operations, b: branches, c: cases, s: set, ...rare } = tail;
  reader.assertAtEnd();
  const facts: Record<string, unknown> = {
    mandate_id: readUuid(id),
    kind: at(MANDATE_KINDS, grounds & 7),
    status: at(MANDATE_STATUSES, level & 7),
    valid_from,
    loa: at(LOAS, (level >> 3) & 3),
    scope: by === 'set' ? { by, set: set ?? scopeKey.slice(1), version } : { by },
    operations: flags & FLAG.allOperations ? 'all' : operations,
    branches: flags & FLAG.allBranches ? 'all' : branches,
    cases: flags & FLAG.allCases ? 'all' : cases,
    granted_at,
    ...rare,
  };
  if (valid_until !== undefined) facts.valid_until = valid_until;
  addPresent(facts, 'ground', at(MAYBE_GROUNDS, (grounds >> 3) & 15));
  addPresent(facts, 'reach', at(MAYBE_REACHES, (level >> 5) & 3));
  addPresent(facts, 'follow_up', at(MAYBE_FOLLOW_UPS, (origin >> 2) & 3));
  addPresent(facts, 'granted_under', at(MAYBE_AUTHORITIES, (origin >> 4) & 7));
  if (flags & FLAG.survivor) facts.survivor = true;
  if (flags & FLAG.readsMessages) facts.reads_messages = true;
  if (flags & FLAG.substitution) facts.substitution = true;
  if (!facts.operations || !facts.branches || !facts.cases) throw malformed('a mandate lacks its restrictions');
  // The checksum says that this layout wrote it, from facts of this very shape.
  return facts as unknown as MandateFacts;
}

/** Reads front to back; what is not there is malformed. */
function makeReader(body: Buffer) {
  let end = 0;
  function take(count: number): number {
    const start = end;
    end += count;
    if (end > body.length) throw malformed('a mandate is cut off');
    return start;
  }
  const u32 = () => body.readUInt32BE(take(4));
  return {
    u8: () => body.readUInt8(take(1)),
    u32,
    moment: (head: number) => (head & SECONDS ? u32() * 1000 : body.readIntBE(take(6), 6)),
    text: () => body.toString('utf8', take(body.length - end)),
    assertAtEnd() {
      if (end !== body.length) throw malformed('a mandate is too long');
    },
  };
}

function addPresent(facts: Record<string, unknown>, name: string, value: string | undefined): void {
  if (value !== undefined) facts[name] = value;
}

function indexIn<T>(list: readonly T[], value: T): number {
  const index = list.indexOf(value);
  if (index < 0) throw new RangeError(`the layout has no place for ${String(value)}`);
  return index;
}

function at<T>(list: readonly T[], index: number): T {
  if (index >= list.length) throw malformed('it holds a code that this layout does not know');
  return list[index] as T; // Within bounds.
}
