import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarYears } from '../../src/policy/calendar-years.ts';

/** Local time as the runtime's own time zone data have it, as if it were UTC. */
const PARTS = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'Europe/Amsterdam', hourCycle: 'h23' },
  ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
});

function local(moment: number) {
  const parts = Object.fromEntries(PARTS.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, ms: ((hour * 60 + minute) * 60 + second) * 1000 + (moment % 1000) };
}

const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The same local date and time so many years later; 29 February becomes 28 February. */
function later(from: number, years: number): number {
  const { year, month, day, ms } = local(from);
  return Date.UTC(year + years, month - 1, Math.min(day, daysIn(year + years, month))) + ms;
}

function asUtc(moment: number): number {
  const { year, month, day, ms } = local(moment);
  return Date.UTC(year, month - 1, day) + ms;
}

describe('calendar years', () => {
  const hour = 3_600_000;
  const hours = fc.integer({ min: Date.UTC(1996, 2, 1) / hour, max: Date.UTC(2080, 0, 1) / hour });
  const near = fc.constantFrom(-1, 0, 1);

  it('are the least after which the same local date and time has come', () => {
    const around = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 12 }), around, near, near, (at, about, aside, more, less) => {
        const from = Math.max(Date.UTC(1996, 2, 1), at * hour + less);
        const until = Math.max(from, from + about * 8766 * hour + aside * hour + more);
        const years = calendarYears(from, until) ?? Number.NaN;
        expect(asUtc(until)).toBeLessThanOrEqual(later(from, years));
        if (years > 0) expect(asUtc(until)).toBeGreaterThan(later(from, years - 1));
      }),
      { numRuns: 3000 },
    );
  });

  it('of a leap day end on 28 February', () => {
    const from = Date.parse('2028-02-29T12:00:00+01:00');
    expect(calendarYears(from, Date.parse('2033-02-28T12:00:00+01:00'))).toBe(5);
    expect(calendarYears(from, Date.parse('2033-02-28T12:00:00.001+01:00'))).toBe(6);
    expect(calendarYears(from, Date.parse('2032-02-29T12:00:00+01:00'))).toBe(4);
  });

  it('are not said of what the calendar does not reach, nor of what is no period', () => {
    const now = Date.UTC(2026, 0, 1);
    for (const [from, until] of [
      [Date.UTC(1996, 2, 1) - 1, now],
      [now, Date.UTC(2099, 0, 1) + 1],
      [now, now - 1],
      [Number.NaN, now],
      [now, Number.NaN],
    ] as const)
      expect(calendarYears(from, until)).toBeUndefined();
    expect(calendarYears(now, now)).toBe(0);
  });
});
