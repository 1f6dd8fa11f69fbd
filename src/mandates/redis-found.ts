import type { ServiceFacts } from '../domain/facts.ts';
import { checkedBody, malformed, parseJsonObject, readUuid } from './codec-bytes.ts';
import { unpackScope } from './codec-key.ts';
import { readMandate } from './codec-mandate.ts';
import { readNames } from './codec-names.ts';
import { readAlias, readParty } from './codec-party.ts';
import type { Found } from './lookups.ts';
import { byMandateId } from './memory-copy.ts';

/** What stands under a packed key in Redis: nothing, a value, or the members of a list that has a hash of its own. */
export type Held = Buffer | null | unknown[];

/** @throws AppError `store_unavailable` on anything that this layout does not write under this very key */
export function readFound(packedKey: Buffer, held: Held): Found {
  if (held === null) return null;
  const kind = packedKey.toString('latin1', 0, 1);
  if (kind === 'm') return readMandates(packedKey, held);
  if (kind === 'l') return readLinks(held);
  if (Array.isArray(held)) throw malformed('it is a list');
  switch (kind) {
    case 'a':
      return readAlias(packedKey, held);
    case 'p':
      return readParty(packedKey, readUuid(packedKey, 1), held);
    case 'n':
      return readNames(packedKey, held);
    case 'b':
      return true;
    case 's':
      return readService(packedKey, held);
    default:
      return { instances: readInstances(packedKey, held) };
  }
}

function readService(packedKey: Buffer, held: Buffer): ServiceFacts {
  const facts = parseJsonObject(checkedBody(packedKey, held).toString());
  if (facts.service_id !== packedKey.toString('utf8', 1) || !facts.definition || !facts.instance) {
    throw malformed('it is no service');
  }
  return facts as unknown as ServiceFacts; // Written whole from the service's facts.
}

function readInstances(packedKey: Buffer, held: Buffer): string[] {
  const { instances } = parseJsonObject(`{"instances":${checkedBody(packedKey, held)}}`);
  if (Array.isArray(instances) && instances.every((one) => typeof one === 'string')) return instances;
  throw malformed('it is no definition');
}

function readMandates(packedKey: Buffer, held: Buffer | unknown[]): Found<'mandates'> {
  if (Array.isArray(held)) throw malformed('it is a list');
  const scope = unpackScope(packedKey.subarray(33));
  const mandates = [...sizedMembers(held)].map((member) =>
    readMandate(packedKey, member.subarray(0, ID), member.subarray(ID), scope),
  );
  if (mandates.length === 0) throw malformed('a list is empty');
  return mandates.sort(byMandateId);
}

const ID = 16;
/** A length that does not fit in the one byte: it follows in four. */
const LONG = 255;

/** Members behind their lengths (`sized` in leaf.lua), each of at least an id. @throws AppError `store_unavailable` */
export function* sizedMembers(held: Buffer): Generator<Buffer> {
  for (let at = 0; at < held.length; ) {
    const short = held.readUInt8(at);
    if (short === LONG && at + 5 > held.length) throw malformed('a list is cut off');
    const start = short === LONG ? at + 5 : at + 1;
    const end = start + (short === LONG ? held.readUInt32BE(at + 1) : short);
    if (end > held.length || end < start + ID) throw malformed('a list is cut off');
    yield held.subarray(start, end);
    at = end;
  }
}

function readLinks(held: Buffer | unknown[]): Found<'links'> {
  const members = Array.isArray(held) ? pairsOf(held) : [...inlineMembers(held, 32)];
  return [...new Set(members.map(([id]) => readUuid(id)))].sort();
}

/** Members of an inline list, each behind its length: what stands in the first bytes, and the rest. */
export function* inlineMembers(held: Buffer, idLength: number): Generator<[Buffer, Buffer]> {
  if (held.length === 0) throw malformed('a list is empty');
  for (let at = 0; at < held.length; ) {
    const end = at + 1 + held.readUInt8(at);
    const rest = at + 1 + idLength;
    if (end > held.length || rest > end) throw malformed('a list is cut off');
    yield [held.subarray(at + 1, rest), held.subarray(rest, end)];
    at = end;
  }
}

/** What `sizedMembers` takes apart again. */
export function sizedMember(...parts: Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  let at = length < LONG ? 1 : 5;
  const bytes = Buffer.allocUnsafe(at + length);
  bytes[0] = Math.min(length, LONG);
  if (at > 1) bytes.writeUInt32BE(length, 1);
  for (const part of parts) at += part.copy(bytes, at);
  return bytes;
}

/** A reply that alternates names and values. */
export function pairsOf(reply: readonly unknown[]): [Buffer, Buffer][] {
  const pairs: [Buffer, Buffer][] = [];
  for (let i = 0; i < reply.length; i += 2) {
    const [name, value] = [reply[i], reply[i + 1]];
    if (!Buffer.isBuffer(name) || !Buffer.isBuffer(value)) throw malformed('a list holds something else');
    pairs.push([name, value]);
  }
  if (pairs.length === 0) throw malformed('a list is empty');
  return pairs;
}
