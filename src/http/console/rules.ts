import { html } from 'hono/html';
import type { RuleNote, RuleVerdict } from '../../domain/explanation.ts';
import { type Html, NOTHING } from './layout.ts';
import { counted, meaningOf, prose } from './words.ts';

type Notes = Readonly<Record<string, RuleNote>>;

/** Rules that failed stand open; those that held can be opened. `heading` is that of the group. */
export function ruleGroup(heading: Html, verdicts: readonly RuleVerdict[], rules: Notes): Html {
  const failed = verdicts.filter(({ holds }) => !holds);
  const held = verdicts.filter(({ holds }) => holds);
  return html`<div class="rules">
${heading}
${failed.length === 0 ? NOTHING : html`<ul class="verdicts">${failed.map((one) => ruleItem(one, rules))}</ul>`}
${held.length === 0 ? NOTHING : heldRules(held, failed.length === 0, rules)}
</div>`;
}

function heldRules(held: readonly RuleVerdict[], all: boolean, rules: Notes): Html {
  const count = all ? `All ${counted(held.length, 'rule')} hold` : `${counted(held.length, 'other rule')} held`;
  return html`<details class="held">
<summary><span class="good" aria-hidden="true">✓</span> ${held.length === 1 && all ? 'The one rule holds' : count}</summary>
<ul class="verdicts">${held.map((one) => ruleItem(one, rules))}</ul>
</details>`;
}

function ruleItem({ rule, holds, reasons }: RuleVerdict, rules: Notes): Html {
  const note = rules[rule];
  return html`<li class="${holds ? 'holds' : 'fails'}">
<p class="rule"><span class="tag ${holds ? 'good' : 'bad'}"><span aria-hidden="true">${holds ? '✓' : '✗'}</span> ${holds ? 'holds' : 'fails'}</span>
<a href="/console/policy/rules#${rule}">${note?.title ?? rule}</a></p>
${reasons.map((code) => html`<p class="reason">${prose(meaningOf(code, rules))} <code class="id">${code}</code></p>`)}
${note === undefined ? NOTHING : html`<p class="describes">${prose(note.description)}</p>${norms(note)}`}
</li>`;
}

/** Where a rule comes from: norms, and requirements that its description does not name. */
export function norms({ description, requirements, links }: RuleNote): Html | string {
  const unsaid = requirements.filter((number) => !new RegExp(`\\b${number}\\b`).test(description));
  if (unsaid.length === 0 && links.length === 0) return NOTHING;
  const numbers = unsaid.length === 0 ? NOTHING : html`<span>${unsaid.join(', ')}</span>`;
  return html`<p class="norms">${numbers} ${links.map(normLink)}</p>`;
}

function normLink({ ref, description }: RuleNote['links'][number]): Html {
  const text = description ?? ref;
  // A bundle from elsewhere may name anything here.
  if (!/^https?:\/\//.test(ref)) return html`<span>${text}</span> `;
  return html`<a class="norm" href="${ref}" rel="noreferrer">${text}</a> `;
}
