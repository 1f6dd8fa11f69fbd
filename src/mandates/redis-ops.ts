import { type Bytes, makeBytes } from './codec-bytes.ts';
import { writeKey } from './codec-key.ts';
import { writeMandate } from './codec-mandate.ts';
import { writeNames } from './codec-names.ts';
import { writeAlias, writeParty } from './codec-party.ts';
import type { Write } from './projection.ts';
import { partitionOf } from './redis-layout.ts';

/*
 * Writes as the scripts take them (ops.lua): one byte put (1) or drop (0), or `FLAGS`, two bytes length of the packed record key,
 * four bytes length of the value, key, value. The value of a list entry begins with the id of the entry.
 */
const HEAD = 7;

/** One write, packed; `keyLength` bytes of record key stand at `HEAD`. */
export interface Op {
  bytes: Buffer;
  key: Buffer;
}

/** Packs writes one at a time; the result is valid until the next call. */
export function makeOpPacker(): (write: Write) => Op {
  const out = makeBytes(4096);
  return function pack(write) {
    out.rewind();
    out.u8('put' in write ? 1 : 0);
    out.u16(0);
    out.u32(0);
    packKeyOf(out, write);
    const keyEnd = out.length();
    packValueOf(out, write);
    out.patchU16(1, keyEnd - HEAD);
    out.patchU32(3, out.length() - keyEnd);
    const bytes = out.view();
    return { bytes, key: bytes.subarray(HEAD, keyEnd) };
  };
}

function packKeyOf(out: Bytes, write: Write): void {
  if ('hmac' in write) writeKey(out, 'alias', write.hmac);
  else if ('serviceId' in write) writeKey(out, 'service', write.serviceId);
  else if ('serviceUuid' in write) writeKey(out, 'definition', write.serviceUuid);
  else if ('scope' in write) writeKey(out, 'mandates', write.represented, write.delegate, write.scope);
  else if ('actor' in write) writeKey(out, 'links', write.actor);
  else if ('branch' in write) writeKey(out, 'branch', write.party, write.branch);
  else writeKey(out, isOfNames(write) ? 'names' : 'party', write.party);
}

function isOfNames(write: Write): boolean {
  return ('put' in write ? write.put : write.drop) === 'names';
}

function packValueOf(out: Bytes, write: Write): void {
  if ('actor' in write) {
    out.id(write.organisation);
    out.id(write.mandateId);
    return;
  }
  if ('drop' in write) {
    if (write.drop === 'mandate') out.id(write.mandateId);
    return;
  }
  switch (write.put) {
    case 'service':
      out.text(JSON.stringify(write.facts));
      out.checksum(HEAD);
      break;
    case 'definition':
      out.text(JSON.stringify(write.instances));
      out.checksum(HEAD);
      break;
    case 'mandate':
      out.id(write.facts.mandate_id);
      writeMandate(out, write.facts, write.scope);
      out.checksum(HEAD);
      break;
    case 'party':
      writeParty(out, write.facts);
      out.checksum(HEAD);
      break;
    case 'names':
      writeNames(out, write.party, write.facts, HEAD);
      break;
    case 'alias':
      writeAlias(out, write.facts);
      out.checksum(HEAD);
      break;
  }
}

/**
 * What stands in the first byte. A `leaf` is a string to be kept as it is, a `pair` whom a delegate may act for, `fields`
 * what is put into one hash.
 */
const FLAGS = { put: 1, leaf: 2, pair: 3, fields: 4 };

/** Writes gathered for one partition. */
export interface OpQueue {
  add(op: Op): void;
  addRaw(what: keyof typeof FLAGS, key: Buffer, value: Buffer): void;
  size(): number;
  /** Everything gathered, as one argument of a script; empties the queue. */
  take(): Buffer;
}

export function makeOpQueue(): OpQueue {
  const out = makeBytes(64 * 1024);
  return {
    add: ({ bytes }) => out.bytes(bytes),
    addRaw(what, key, value) {
      out.u8(FLAGS[what]);
      out.u16(key.length);
      out.u32(value.length);
      out.bytes(key);
      out.bytes(value);
    },
    size: out.length,
    take() {
      const taken = Buffer.from(out.view());
      out.rewind();
      return taken;
    },
  };
}

/** What one batch means to each partition: its ops, and the records it touches there. */
export interface PartitionBatch {
  ops: Buffer;
  keys: Buffer[];
}

export function packBatch(writes: readonly Write[], partitionCount: number): PartitionBatch[] {
  const pack = makeOpPacker();
  const queues = Array.from({ length: partitionCount }, () => ({
    queue: makeOpQueue(),
    keys: new Map<string, Buffer>(),
  }));
  for (const write of writes) {
    const op = pack(write);
    const target = queues[partitionOf(op.key, partitionCount)];
    target?.queue.add(op);
    target?.keys.set(op.key.toString('latin1'), Buffer.from(op.key));
  }
  return queues.map(({ queue, keys }) => ({ ops: queue.take(), keys: [...keys.values()] }));
}
