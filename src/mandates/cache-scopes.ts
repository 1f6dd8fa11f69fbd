import type { ScopeKey } from './record-key.ts';

/** A small number for each scope that many pairs share; none for cases, of which there is no end. */
export interface ScopeNumbers {
  known(scope: ScopeKey): number | undefined;
  /** Gives one if there is any left. Numbers are never taken back. */
  give(scope: ScopeKey): number | undefined;
}

const MAX_NUMBERS = 20_000;
const CASE = 'c'.charCodeAt(0);

export function makeScopeNumbers(): ScopeNumbers {
  const numbers = new Map<ScopeKey, number>();
  return {
    known: (scope) => numbers.get(scope),
    give(scope) {
      const known = numbers.get(scope);
      if (known !== undefined) return known;
      if (scope.charCodeAt(0) === CASE || numbers.size === MAX_NUMBERS) return undefined;
      numbers.set(own(scope), numbers.size);
      return numbers.size - 1;
    },
  };
}

/** A slice keeps alive what it was cut from: this is the same text, and nothing else. */
function own(text: string): string {
  const copy = Buffer.from(text, 'latin1').toString('latin1');
  return copy === text ? copy : text;
}
