import { crc32 } from 'node:zlib';
import { AppError } from '../domain/errors.ts';
import type { MandateFacts, Scope } from '../domain/facts.ts';
import { makeBytes } from './codec-bytes.ts';
import { packScope } from './codec-key.ts';
import { writeMandate } from './codec-mandate.ts';
import type { Grant, PlainTerms } from './grant.ts';
import { sizedMember } from './redis-found.ts';
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
const LETTER = crc32(KIND);
const EVERYTHING = Buffer.from('e');
const SERVICE = Buffer.from('s');
const OWNER = Buffer.from('o');

/** One member of a leaf (mandates.lua). */
interface Member {
  delegate: Buffer;
  id: Buffer;
  body: Buffer;
  /** Each packed, with its checksum behind it. */
  scopes: Buffer[];
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
    const near = members.filter(({ delegate }) => !far.has(name(delegate)));
    const held = near.map((member) => ({ id: member.delegate, bytes: bytesOf(member) }));
    emitTree(Buffer.concat([ROOT, party]), held, leafBytes, (key, value) => emit('leaf', party, key, value));
    const delegates = new Map(near.filter(({ paired }) => !paired).map(({ delegate }) => [name(delegate), delegate]));
    for (const delegate of delegates.values()) emit('pair', party, delegate, party);
    for (const { delegate, id, body, scopes } of members) {
      if (!far.has(name(delegate))) continue;
      for (const scope of scopes) {
        const [key, checksum] = [scope.subarray(0, -CHECKSUM), scope.subarray(-CHECKSUM)];
        emit('put', party, Buffer.concat([KIND, party, delegate, key]), Buffer.concat([id, body, checksum]));
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
        represented = grant.represented;
      }
      for (const member of makeMembers(grant)) members.push(member);
    },
    end: flush,
  };
}

function makeMemberMaker(): (grant: Grant) => Member[] {
  const out = makeBytes(256);
  const pack = makeOpPacker();

  function memberOf(
    { represented, delegate, id, paired }: Grant,
    facts: PlainTerms['facts'],
    scope: Scope,
    keys: Buffer[],
  ) {
    out.rewind();
    writeMandate(out, { ...facts, scope } as MandateFacts, scope.by === 'set' ? `t${scope.set}` : '');
    const body = Buffer.from(out.view());
    const start = crc32(delegate, crc32(represented, LETTER));
    const scopes = keys.map((key) => checked(key, crc32(body, crc32(id, crc32(key, start)))));
    return { delegate, id, body, scopes, paired };
  }

  function plain(grant: Grant, { facts, services, sets, owner, everything }: PlainTerms): Member[] {
    const members = [];
    for (let from = 0; from < services.length; from += SCOPES_AT_MOST) {
      const keys = services.slice(from, from + SCOPES_AT_MOST).map((service) => Buffer.concat([SERVICE, service]));
      members.push(memberOf(grant, facts, { by: 'service' }, keys));
    }
    for (const { set, version } of sets) {
      members.push(memberOf(grant, facts, { by: 'set', set, version }, [packScope(`t${set}`)]));
    }
    if (owner) members.push(memberOf(grant, facts, { by: 'owner' }, [Buffer.concat([OWNER, owner])]));
    if (everything) members.push(memberOf(grant, facts, { by: 'everything' }, [EVERYTHING]));
    return members;
  }

  /** What it says under one scope may be otherwise than under another. */
  function special({ delegate, id, paired }: Grant, row: MandateRow): Member[] {
    const members = new Map<string, Member>();
    for (const write of mandateWrites(row)) {
      if (!('scope' in write)) continue;
      const { bytes, key } = pack(write);
      const value = Buffer.from(bytes.subarray(OP_HEAD + key.length + ID));
      const body = value.subarray(0, -CHECKSUM);
      const scope = Buffer.concat([key.subarray(SCOPE_AT), value.subarray(-CHECKSUM)]);
      const known = members.get(name(body));
      if (known && known.scopes.length < SCOPES_AT_MOST) known.scopes.push(scope);
      else
        members.set(known ? `${name(body)} ${members.size}` : name(body), {
          delegate,
          id,
          body,
          scopes: [scope],
          paired,
        });
    }
    return [...members.values()];
  }

  return (grant) => ('row' in grant.terms ? special(grant, grant.terms.row) : plain(grant, grant.terms));
}

function checked(key: Buffer, checksum: number): Buffer {
  const both = Buffer.allocUnsafe(key.length + CHECKSUM);
  both.set(key);
  both.writeUInt32BE(checksum, key.length);
  return both;
}

function name(bytes: Buffer): string {
  return bytes.toString('latin1');
}

function sizeOf({ body, scopes }: Member): number {
  return 1 + HEAD + body.length + scopes.reduce((sum, scope) => sum + scope.length, 0);
}

/** Those who take most of a leaf: they get a hash of their own, which `write_mandate` in mandates.lua makes. */
function delegatesApart(members: readonly Member[], leafBytes: number): Set<string> {
  const sizes = new Map<string, number>();
  let total = 0;
  for (const member of members) total += sizeOf(member);
  if (total <= leafBytes) return new Set();
  for (const member of members) {
    sizes.set(name(member.delegate), (sizes.get(name(member.delegate)) ?? 0) + sizeOf(member));
  }
  return new Set([...sizes].filter(([, size]) => size > leafBytes / 2).map(([delegate]) => delegate));
}

function bytesOf({ delegate, id, body, scopes }: Member): Buffer {
  return sizedMember(delegate, id, Buffer.from([scopes.length]), ...scopes, body);
}
