import { type Bytes, makeBytes } from './codec-bytes.ts';
import { checksumOf } from './codec-checksum.ts';
import { writeMeans, writePlainParty } from './codec-party.ts';
import type { PlainParty } from './plain-party.ts';

const ID = 16;
/** So many strings are on the stack of the script at once, of 8000 that Redis has room for. */
const FIELDS_AT_MOST = 128;

const seedOf = (letter: string) => ({ letter, sum: checksumOf(Buffer.from(letter), 0, 1) });
const [PARTY, ALIAS, BRANCH, PAIRS] = ['p', 'a', 'b', 'r'].map(seedOf) as [Seed, Seed, Seed, Seed];

interface Seed {
  letter: string;
  sum: number;
}

/** Fields of one hash, as `put_fields` (ops.lua) takes them: how many strings, and each behind its length in one byte. */
export type EmitFields = (hash: string, fields: Buffer) => void;

/**
 * Packs records of one partition that stand in hashes (docs/decisions/0028-redis-bytes.md); those that come behind one another
 * and stand in the same hash go together. `bits` as in the name of the copy. `end` behind the last.
 */
export function makeFieldPacker(bits: number, emit: EmitFields) {
  const out = makeBytes(16 * 1024);
  let letter = '';
  let bucket = -1;
  let strings = 0;

  function end(): void {
    if (strings > 0) {
      out.patchU16(0, strings);
      emit(`${letter}:${bucket.toString(16)}`, out.view());
    }
    out.rewind();
    out.u16(0);
    strings = 0;
  }

  /** The field of an id; the value is to follow. */
  function field(of: string, id: Buffer, suffix?: Buffer): Bytes {
    const at = bucketOf(id, bits);
    if (at !== bucket || of !== letter || strings >= 2 * FIELDS_AT_MOST || strings === 0) {
      end();
      [letter, bucket] = [of, at];
    }
    strings += 2;
    out.u8(ID - 1 + (suffix?.length ?? 0));
    out.part(id, 1, ID);
    if (suffix) out.part(suffix, 0, suffix.length);
    return out;
  }

  /** Closes the value that began behind its length at `start - 1`. */
  function close(start: number): void {
    out.patchU8(start - 1, out.length() - start);
  }

  /** Leaves room for the length. */
  function open(): number {
    out.u8(0);
    return out.length();
  }

  return {
    party(id: Buffer, party: PlainParty): void {
      field(PARTY.letter, id);
      const start = open();
      writePlainParty(out, party);
      out.checksum(start, checksumOf(id, 0, ID, PARTY.sum));
      close(start);
    },
    alias(id: Buffer, party: Buffer, isActive: boolean | undefined): void {
      field(ALIAS.letter, id);
      const start = open();
      out.part(party, 0, ID);
      writeMeans(out, isActive);
      out.checksum(start, checksumOf(id, 0, ID, ALIAS.sum));
      close(start);
    },
    branch(party: Buffer, branch: Buffer): void {
      field(BRANCH.letter, party, branch);
      open();
    },
    /** `held` as pairs.lua keeps it: few ids, or the mark that there are more elsewhere. */
    pairs(delegate: Buffer, held: Buffer): void {
      field(PAIRS.letter, delegate);
      const start = open();
      out.part(held, 0, held.length);
      close(start);
    },
    end,
  };
}

/** As `bucket` in leaf.lua. */
function bucketOf(id: Buffer, bits: number): number {
  return (((id[0] ?? 0) << 16) | ((id[1] ?? 0) << 8) | (id[2] ?? 0)) >>> (24 - bits);
}
