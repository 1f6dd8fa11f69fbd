import { AppError } from '../domain/errors.ts';
import type { Scope } from '../domain/facts.ts';
import { makeBytes } from './codec-bytes.ts';
import { checksumOf } from './codec-checksum.ts';
import { packScope } from './codec-key.ts';
import { writeTerms } from './codec-mandate.ts';
import type { Grant, PlainTerms } from './grant.ts';
import { sizedMember } from './redis-found.ts';
import { leafEntries } from './redis-leaf.ts';
import { makeOpPacker } from './redis-ops.ts';
import { emitTree } from './redis-tree.ts';
import type { MandateRow } from './rows.ts';
import { mandateWrites } from './writes.ts';

const ID = 16;
const CHECKSUM = 4;
const SCOPES_AT_MOST = 255;
/** In front of the scopes of a member. */
const HEAD = 2 * ID + 1;
/** Where the scope begins in a packed key of mandates, and the key in an op. */
const SCOPE_AT = 1 + 2 * ID;
const OP_HEAD = 7;
const ROOT = Buffer.from('m:');
const KIND = Buffer.from('m');
const LETTER = checksumOf(KIND, 0, 1);
const EVERYTHING = Buffer.from('e');
const SERVICE = Buffer.from('s');
const OWNER = Buffer.from('o');

/** One member of a leaf (mandates.lua), behind its length of `at` bytes. */
interface Member {
  bytes: Buffer;
  at: number;
  paired: boolean;
}

/**
 * What `apply_ops` (ops.lua) does in the partition of a represented: put a record, keep a string as it is, note whom a
 * delegate may act for.
 */
export type Emit = (what: 'put' | 'leaf' | 'pair', represented: Buffer, key: Buffer, value: Buffer) => void;

/**
 * Makes whole leaves of mandates that come in the order of the represented, so that Redis only has to keep them; `end`
 * behind the last. A leaf is written once: mandates out of order would replace others.
 * @throws AppError `internal` on what the layout has no place for, or out of order
 */
export function makeGrantPacker(leafBytes: number, emit: Emit) {
  const makeMembers = makeMemberMaker();
  let represented: Buffer | undefined;
  let members: Member[] = [];

  function flush(): void {
    if (represented === undefined) return;
    const party = represented;
    const far = delegatesApart(members, leafBytes);
    const near = far.size === 0 ? members : members.filter((member) => !far.has(name(delegateOf(member))));
    const held = near.map((member) => ({ id: delegateOf(member), bytes: member.bytes }));
    emitTree(Buffer.concat([ROOT, party]), held, leafBytes, (key, value) => emit('leaf', party, key, value));
    const unpaired = near.filter(({ paired }) => !paired).map(delegateOf);
    for (const delegate of new Map(unpaired.map((id) => [name(id), id])).values()) emit('pair', party, delegate, party);
    for (const member of far.size === 0 ? [] : members) {
      if (!far.has(name(delegateOf(member)))) continue;
      for (const { key, id, value } of leafEntries(party, member.bytes)) {
        emit('put', party, key, Buffer.concat([id, value]));
      }
    }
    members = [];
  }

  return {
    add(grant: Grant): void {
      if (!represented?.equals(grant.represented)) {
        flush();
        if (represented && represented.compare(grant.represented) > 0) {
          throw new AppError('internal', 'mandates came out of order');
        }
        represented = Buffer.from(grant.represented);
      }
      makeMembers(grant, members);
    },
    end: flush,
  };
}

/** Adds to the members. */
function makeMemberMaker(): (grant: Grant, members: Member[]) => void {
  const out = makeBytes(256);
  const pack = makeOpPacker();

  /** What stands under some scopes, each packed, with its checksum behind it. */
  function memberOf(
    { represented, delegate, id, paired }: Grant,
    terms: PlainTerms,
    scope: Scope,
    keys: Buffer[],
  ): Member {
    out.rewind();
    out.part(delegate, 0, ID);
    out.part(id, 0, ID);
    out.u8(keys.length);
    for (const key of keys) {
      out.part(key, 0, key.length);
      out.u32(0);
    }
    const bodyAt = out.length();
    writeTerms(out, terms.coded, terms.period, terms.limits, scope, scope.by === 'set' ? `t${scope.set}` : '');
    const pair = checksumOf(delegate, 0, ID, checksumOf(represented, 0, ID, LETTER));
    let at = HEAD;
    for (const { length } of keys) {
      const key = out.sum(at, at + length, pair);
      out.patchU32(at + length, out.sum(bodyAt, out.length(), out.sum(ID, 2 * ID, key)));
      at += length + CHECKSUM;
    }
    return sized(out.view(), paired);
  }

  function plain(grant: Grant, terms: PlainTerms, members: Member[]): void {
    const { services, sets, owner, everything } = terms;
    for (let from = 0; from < services.length; from += SCOPES_AT_MOST) {
      const keys = services.slice(from, from + SCOPES_AT_MOST).map((service) => Buffer.concat([SERVICE, service]));
      members.push(memberOf(grant, terms, { by: 'service' }, keys));
    }
    for (const { set, version } of sets) {
      members.push(memberOf(grant, terms, { by: 'set', set, version }, [packScope(`t${set}`)]));
    }
    if (owner) members.push(memberOf(grant, terms, { by: 'owner' }, [Buffer.concat([OWNER, owner])]));
    if (everything) members.push(memberOf(grant, terms, { by: 'everything' }, [EVERYTHING]));
  }

  /** What it says under one scope may be otherwise than under another. */
  function special({ delegate, id, paired }: Grant, row: MandateRow, members: Member[]): void {
    const parts = new Map<string, { body: Buffer; scopes: Buffer[] }>();
    for (const write of mandateWrites(row)) {
      if (!('scope' in write)) continue;
      const { bytes, key } = pack(write);
      const value = Buffer.from(bytes.subarray(OP_HEAD + key.length + ID));
      const body = value.subarray(0, -CHECKSUM);
      const scope = Buffer.concat([key.subarray(SCOPE_AT), value.subarray(-CHECKSUM)]);
      const known = parts.get(name(body));
      if (known && known.scopes.length < SCOPES_AT_MOST) known.scopes.push(scope);
      else parts.set(known ? `${name(body)} ${parts.size}` : name(body), { body, scopes: [scope] });
    }
    for (const { body, scopes } of parts.values()) {
      members.push(sized(Buffer.concat([delegate, id, Buffer.from([scopes.length]), ...scopes, body]), paired));
    }
  }

  return (grant, members) => {
    if ('row' in grant.terms) special(grant, grant.terms.row, members);
    else plain(grant, grant.terms, members);
  };
}

function sized(member: Buffer, paired: boolean): Member {
  const bytes = sizedMember(member);
  return { bytes, at: bytes.length - member.length, paired };
}

function name(bytes: Buffer): string {
  return bytes.toString('latin1');
}

function delegateOf({ bytes, at }: Member): Buffer {
  return bytes.subarray(at, at + ID);
}

/** Those who take most of a leaf: they get a hash of their own, which `write_mandate` in mandates.lua makes. */
function delegatesApart(members: readonly Member[], leafBytes: number): Set<string> {
  const sizes = new Map<string, number>();
  let total = 0;
  for (const { bytes } of members) total += bytes.length;
  if (total <= leafBytes) return new Set();
  for (const member of members) {
    const delegate = name(delegateOf(member));
    sizes.set(delegate, (sizes.get(delegate) ?? 0) + member.bytes.length);
  }
  return new Set([...sizes].filter(([, size]) => size > leafBytes / 2).map(([delegate]) => delegate));
}
