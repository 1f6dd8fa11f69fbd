/** Puts generated text between two marks of a page, each on a line of its own. @throws Error when it lacks them */
export function fillBetween(page: string, name: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${name}: written by loadtest/scaling-model.ts -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page lacks "${begin}" and "${end}"`);
  return [page.slice(0, from + begin.length), '', ...lines, '', page.slice(to)].join('\n');
}
