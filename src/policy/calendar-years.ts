/**
 * How many calendar years a period takes, in local time of the Netherlands: what calendar.rego reckons where this is not
 * said, in the same steps. Years begin on 1 March here, so that a leap day ends them.
 */
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const YEAR_MS = 365 * DAY_MS;
const FOUR_YEARS_MS = 4 * YEAR_MS + DAY_MS;
/** 1 March 1904, from which four years are reckoned. */
const MARCH_1904 = Date.UTC(1904, 2, 1);
/** The calendar is exact within these. */
const FIRST = Date.UTC(1996, 2, 1);
const LAST = Date.UTC(2099, 0, 1);
/** A Sunday, 01:00 UTC. */
const SUNDAY = Date.UTC(1970, 0, 4, 1);
/** 25 March and 25 October, 01:00, since 1 March: the Sunday in the seven days from then on is the month's last. */
const MARCH_25 = 24 * DAY_MS + HOUR_MS;
const OCTOBER_25 = 238 * DAY_MS + HOUR_MS;

/**
 * The calendar years that have begun when the period ends: 5 is at most five years to the day, 6 is more. Who begins on
 * 29 February has his year on 28 February where there is no such day (R60).
 * @param from milliseconds since 1970, as is `until`
 * @returns nothing beyond the years for which the calendar is exact
 */
export function calendarYears(from: number, until: number): number | undefined {
  if (!(from >= FIRST && until >= from && until <= LAST)) return undefined;
  const [start, end] = [localOf(from), localOf(until)];
  const [startYear, endYear] = [yearOf(start), yearOf(end)];
  const years = endYear - startYear;
  const since = start - beginOf(startYear);
  const anniversary = since >= YEAR_MS && years % 4 !== 0 ? since - DAY_MS : since;
  return end - beginOf(endYear) <= anniversary ? years : years + 1;
}

/** Local time, written as if it were UTC. */
function localOf(moment: number): number {
  return moment + (isSummer(moment) ? 2 : 1) * HOUR_MS;
}

function isSummer(moment: number): boolean {
  const since = moment - beginOf(yearOf(moment));
  return sundayHasCome(moment, since - MARCH_25) && !sundayHasCome(moment, since - OCTOBER_25);
}

/** A Sunday began at 01:00 no longer ago than this. */
function sundayHasCome(moment: number, ago: number): boolean {
  const weeks = Math.floor((moment - SUNDAY) / WEEK_MS);
  return moment - SUNDAY - weeks * WEEK_MS <= ago;
}

/** The year in which a moment lies, counted from 1 March 1904. */
function yearOf(moment: number): number {
  const fours = Math.floor((moment - MARCH_1904) / FOUR_YEARS_MS);
  const rest = moment - MARCH_1904 - fours * FOUR_YEARS_MS;
  return fours * 4 + Math.min(3, Math.floor(rest / YEAR_MS));
}

function beginOf(year: number): number {
  const fours = Math.floor(year / 4);
  return MARCH_1904 + fours * FOUR_YEARS_MS + (year - fours * 4) * YEAR_MS;
}
