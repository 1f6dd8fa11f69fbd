import { randomInt } from 'node:crypto';
import type { RecordKey } from '../mandates/record.ts';
import { seededHash } from './seeded-hash.ts';

/** Remembers when records changed, in a table of fixed size. Says too often that one did, never too seldom. */
export interface Changes {
  /** Moves on with every change; comparable within one process only. */
  now(): number;
  /** These records changed. */
  mark(keys: readonly RecordKey[]): void;
  /** Any record may have changed. */
  markAll(): void;
  /** Where changes of these records are marked. */
  placesOf(keys: readonly RecordKey[]): readonly number[];
  /** Whether something at one of these places may have changed after `moment`. */
  since(moment: number, places: readonly number[]): boolean;
}

/** 2 MiB. Of dossiers made of nine records, a third is let go of in vain once ten thousand others have changed. */
const PLACES = 2 ** 18;
/** `mandates:represented:delegate:`: all scopes between two parties change together here. */
const PAIR = 'mandates:'.length + 36 + 1 + 36 + 1;

export function makeChanges(places = PLACES, seed = randomInt(2 ** 32)): Changes {
  const changedAt = new Float64Array(places);
  let allChangedAt = 0;
  let moment = 1;

  function placeOf(key: RecordKey): number {
    const length = key.startsWith('mandates:') ? Math.min(PAIR, key.length) : key.length;
    return seededHash(key, length, seed) % places;
  }

  return {
    now: () => moment,
    mark(keys) {
      moment += 1;
      for (const key of keys) changedAt[placeOf(key)] = moment;
    },
    markAll() {
      moment += 1;
      allChangedAt = moment;
    },
    placesOf: (keys) => [...new Set(keys.map(placeOf))],
    since(then, asked) {
      if (allChangedAt > then) return true;
      for (const place of asked) if ((changedAt[place] ?? moment) > then) return true;
      return false;
    },
  };
}
