const ZONE = 'Europe/Amsterdam';
const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const day = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, day: 'numeric', month: 'long', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: '2-digit', minute: '2-digit' });

const LOCAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/;

/** What the clock on the wall shows, as a form field takes it: `2026-12-15T00:00`, with seconds where there are any. */
export function toWallClock(ms: number): string {
  const at = new Map(parts.formatToParts(ms).map(({ type, value }) => [type, value]));
  const get = (name: Intl.DateTimeFormatPartTypes) => at.get(name) ?? '';
  const minute = `${get('year')}-${get('month')}-${get('day')}T${get('hour')}:${get('minute')}`;
  const thousandths = get('fractionalSecond');
  if (thousandths !== '000') return `${minute}:${get('second')}.${thousandths}`;
  return get('second') === '00' ? minute : `${minute}:${get('second')}`;
}

/** The moment at which the clock on the wall shows this; the first of two in the hour that comes twice. */
export function fromWallClock(text: string): number | undefined {
  if (!LOCAL.test(text)) return undefined;
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const hour = 3_600_000;
  const found = [asUtc - 2 * hour, asUtc - hour].find((at) => Date.parse(`${toWallClock(at)}Z`) === asUtc);
  // An hour that the clock skips in spring: what it shows after the skip.
  return found ?? asUtc - hour;
}

/** `15 December 2026`, with the time unless it is midnight. */
export function sayMoment(ms: number): string {
  const time = clock.format(ms);
  return time === '00:00' ? day.format(ms) : `${day.format(ms)}, ${time}`;
}

/** `15 December 2026, 00:00`: also at midnight. */
export function sayExactMoment(ms: number): string {
  return `${day.format(ms)}, ${clock.format(ms)}`;
}

/** As `sayExactMoment`; the last millisecond before a whole minute is called just that. */
export function sayInstant(ms: number): string {
  return (ms + 1) % 60_000 === 0 ? `the last moment before ${sayExactMoment(ms + 1)}` : sayExactMoment(ms);
}
