import { html } from 'hono/html';
import type { RuleNote } from '../../domain/explanation.ts';
import { type Html, NOTHING } from './layout.ts';
import { norms } from './rules.ts';
import { counted, prose } from './words.ts';

type Rule = [name: string, note: RuleNote];

interface Area {
  /** The package. */
  name: string;
  rules: Rule[];
}

/** All rules of the bundle, by what they are about and by the package in which they stand. */
export function rulesPage(rules: Readonly<Record<string, RuleNote>>, revision: string): Html {
  const areas = areasOf(rules);
  return html`<div class="index">
<h1>The rules</h1>
<p class="lead">${counted(Object.keys(rules).length, 'rule')} in the words of their authors, with the requirements (R…)
and norms they follow and what is answered when they fail. They are compiled into the policy
<code>${revision}</code>.</p>
${PARTS.map(([id, title]) =>
  part(
    id,
    title,
    areas.filter(({ name }) => partOf(name) === id),
  ),
)}
</div>`;
}

const PARTS = [
  ['acting', 'Who may act for whom'],
  ['services', 'What service owners ask besides'],
  ['managing', 'Who may manage mandates'],
] as const;

function partOf(area: string): (typeof PARTS)[number][0] {
  if (/^admin(\.|$)/.test(area)) return 'managing';
  return /^services(\.|$)/.test(area) ? 'services' : 'acting';
}

function areasOf(rules: Readonly<Record<string, RuleNote>>): Area[] {
  const areas = new Map<string, Rule[]>();
  for (const [name, note] of Object.entries(rules)) {
    const area = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name;
    areas.set(area, [...(areas.get(area) ?? []), [name, note]]);
  }
  return [...areas].map(([name, own]) => ({ name, rules: own })).sort((a, b) => a.name.localeCompare(b.name));
}

function part(id: string, title: string, areas: readonly Area[]): Html | string {
  if (areas.length === 0) return NOTHING;
  return html`<section class="part" aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<nav aria-label="${title}: parts"><ul class="areas">
${areas.map(({ name, rules }) => html`<li><a href="#package-${name}">${shortName(name)}</a> ${rules.length}</li>`)}
</ul></nav>
${areas.map(area)}
</section>`;
}

const shortName = (name: string): string =>
  /^(authz|admin|services)\./.test(name) ? name.slice(name.indexOf('.') + 1) : name;

function area({ name, rules }: Area): Html {
  return html`<div class="area">
<h3 id="package-${name}">${shortName(name)}</h3>
${rules.map(rule)}
</div>`;
}

function rule([name, note]: Rule): Html {
  const reasons = Object.entries(note.reasons);
  return html`<article class="rule-card" id="${name}">
<h4>${note.title}</h4>
${note.description === '' ? NOTHING : html`<p class="describes">${prose(note.description)}</p>`}
${
  reasons.length === 0
    ? NOTHING
    : html`<dl class="codes">${reasons.map(
        ([code, meaning]) => html`<div><dt><code>${code}</code></dt><dd>${prose(meaning)}</dd></div>`,
      )}</dl>`
}
${norms(note)}
<p class="source"><code>${name}</code> in <code>${note.file}</code></p>
</article>`;
}
