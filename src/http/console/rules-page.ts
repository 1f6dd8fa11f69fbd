import { html } from 'hono/html';
import type { RuleNote } from '../../domain/explanation.ts';
import { type Html, NOTHING } from './layout.ts';
import { norms } from './rules.ts';
import { counted, prose } from './words.ts';

/** All rules of the bundle, by the package in which they stand. */
export function rulesPage(rules: Readonly<Record<string, RuleNote>>, revision: string): Html {
  const areas = byPackage(rules);
  return html`<div class="index">
<h1>The rules</h1>
<p class="lead">${counted(Object.keys(rules).length, 'rule')} that decide, each in the words of its author, with the
requirements (R…) and norms it follows and what is answered when it fails. They are compiled into the policy
<code>${revision}</code>.</p>
<nav aria-label="Parts of the policy"><ul class="areas">
${areas.map(([name, all]) => html`<li><a href="#${name}">${name}</a> ${all.length}</li>`)}
</ul></nav>
${areas.map(area)}
</div>`;
}

type Rule = [name: string, note: RuleNote];

function byPackage(rules: Readonly<Record<string, RuleNote>>): [string, Rule[]][] {
  const areas = new Map<string, Rule[]>();
  for (const [name, note] of Object.entries(rules)) {
    const area = name.slice(0, Math.max(0, name.lastIndexOf('.'))) || name;
    areas.set(area, [...(areas.get(area) ?? []), [name, note]]);
  }
  return [...areas].sort(([a], [b]) => a.localeCompare(b));
}

function area([name, rules]: [string, Rule[]]): Html {
  return html`<section class="area" aria-labelledby="${name}">
<h2 id="${name}">${name}</h2>
${rules.map(rule)}
</section>`;
}

function rule([name, note]: Rule): Html {
  const reasons = Object.entries(note.reasons);
  return html`<article class="rule-card" id="${name}">
<h3>${note.title}</h3>
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
