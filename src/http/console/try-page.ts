import { html } from 'hono/html';
import type { Fault } from '../../domain/errors.ts';
import type { Explanation } from '../../domain/explanation.ts';
import type { Answered } from './answered.ts';
import type { Choices } from './choices.ts';
import { faultSummary, form } from './form.ts';
import type { Html } from './layout.ts';
import { nearest } from './nearest.ts';
import { paths } from './paths.ts';
import { repeat } from './repeat.ts';
import { verdictCard } from './verdict.ts';
import { addressOf, type Wish } from './wish.ts';

/** A question to begin with. */
export interface Example {
  title: string;
  wish: Wish;
}

/** The form beside its answer, or beside what there is to ask. */
export function tryPage(wish: Wish, choices: Choices, faults: readonly Fault[], beside: Html): Html {
  return html`<h1 class="sr">Try the policy</h1>
<div class="columns">
<div class="side">${form(wish, choices, faults)}</div>
<div class="answer">${beside}</div>
</div>`;
}

export function answer(answered: Answered, origin: string): Html {
  return html`${verdictCard(answered)}
${nearest(answered)}
${paths(answered)}
${repeat(answered.question, answered.at, origin)}
${provenance(answered.explanation)}`;
}

export function incomplete(faults: readonly Fault[]): Html {
  return faultSummary(faults);
}

/** What the page is, and questions to begin with. */
export function welcome(examples: readonly Example[]): Html {
  return html`<section class="welcome" aria-labelledby="welcome-title">
<h2 id="welcome-title">May this person act for that party?</h2>
<p class="lead">Choose a person, a party and a service of the example register. You see the answer of the policy that is
running now, each rule that held or failed on each path, in the words of its author, and what would have to change for
the other answer.</p>
${
  examples.length === 0
    ? ''
    : html`<h3>To begin with</h3>
<ul class="examples">${examples.map(({ title, wish }) => html`<li><a href="${addressOf(wish)}">${title}</a></li>`)}</ul>`
}
</section>`;
}

function provenance({ at, policy_revision, data_revision, data_age_ms }: Explanation): Html {
  const rows: [string, string][] = [
    ['Asked for', new Date(at).toISOString()],
    ['Policy', policy_revision],
    ['Data', `revision ${data_revision}, ${data_age_ms} ms old`],
  ];
  return html`<section class="provenance" aria-labelledby="provenance-title">
<h2 id="provenance-title">Answered from</h2>
<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl>
</section>`;
}
