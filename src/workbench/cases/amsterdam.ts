const ZONE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Amsterdam',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** Local wall-clock fields in Amsterdam, as if they were UTC milliseconds. */
export function amsterdamWallClock(at: number): number {
  const part = Object.fromEntries(ZONE.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}

/** The moment at which Amsterdam's clocks show `wall` (UTC-style milliseconds); the first one if they show it twice. */
export function fromAmsterdam(wall: number): number {
  const summer = wall - 2 * 3_600_000;
  return amsterdamWallClock(summer) === wall ? summer : wall - 3_600_000;
}

/**
 * Years later by the Amsterdam calendar, same wall-clock time. A 29 February without a counterpart becomes
 * 1 March (`overflow`) or 28 February (`clip`).
 */
export function yearsLater(at: number, years: number, leapDay: 'overflow' | 'clip'): number {
  const date = new Date(amsterdamWallClock(at));
  const month = date.getUTCMonth();
  date.setUTCFullYear(date.getUTCFullYear() + years);
  if (leapDay === 'clip' && date.getUTCMonth() !== month) date.setUTCDate(0);
  return fromAmsterdam(date.getTime());
}

/** `YYYY-MM-DD`: that midnight in Amsterdam; otherwise RFC 3339 with an offset. Undefined for anything else. */
export function parseMoment(text: string): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const wall = Date.parse(`${text}T00:00:00Z`);
    return Number.isNaN(wall) ? undefined : fromAmsterdam(wall);
  }
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : moment;
}
