import { html } from 'hono/html';
import type { Verdict } from '../../domain/evaluation.ts';
import type { RuleNote } from '../../domain/explanation.ts';
import type { Html } from './layout.ts';

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`;
}

export function counted(count: number, one: string, more = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count} ${more}`;
}

export const LEVEL_NAMES: Readonly<Record<string, string>> = {
  eh1: 'eh1 (never enough)',
  eh2: 'eh2 (low)',
  eh2plus: 'eh2plus',
  eh3: 'eh3 (substantial)',
  eh4: 'eh4 (high)',
};

export const KIND_NAMES: Readonly<Record<string, string>> = {
  employee: 'An employee’s mandate',
  business: 'A mandate between organisations',
  voluntary: 'A citizen’s mandate',
  statutory: 'Authority by law',
  appointed: 'An appointment by a public organisation',
};

export const GROUND_NAMES: Readonly<Record<string, string>> = {
  signatory: 'signatory in the Handelsregister',
  owner: 'owner of a sole proprietorship',
  parental_authority: 'parental authority',
  curatele: 'curator (curatele)',
  bewind: 'bewindvoerder (bewind)',
  mentorschap: 'mentor (mentorschap)',
  bankruptcy_curator: 'curator in a bankruptcy',
  liquidator: 'liquidator',
};

export const BASIS_NAMES: Readonly<Record<NonNullable<Verdict['basis']>, string>> = {
  self: 'in person',
  statutory: 'by law',
  appointed: 'by an appointment',
  mandate: 'by a mandate',
  chain: 'by a chain of two mandates',
  portal: 'for services behind this portal',
};

export const REACH_NAMES: Readonly<Record<string, string>> = {
  own: 'the employer’s own affairs',
  clients: 'the affairs of its clients',
  both: 'its own affairs and its clients’',
};

/** What a code means, in the words of the rule that gives it; the code itself where no rule explains it. */
export function meaningOf(code: string, rules: Readonly<Record<string, RuleNote>>): string {
  for (const { reasons } of Object.values(rules)) {
    const meaning = reasons[code];
    if (meaning !== undefined) return meaning;
  }
  return code.replaceAll('_', ' ');
}

/** A text of METADATA: what stands between backticks is code, between asterisks a name. */
export function prose(text: string): (Html | string)[] {
  return text.split(/(`[^`]+`|\*[^*]+\*)/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith('*') ? html`<em>${part.slice(1, -1)}</em>` : part;
  });
}
