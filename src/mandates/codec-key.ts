import { AppError } from '../domain/errors.ts';
import { type Bytes, makeBytes, malformed, readUuid } from './codec-bytes.ts';
import type { RecordKey, RecordKind } from './record.ts';
import { parseRecordKey, recordKey, type ScopeKey } from './record-key.ts';

/** First byte of a packed record key. */
const LETTERS: Record<RecordKind, string> = {
  alias: 'a',
  party: 'p',
  names: 'n',
  branch: 'b',
  service: 's',
  definition: 'd',
  mandates: 'm',
  links: 'l',
};

/** Writes a record key packed: its letter, ids as 16 bytes, text at the end. It names the record in ops and stream. */
export function writeKey(out: Bytes, kind: RecordKind, first: string, second = '', scope = ''): void {
  out.u8(LETTERS[kind].charCodeAt(0));
  if (kind === 'service') out.text(first);
  else out.id(first);
  if (kind === 'branch') out.text(second);
  if (kind === 'mandates') {
    out.id(second);
    writeScope(out, scope);
  }
}

/** A scope key packed, as it stands at the end of a mandates key. */
function writeScope(out: Bytes, scope: ScopeKey): void {
  out.u8(scope.charCodeAt(0));
  if (scope.length > 1) out.id(scope.slice(1));
}

/** @throws AppError `internal` on anything but a scope key */
export function packScope(scope: ScopeKey): Buffer {
  const out = makeBytes(17);
  writeScope(out, scope);
  return out.view();
}

/** @throws AppError `internal` on a key whose ids are no ids: no record can stand under it in this layout. */
export function packKey(key: RecordKey): Buffer {
  const parsed = parseRecordKey(key);
  if (parsed === undefined) throw new AppError('internal', 'that is no record key');
  const out = makeBytes(64);
  const [first = '', second, scope] = parsed.parts;
  writeKey(out, parsed.kind, first, second, scope);
  return out.view();
}

/** @throws AppError `store_unavailable` */
export function unpackKey(bytes: Buffer): RecordKey {
  const text = () => bytes.toString('utf8', 1);
  switch (bytes.toString('latin1', 0, 1)) {
    case 'a':
      return recordKey.alias(bytes.toString('hex', 1));
    case 'p':
      return recordKey.party(readUuid(bytes, 1));
    case 'n':
      return recordKey.names(readUuid(bytes, 1));
    case 'b':
      return recordKey.branch(readUuid(bytes, 1), bytes.toString('utf8', 17));
    case 's':
      return recordKey.service(text());
    case 'd':
      return recordKey.definition(readUuid(bytes, 1));
    case 'm':
      return recordKey.mandates(readUuid(bytes, 1), readUuid(bytes, 17), unpackScope(bytes.subarray(33)));
    case 'l':
      return recordKey.links(readUuid(bytes, 1));
    default:
      throw malformed('it names a kind of record that this layout does not know');
  }
}

/** A case's scope key holds a hash, written without dashes; the others an id. */
export function unpackScope(bytes: Buffer): string {
  const letter = bytes.toString('latin1', 0, 1);
  if (letter === 'e' && bytes.length === 1) return letter;
  if (bytes.length !== 17) throw malformed('a scope key is of another length');
  return letter + (letter === 'c' ? bytes.toString('hex', 1) : readUuid(bytes, 1));
}

/** Packed keys in a row, each behind its length in two bytes. */
export function packKeys(keys: Iterable<Uint8Array>): Buffer {
  const out = makeBytes(1024);
  for (const key of keys) {
    out.u16(key.length);
    out.bytes(key);
  }
  return out.view();
}

/** @throws AppError `store_unavailable` */
export function unpackKeys(bytes: Buffer): RecordKey[] {
  const keys: RecordKey[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) throw malformed('a list of keys is cut off');
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) throw malformed('a list of keys is cut off');
    keys.push(unpackKey(bytes.subarray(at + 2, end)));
    at = end;
  }
  return keys;
}
