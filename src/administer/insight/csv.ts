/** What a spreadsheet would run as a formula, or take for the start of one. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** RFC 4180, every cell quoted; no cell is a formula to the spreadsheet that opens it. */
export function toCsv(lines: readonly (readonly string[])[]): string {
  return lines.map((cells) => `${cells.map(toCell).join(',')}\r\n`).join('');
}

function toCell(text: string): string {
  const harmless = FORMULA.test(text.trimStart()) || FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
