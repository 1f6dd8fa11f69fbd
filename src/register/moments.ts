/** A moment of the register file as Postgres reads it: a bare date is midnight in Europe/Amsterdam. */
export function toMoment(text: string): string {
  return text.length === 10 ? `${text} 00:00:00 Europe/Amsterdam` : text;
}
