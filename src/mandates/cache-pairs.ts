import { makeTwoGenerations } from './cache-generations.ts';
import { bytesOfPair, bytesOfScope, sizeOf } from './cache-size.ts';
import type { Found } from './lookups.ts';
import type { RecordKey } from './record.ts';

/** Records by key within a bound; what was not used for longest, about, is forgotten first. */
export interface Held {
  get(key: RecordKey): Found | undefined;
  set(key: RecordKey, found: Found): void;
  delete(key: RecordKey): void;
  clear(): void;
  size(): { bytes: number; entries: number };
}

/** What is known of the mandates between two parties, scope by scope; mostly that there are none. */
interface Pair {
  scopes: string[];
  found: Found[];
  bytes: number;
}

/** Further scopes of a pair stand under keys of their own, so that none takes long to go through. */
const MAX_SCOPES = 32;
/** `mandates:represented:delegate:` */
const PREFIX = 9 + 36 + 1 + 36 + 1;
const [M, COLON] = [109, 58];

/**
 * A question asks under five scopes or more for mandates between the same two parties, and mostly finds none. Kept
 * by pair that is one look into a large map instead of five, and a quarter of the memory
 * (docs/decisions/0010-the-decision-path.md).
 */
export function makeHeld(maxBytes: number): Held {
  const held = makeTwoGenerations<string, Found | Pair>(maxBytes, sizeOfEntry);
  const scopeNames = makeNames();
  /** The pair asked for last; none after any change. */
  let recent: { prefix: string; pair: Pair } | undefined;

  function pairOf(key: string): Pair | undefined {
    if (recent !== undefined && key.startsWith(recent.prefix)) return recent.pair;
    const prefix = key.slice(0, PREFIX);
    const pair = held.get(prefix);
    if (!isPair(pair)) return undefined;
    recent = { prefix, pair };
    return pair;
  }

  function change(key: string, act: (pair: Pair, scope: string) => void): void {
    const prefix = key.slice(0, PREFIX);
    const known = held.get(prefix);
    const pair = isPair(known) ? known : { scopes: [], found: [], bytes: bytesOfPair(prefix) };
    // Out while it changes: what it takes is counted as it goes in.
    held.delete(prefix);
    act(pair, key.slice(PREFIX));
    if (pair.scopes.length > 0) held.set(own(prefix), pair);
  }

  return {
    get(key) {
      if (!isOfPair(key)) return asRecord(held.get(key));
      const pair = pairOf(key);
      const place = pair === undefined ? -1 : pair.scopes.indexOf(key.slice(PREFIX));
      return place === -1 ? asRecord(held.get(key)) : pair?.found[place];
    },
    set(key, found) {
      recent = undefined;
      if (!isOfPair(key)) return held.set(key, found);
      // Never in two places: the one that is not looked at would outlive a change.
      held.delete(key);
      change(key, (pair, scope) => {
        remove(pair, scope);
        if (pair.scopes.length === MAX_SCOPES) return held.set(key, found);
        pair.scopes.push(scopeNames(scope));
        pair.found.push(found);
        pair.bytes += bytesOfScope(scope, found);
      });
    },
    delete(key) {
      recent = undefined;
      held.delete(key);
      if (isOfPair(key)) change(key, remove);
    },
    clear() {
      recent = undefined;
      held.clear();
    },
    size: held.size,
  };
}

function isOfPair(key: string): boolean {
  return key.length > PREFIX && key.charCodeAt(0) === M && key.charCodeAt(PREFIX - 1) === COLON;
}

function isPair(entry: Found | Pair | undefined): entry is Pair {
  return typeof entry === 'object' && entry !== null && 'scopes' in entry && 'bytes' in entry;
}

/** Under a key that is no pair's stands a record. */
function asRecord(entry: Found | Pair | undefined): Found | undefined {
  return entry as Found | undefined;
}

function sizeOfEntry(key: string, entry: Found | Pair): number {
  return isPair(entry) ? entry.bytes : sizeOf(key, entry);
}

function remove(pair: Pair, scope: string): void {
  const place = pair.scopes.indexOf(scope);
  const found = pair.found[place];
  if (found === undefined) return;
  pair.bytes -= bytesOfScope(scope, found);
  pair.scopes.splice(place, 1);
  pair.found.splice(place, 1);
}

/** A slice keeps alive what it was cut from: this is the same text, and nothing else. */
function own(text: string): string {
  const copy = Buffer.from(text, 'latin1').toString('latin1');
  return copy === text ? copy : text;
}

const MAX_NAMES = 20_000;

/** One string for each scope that pairs share; a case is mostly one pair's. */
function makeNames(): (scope: string) => string {
  const names = new Map<string, string>();
  return (scope) => {
    const known = names.get(scope);
    if (known !== undefined) return known;
    const name = own(scope);
    if (name.charCodeAt(0) !== CASE && names.size < MAX_NAMES) names.set(name, name);
    return name;
  };
}

const CASE = 99;
