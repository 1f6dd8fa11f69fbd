import { crc32 } from 'node:zlib';
import { readScript } from '../store/redis.ts';
import type { Header } from './projection.ts';

/** Version of the layout: docs/decisions/0004-redis-layout.md, 0028-redis-bytes.md. */
export const LAYOUT = 4;

/** Scripts that look records up begin with these. */
export const READING = ['no-writes.lua', 'leaf.lua', 'find.lua'] as const;

/** Scripts that write records begin with these, behind how many bytes a leaf has at most. */
const WRITING = ['leaf.lua', 'tree.lua', 'pairs.lua', 'mandates.lua', 'ops.lua', 'admit.lua'] as const;

/** About fifty mandates: read whole for each question, so not much more; fewer, and keys cost more than what they hold. */
export const LEAF_BYTES = 4096;

export function writingScript(leafBytes: number, ...files: string[]): string {
  return `local LEAF_AT_MOST = ${leafBytes}\n${readScript(new URL('.', import.meta.url), ...WRITING, ...files)}`;
}

/** A hash of Redis is small in memory up to 128 fields: at the start they hold between a quarter and half as many. */
const FIELDS_AT_START = 64;

/**
 * What a copy is called: its number, and over how many hashes ids are spread, as so many bits. A register that grows
 * to more than twice its size takes more memory until the projection is built anew.
 */
export function copyName(generation: number, records: number, partitionCount: number): string {
  const hashes = Math.max(1, records / partitionCount / FIELDS_AT_START);
  return `${generation}-${Math.min(24, Math.max(BITS_AT_LEAST, Math.ceil(Math.log2(hashes))))}`;
}

const BITS_AT_LEAST = 10;

export function bitsOf(copy: string): number {
  return Number(copy.slice(copy.indexOf('-') + 1));
}

/** An entry of the stream is told to readers as `all` when it would name more records than this. */
export const NAMED_KEYS_AT_MOST = 512;

/** About how many entries a stream keeps. */
export const STREAM_LENGTH = 4096;

/** Stream in which sidecars report the use of mandates. In the first partition: uses are few and belong to no party. */
export const USES = 'use:{m0}';

/** Keys of one partition; all carry its hash tag. */
export interface Partition {
  head: string;
  fence: string;
  generations: string;
  stream: string;
  /** In front of a generation number, a colon and the data of that generation. */
  prefix: string;
}

export function partition(index: number): Partition {
  const tag = `{m${index}}`;
  return {
    head: `${tag}:head`,
    fence: `${tag}:fence`,
    generations: `${tag}:generations`,
    stream: `${tag}:stream`,
    prefix: `${tag}:`,
  };
}

/** All partitions of a projection. */
export function partitions(count: number): Partition[] {
  return Array.from({ length: count }, (_, index) => partition(index));
}

/**
 * In which partition a record lies: by the alias, the (represented) party, the actor, the ServiceID or ServiceUUID,
 * as it stands in the packed key behind the letter.
 */
export function partitionOf(packedKey: Uint8Array, count: number): number {
  if (count === 1) return 0;
  const end = packedKey[0] === SERVICE ? packedKey.length : 17;
  return crc32(packedKey.subarray(1, end)) % count;
}

/** As `partitionOf`, of a record that is not a service: by the id its key begins with. */
export function partitionOfId(id: Uint8Array, count: number): number {
  return count === 1 ? 0 : crc32(id) % count;
}

const SERVICE = 's'.charCodeAt(0);

/** What the head must say for a reader or writer of this layout to go on. */
export function headerText({ layout, keyId, keyCheck }: Header, partitionCount: number): string {
  return JSON.stringify([layout, partitionCount, keyId, keyCheck]);
}
