import { crc32 } from 'node:zlib';
import { formatRevision, parseRevision, type Revision } from '../domain/revision.ts';
import { checkedBody, malformed } from './codec-bytes.ts';
import { packKeys, unpackKeys } from './codec-key.ts';
import type { Notice } from './notice.ts';
import type { RecordKey } from './record.ts';

/**
 * One entry of a partition's stream, from its fields in the order in which Redis gives them (names and values in turn).
 * @throws AppError `store_unavailable` on an entry that this layout does not write
 */
export function parseNotice(fields: readonly Buffer[]): Notice {
  const [name, value, secondName, second, thirdName, third] = fields;
  const names = [name, secondName, thirdName].map((field) => field?.toString() ?? '').join(' ');
  if (value === undefined || second === undefined) throw malformed('an entry of the stream is cut off');
  switch (names.trimEnd()) {
    case 'from to keys':
      return { notice: 'change', from: revision(value), to: revision(second), keys: namedKeys(second, third) };
    case 'from to all':
      return { notice: 'change', from: revision(value), to: revision(second), keys: 'all' };
    case 'beat at told':
      return { notice: 'heartbeat', stampMs: whole(value), at: revision(second), told: whole(third) };
    case 'generation at':
      return { notice: 'swap', generation: whole(value), at: revision(second) };
    default:
      throw malformed('an entry of the stream is of another layout');
  }
}

/**
 * The keys that a change names, packed, with a checksum over them and the revision they lead to: a key that is another
 * would be forgotten in place of the one that changed.
 */
export function packNamedKeys(to: Revision, keys: Iterable<Uint8Array>): Buffer {
  const packed = packKeys(keys);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(packed, crc32(formatRevision(to))));
  return Buffer.concat([packed, sum]);
}

function namedKeys(to: Buffer, value: Buffer | undefined): RecordKey[] {
  if (value === undefined) throw malformed('an entry of the stream is cut off');
  return unpackKeys(checkedBody(to, value));
}

const WHOLE = /^[0-9]{1,15}$/;

function whole(text: Buffer | undefined): number {
  const digits = String(text);
  if (!WHOLE.test(digits)) throw malformed('an entry of the stream holds no whole number where one belongs');
  return Number(digits);
}

function revision(text: Buffer): Revision {
  const parsed = parseRevision(text.toString());
  if (parsed === undefined) throw malformed('an entry of the stream names no revision');
  return parsed;
}
