import type { CatalogueDiff, DiffEntry } from './diff.ts';

const MARKS = { added: '+', changed: '~', closed: '-' } as const;

/** A diff for people: one line for each thing that changes, and one below it for each of its fields. */
export function toText({ summary, entries }: CatalogueDiff): string {
  const { added, changed, closed, unchanged } = summary;
  const head = `${added} added, ${changed} changed, ${closed} closed, ${unchanged} unchanged`;
  return [head, ...entries.flatMap(linesOf)].join('\n');
}

function linesOf({ entity, id, name, change, fields, to_do, effects }: DiffEntry): string[] {
  const title = name === id ? `${entity} ${id}` : `${entity} ${name} (${id})`;
  const shown =
    change === 'changed' ? fields.map((one) => `    ${one.field}: ${say(one.before)} → ${say(one.after)}`) : [];
  return [
    `${MARKS[change]} ${title}${change === 'closed' ? ': closed' : ''}`,
    ...shown,
    ...(to_do ? [`    not mandatable until its owner fills in: ${to_do.join(', ')}`] : []),
    ...(effects
      ? [`    active mandates: ${effects.active_mandates}, of which ${effects.no_longer_serve} no longer serve`]
      : []),
  ];
}

/** One line, whatever a text holds. */
function say(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (value === null) return 'as its definition';
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ') : String(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
