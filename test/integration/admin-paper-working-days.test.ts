import { describe, expect, it } from 'vitest';
import { dueAfter, holidaysOf, isWorkingDay } from '../../src/administer/paper/working-days.ts';

const EASTER_MONDAYS = {
  2024: '04-01',
  2025: '04-21',
  2026: '04-06',
  2027: '03-29',
  2028: '04-17',
  2029: '04-02',
  2030: '04-22',
  // The two years in which the full moon of the church is taken a day early, and the extremes of Easter.
  1981: '04-20',
  2049: '04-19',
  2076: '04-20',
  1954: '04-19',
  2038: '04-26',
  2285: '03-23',
};

describe('holidays', () => {
  it('are those of the Algemene termijnenwet', () => {
    expect(holidaysOf(2026)).toEqual([
      '2026-01-01',
      '2026-04-03',
      '2026-04-06',
      '2026-04-27',
      '2026-05-05',
      '2026-05-14',
      '2026-05-25',
      '2026-12-25',
      '2026-12-26',
    ]);
  });

  it.each(Object.entries(EASTER_MONDAYS))('have Easter Monday of %s on %s', (year, day) => {
    expect(holidaysOf(Number(year))).toContain(`${year}-${day}`);
  });

  it.each([
    ['2024-04-27', '2024-04-26'],
    ['2025-04-26', '2025-04-27'],
    ['2027-04-27', '2027-04-26'],
    ['2030-04-27', '2030-04-26'],
    ['2031-04-26', '2031-04-27'],
  ])('have King’s Day on %s and not on %s', (on, not) => {
    expect(holidaysOf(Number(on.slice(0, 4)))).toContain(on);
    expect(holidaysOf(Number(on.slice(0, 4)))).not.toContain(not);
  });

  it.each([
    [2024, 255],
    [2025, 253],
    [2026, 253],
    [2027, 254],
    [2028, 252],
    [2029, 253],
    [2030, 254],
  ])('leave in %i so many working days: %i', (year, count) => {
    const days = Array.from({ length: 366 }, (_, i) => new Date(Date.UTC(year, 0, 1 + i)).toISOString().slice(0, 10));
    expect(days.filter((day) => day.startsWith(`${year}`) && isWorkingDay(day))).toHaveLength(count);
  });
});

describe('two working days', () => {
  it.each([
    ['on a Monday', '2026-06-01T08:00:00Z', '2026-06-03T22:00:00.000Z'],
    ['on a Friday', '2026-06-05T08:00:00Z', '2026-06-09T22:00:00.000Z'],
    ['on a Saturday', '2026-06-06T08:00:00Z', '2026-06-09T22:00:00.000Z'],
    ['on a Sunday', '2026-06-07T08:00:00Z', '2026-06-09T22:00:00.000Z'],
    ['in the last millisecond of a day in Amsterdam', '2026-06-01T21:59:59.999Z', '2026-06-03T22:00:00.000Z'],
    ['at midnight in Amsterdam', '2026-06-01T22:00:00Z', '2026-06-04T22:00:00.000Z'],
    ['before Good Friday', '2026-04-01T08:00:00Z', '2026-04-07T22:00:00.000Z'],
    ['on Good Friday', '2026-04-03T08:00:00Z', '2026-04-08T22:00:00.000Z'],
    ['before Ascension Day', '2026-05-13T08:00:00Z', '2026-05-18T22:00:00.000Z'],
    ['on the Friday before Whit Monday', '2026-05-22T08:00:00Z', '2026-05-27T22:00:00.000Z'],
    ['between King’s Day and 5 May', '2026-05-01T08:00:00Z', '2026-05-06T22:00:00.000Z'],
    ['on Christmas Eve', '2026-12-24T08:00:00Z', '2026-12-29T23:00:00.000Z'],
    ['on the last day of the year', '2025-12-31T08:00:00Z', '2026-01-05T23:00:00.000Z'],
    ['before the clock goes forward', '2026-03-27T08:00:00Z', '2026-03-31T22:00:00.000Z'],
    ['before the clock goes back', '2026-10-23T08:00:00Z', '2026-10-27T23:00:00.000Z'],
    ['on the Friday before the night of the clock', '2026-03-26T08:00:00Z', '2026-03-30T22:00:00.000Z'],
  ])('after receipt %s', (_when, received, due) => {
    expect(dueAfter(new Date(received), 2).toISOString()).toBe(due);
  });
});
