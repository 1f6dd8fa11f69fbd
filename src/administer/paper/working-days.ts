/**
 * Working days in the Netherlands: not Saturday, Sunday, nor a day that art. 3 of the Algemene termijnenwet names. King's
 * Day is a day early when it would be a Sunday; Good Friday counts as a holiday there, and so does 5 May, every year.
 * Days are counted in Europe/Amsterdam (R79).
 */

const DAY_MS = 86_400_000;
const ZONE = 'Europe/Amsterdam';
/** `sv-SE` writes a date as ISO 8601 does. */
const DATE = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' });
const TIME = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, timeStyle: 'medium' });

/** Days after Easter Sunday: Good Friday, Easter Monday, Ascension Day, Whit Monday; Easter and Whit Sunday are Sundays. */
const FROM_EASTER = [-2, 1, 39, 50];
const FIXED = ['01-01', '05-05', '12-25', '12-26'];

/**
 * The moment at which the given number of working days after receipt have passed, exclusive: midnight in Amsterdam. The
 * day of receipt does not count.
 */
export function dueAfter(receivedAt: Date, workingDays: number): Date {
  let day = toDay(DATE.format(receivedAt));
  for (let left = workingDays; left > 0; ) {
    day += DAY_MS;
    if (isWorkingDay(toDate(day))) left -= 1;
  }
  return midnight(toDate(day + DAY_MS));
}

/** `date` as `YYYY-MM-DD`. */
export function isWorkingDay(date: string): boolean {
  const weekday = new Date(toDay(date)).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidaysOf(Number(date.slice(0, 4))).includes(date);
}

/** Dates as `YYYY-MM-DD`, some of which may be in a weekend. */
export function holidaysOf(year: number): string[] {
  const easter = easterSunday(year);
  const kingsDay = new Date(Date.UTC(year, 3, 27)).getUTCDay() === 0 ? '04-26' : '04-27';
  return [
    ...[...FIXED, kingsDay].map((day) => `${year}-${day}`),
    ...FROM_EASTER.map((days) => toDate(easter + days * DAY_MS)),
  ].sort();
}

/** The Gregorian reckoning: the Sunday after the first full moon of the church from 21 March on. */
function easterSunday(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const solar = century - Math.floor(century / 4);
  const lunar = Math.floor((8 * century + 13) / 25);
  const epact = (solar - lunar + 19 * golden + 15) % 30;
  // In two cases the full moon is taken a day early, so that it never falls on 19 April, nor twice on the 18th.
  const early = epact === 29 || (epact === 28 && golden > 10) ? 1 : 0;
  const fullMoon = Date.UTC(year, 2, 21) + (epact - early) * DAY_MS;
  return fullMoon + (7 - new Date(fullMoon).getUTCDay()) * DAY_MS;
}

function toDay(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function toDate(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

/** The clock is one or two hours ahead of UTC, and never changes at midnight. */
function midnight(date: string): Date {
  const winter = new Date(toDay(date) - 3_600_000);
  return TIME.format(winter) === '00:00:00' ? winter : new Date(winter.getTime() - 3_600_000);
}
