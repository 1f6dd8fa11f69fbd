import fc from 'fast-check';

/** Noon in Amsterdam. */
export const NOW = Date.parse('2026-11-21T12:00:00+01:00');

export const DAY = 86_400_000;

/** Moments at, just beside and far from now, so that boundaries are hit. */
export const nearNow = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(NOW - 400 * DAY, NOW - 40 * DAY) },
  { weight: 3, arbitrary: fc.constantFrom(NOW + 40 * DAY, NOW + 400 * DAY) },
  { weight: 3, arbitrary: fc.constantFrom(NOW - 1, NOW, NOW + 1) },
);

/** The usual value, and once in so many times another. */
export function mostly<T, U>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<U>, oneIn: number): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: usual }, { weight: 1, arbitrary: other });
}
