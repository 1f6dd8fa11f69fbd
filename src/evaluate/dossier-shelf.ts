import { type Asked, makeAsked } from './dossier-asked.ts';

/** What stands on a shelf; where and how often it was asked for lately is the shelf's. */
export interface Shelved {
  readonly name: string;
  readonly bytes: number;
  uses: number;
  at: number;
}

/** What is found by name, within a bound: what is asked for more often stays. */
export interface Shelf<T extends Shelved> {
  /** It was asked for. */
  get(name: string): T | undefined;
  /** It was asked for and `get` had none, or none that is good: whether `put` would likely take it. */
  isWanted(name: string): boolean;
  /** Replaces what stood under the name. Takes nothing that is asked for no more often than what would give way. */
  put(entry: T): void;
  clear(): void;
  size(): { bytes: number; entries: number };
}

/** Of how many, drawn at random, the one that is asked for least often gives way. */
const DRAWN = 8;
/** Those asked in turn differ by one, depending on whose turn it was. */
const TURN = 1;
/** Each time that so much was asked for, what was counted counts for half. */
const ASKED_AN_ENTRY = 4;
const ASKED_AT_LEAST = 2 ** 17;
/** As many as are counted of what does not stand here. */
const MOST_USES = 255;

/** @param typicalBytes of an entry, about: with room for one more of these, everything that comes again is wanted */
export function makeShelf<T extends Shelved>(
  maxBytes: number,
  typicalBytes: number,
  asked: Asked = makeAsked(),
): Shelf<T> {
  const byName = new Map<string, T>();
  const all: T[] = [];
  let bytes = 0;
  let gets = 0;

  function age(): void {
    gets = 0;
    asked.halve();
    for (const entry of all) entry.uses >>= 1;
  }

  /** The one to give way, if it is asked for less often than what comes `times`. */
  function weaker(times: number): T | undefined {
    let found: T | undefined;
    for (let drawn = 0; drawn < DRAWN; drawn++) {
      const one = all[Math.floor(Math.random() * all.length)];
      if (one && (found === undefined || one.uses < found.uses)) found = one;
    }
    return found !== undefined && found.uses + TURN < times ? found : undefined;
  }

  function remove({ name, at, bytes: own }: T): void {
    byName.delete(name);
    const last = all.pop();
    if (last && last.at !== at) {
      all[at] = last;
      last.at = at;
    }
    bytes -= own;
  }

  /** False when there is no room but that of what is asked for as often. */
  function makeRoom(wanted: number, times: number): boolean {
    if (wanted > maxBytes) return false;
    while (bytes + wanted > maxBytes) {
      const found = weaker(times);
      if (found === undefined) return false;
      remove(found);
      asked.set(found.name, found.uses);
    }
    return true;
  }

  function put(entry: T): void {
    const before = byName.get(entry.name);
    if (before) remove(before);
    entry.uses = before?.uses ?? asked.times(entry.name);
    if (!makeRoom(entry.bytes, entry.uses)) return;
    entry.at = all.length;
    byName.set(entry.name, entry);
    all.push(entry);
    bytes += entry.bytes;
  }

  return {
    get(name) {
      if (++gets >= Math.max(ASKED_AT_LEAST, ASKED_AN_ENTRY * all.length)) age();
      const entry = byName.get(name);
      if (entry === undefined) return undefined;
      if (entry.uses < MOST_USES) entry.uses++;
      return entry;
    },
    isWanted(name) {
      if (byName.has(name)) return true;
      const times = asked.count(name);
      return times > 1 && (bytes + typicalBytes <= maxBytes || weaker(times) !== undefined);
    },
    put,
    clear() {
      byName.clear();
      all.length = 0;
      bytes = 0;
    },
    size: () => ({ bytes, entries: all.length }),
  };
}
