const TIME_ZONE = 'Europe/Amsterdam';
const day = new Intl.DateTimeFormat('nl-NL', { timeZone: TIME_ZONE, day: 'numeric', month: 'long', year: 'numeric' });
const time = new Intl.DateTimeFormat('nl-NL', { timeZone: TIME_ZONE, hour: '2-digit', minute: '2-digit' });

/** `1 januari 2026`, as the calendar in the Netherlands has it. */
export function dutchDay(moment: string): string {
  return day.format(new Date(moment));
}

/** `t/m`-wording of an exclusive end: the day before for midnight, else the day with its hour. */
export function dutchEnd(moment: string): string {
  const end = new Date(moment);
  const clock = time.format(end);
  if (clock === '00:00') return `tot en met ${day.format(new Date(end.getTime() - 1))}`;
  return `tot ${day.format(end)}, ${clock} uur`;
}

/** `a, b en c`. */
export function dutchList(items: readonly string[], last = 'en'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}
