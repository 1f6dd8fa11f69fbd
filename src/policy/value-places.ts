import { at, eachEntry, TYPE, textAt } from './value-layout.ts';
import type { ValueMemory } from './value-memory.ts';

/** Where OPA looks for the fields of an object that has so many buckets, in the order in which it keeps them. */
export interface Places {
  buckets: number;
  entries: readonly { field: string; bucket: number }[];
}

/** What to ask OPA for, to have it take more buckets: it doubles them from eight on when seven of ten are taken. */
const AT_LEAST = [0, 6, 12, 23];
/** Objects of more fields stay as OPA made them. */
const MOST = 40;

/** Fields in buckets of their own, where that can be had: OPA compares names only with what stands in the same bucket. */
export type PlacesOf = (memory: ValueMemory, fields: readonly string[]) => Places;

/** OPA itself says where a field belongs: it parses an object of these fields and of some that are then left out. */
export function makePlaces(): PlacesOf {
  const known = new Map<string, Places>();
  return (memory, fields) => {
    const name = JSON.stringify(fields);
    const places = known.get(name) ?? best(memory, fields);
    known.set(name, places);
    return places;
  };
}

function best(memory: ValueMemory, fields: readonly string[]): Places {
  let [found, shared] = tryPlaces(memory, fields, 0);
  for (const atLeast of AT_LEAST) {
    if (shared === 0) break;
    const [other, sharedThere] = tryPlaces(memory, fields, atLeast);
    if (sharedThere < shared) [found, shared] = [other, sharedThere];
  }
  return found;
}

/** @returns also how many fields have no bucket of their own */
function tryPlaces(memory: ValueMemory, fields: readonly string[], atLeast: number): [Places, number] {
  const others = Array.from({ length: Math.max(0, atLeast - fields.length) }, (_, i) => `~${i}`);
  const json = JSON.stringify(Object.fromEntries([...fields, ...others].map((field) => [field, 0])));
  const wanted = new Set(fields);
  return memory.glance(json, (bytes, object) => {
    const entries: Places['entries'][number][] = [];
    eachEntry(bytes, object, (entry, bucket) => {
      const field = textAt(bytes, at(bytes, entry));
      if (wanted.has(field)) entries.push({ field, bucket });
    });
    const taken = new Set(entries.map(({ bucket }) => bucket));
    return [{ buckets: at(bytes, object + 8), entries }, entries.length - taken.size];
  });
}

/** Gives an object that OPA made, and all within it, such buckets. */
export function spread(memory: ValueMemory, value: number, placesOf: PlacesOf): void {
  const { bytes } = memory;
  if (bytes[value] === TYPE.array) {
    const entries = at(bytes, value + 4);
    for (let i = 0; i < at(bytes, value + 8); i++) spread(memory, at(bytes, entries + 8 * i + 4), placesOf);
  }
  if (bytes[value] !== TYPE.object) return;
  const entries = new Map<string, number>();
  eachEntry(bytes, value, (entry) => entries.set(textAt(bytes, at(bytes, entry)), entry));
  for (const entry of entries.values()) spread(memory, at(memory.bytes, entry + 4), placesOf);
  if (entries.size > MOST) return;
  const places = placesOf(memory, [...entries.keys()]);
  if (places.buckets > at(memory.bytes, value + 8)) relink(memory, value, entries, places);
}

function relink(memory: ValueMemory, object: number, found: Map<string, number>, { buckets, entries }: Places): void {
  const first = memory.keepWords(new Int32Array(buckets)) * 4;
  const { bytes } = memory;
  let [before, inBucket] = [0, -1];
  for (const { field, bucket } of entries) {
    const entry = found.get(field) ?? 0;
    bytes.writeInt32LE(entry, bucket === inBucket ? before + 8 : first + 4 * bucket);
    bytes.writeInt32LE(0, entry + 8);
    [before, inBucket] = [entry, bucket];
  }
  bytes.writeInt32LE(first, object + 4);
  bytes.writeInt32LE(buckets, object + 8);
}
