/**
 * JSON put together by hand, for what is written with every decision: a third of what JSON.stringify takes, and the
 * same text.
 */
const PLAIN = /^[ !#-[\]-~]*$/;

export function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

export function quotedList(texts: readonly string[]): string {
  let text = '[';
  for (const one of texts) text += text === '[' ? quoted(one) : `,${quoted(one)}`;
  return `${text}]`;
}

/** A further member of an object, or nothing where there is no text. */
export function member(name: string, text: string | null | undefined): string {
  return text === undefined || text === null ? '' : `,"${name}":${quoted(text)}`;
}
