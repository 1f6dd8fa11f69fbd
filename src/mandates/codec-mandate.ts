import type { MandateFacts } from '../domain/facts.ts';
import { type Bytes, checkedBody, malformed, parseJsonObject, readUuid } from './codec-bytes.ts';

/*
 * A mandate as it stands in Redis, behind its id: kind and ground, status with loa and reach, flags, scope with
 * follow-up and authority (one byte each), valid_from, granted_at, valid_until if any (6 bytes each), the set version
 * if it was found by a set (4), the rare facets as JSON, and a CRC-32 over record key, id and all this.
 * The order of these lists is part of the layout: append only, and raise the layout version when that is not enough.
 */
const KINDS = ['employee', 'business', 'voluntary', 'statutory', 'appointed'] as const;
const GROUNDS = [
  undefined,
  'signatory',
  'owner',
  'parental_authority',
  'curatele',
  'bewind',
  'mentorschap',
  'bankruptcy_curator',
  'liquidator',
] as const;
const STATUSES = ['requested', 'offered', 'active', 'suspended', 'revoked', 'rejected', 'withdrawn', 'lapsed'] as const;
const LOAS = ['eh2', 'eh2plus', 'eh3', 'eh4'] as const;
const REACHES = [undefined, 'own', 'clients', 'both'] as const;
const SCOPES = ['service', 'set', 'owner', 'everything'] as const;
const FOLLOW_UPS = [undefined, 'delegate', 'represented', 'both'] as const;
const AUTHORITIES = [undefined, 'bankruptcy_curator', 'liquidator', 'appointed'] as const;

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
const HEAD = 16;

/** Writes everything but the id: it stands in front. `scope` is the key under which the mandate is found. */
export function writeMandate(out: Bytes, facts: MandateFacts, scopeKey: string): void {
  const { mandate_id: _id, kind, ground, status, loa, reach, scope, follow_up, granted_under, ...more } = facts;
  const { valid_from, granted_at, valid_until, operations, branches, cases, ...flagged } = more;
  const { survivor, reads_messages, substitution, ...rare } = flagged;
  const tail = tailOf(facts, rare, scopeKey);
  out.u8(indexIn(KINDS, kind) | (indexIn(GROUNDS, ground) << 3));
  out.u8(indexIn(STATUSES, status) | (indexIn(LOAS, loa) << 3) | (indexIn(REACHES, reach) << 5));
  out.u8(
    (operations === 'all' ? FLAG.allOperations : 0) |
      (branches === 'all' ? FLAG.allBranches : 0) |
      (cases === 'all' ? FLAG.allCases : 0) |
      (valid_until === undefined ? 0 : FLAG.ends) |
      (survivor ? FLAG.survivor : 0) |
      (reads_messages ? FLAG.readsMessages : 0) |
      (substitution ? FLAG.substitution : 0) |
      (tail === undefined ? 0 : FLAG.tail),
  );
  const origin = (indexIn(FOLLOW_UPS, follow_up) << 2) | (indexIn(AUTHORITIES, granted_under) << 4);
  out.u8(indexIn(SCOPES, scope.by) | origin);
  out.moment(valid_from);
  out.moment(granted_at);
  if (valid_until !== undefined) out.moment(valid_until);
  if (scope.by === 'set') out.u32(scope.version);
  if (tail !== undefined) out.text(tail);
}

/** What few mandates have, and whatever a later version of the facts adds. */
function tailOf(facts: MandateFacts, rare: object, scopeKey: string): string | undefined {
  const { operations, branches, cases, scope } = facts;
  const tail = {
    ...rare,
    ...(operations === 'all' ? {} : { operations }),
    ...(branches === 'all' ? {} : { branches }),
    ...(cases === 'all' ? {} : { cases }),
    ...(scope.by === 'set' && scopeKey !== `t${scope.set}` ? { set: scope.set } : {}),
  };
  for (const _some in tail) return JSON.stringify(tail);
  return undefined;
}

/**
 * @param recordBytes what the checksum covers in front: the packed record key
 * @param id the 16 bytes of the mandate id
 * @throws AppError `store_unavailable` on anything that `writeMandate` did not write for this very record
 */
export function readMandate(recordBytes: Uint8Array, id: Buffer, value: Buffer, scopeKey: string): MandateFacts {
  const body = checkedBody(Buffer.concat([recordBytes, id]), value);
  if (body.length < HEAD) throw malformed('a mandate is cut off');
  const [grounds = 0, level = 0, flags = 0, origin = 0] = body;
  const ends = (flags & FLAG.ends) !== 0;
  const bySet = (origin & 3) === 1;
  const tailAt = HEAD + (ends ? 6 : 0) + (bySet ? 4 : 0);
  if (body.length < tailAt) throw malformed('a mandate is cut off');
  const tail = flags & FLAG.tail ? parseJsonObject(body.toString('utf8', tailAt)) : {};
  const { set, ...rare } = tail;
  const version = bySet ? body.readUInt32BE(tailAt - 4) : 0;
  const facts: Record<string, unknown> = {
    mandate_id: readUuid(id),
    kind: at(KINDS, grounds & 7),
    status: at(STATUSES, level & 7),
    valid_from: body.readIntBE(4, 6),
    loa: at(LOAS, (level >> 3) & 3),
    scope: bySet ? { by: 'set', set: set ?? scopeKey.slice(1), version } : { by: at(SCOPES, origin & 3) },
    operations: flags & FLAG.allOperations ? 'all' : rare.operations,
    branches: flags & FLAG.allBranches ? 'all' : rare.branches,
    cases: flags & FLAG.allCases ? 'all' : rare.cases,
    granted_at: body.readIntBE(10, 6),
    ...rare,
  };
  if (ends) facts.valid_until = body.readIntBE(16, 6);
  addPresent(facts, 'ground', at(GROUNDS, grounds >> 3));
  addPresent(facts, 'reach', at(REACHES, (level >> 5) & 3));
  addPresent(facts, 'follow_up', at(FOLLOW_UPS, (origin >> 2) & 3));
  addPresent(facts, 'granted_under', at(AUTHORITIES, (origin >> 4) & 3));
  if (flags & FLAG.survivor) facts.survivor = true;
  if (flags & FLAG.readsMessages) facts.reads_messages = true;
  if (flags & FLAG.substitution) facts.substitution = true;
  if (!facts.operations || !facts.branches || !facts.cases) throw malformed('a mandate lacks its restrictions');
  // The checksum says that this layout wrote it, from facts of this very shape.
  return facts as unknown as MandateFacts;
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
