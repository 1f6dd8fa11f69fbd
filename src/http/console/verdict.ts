import { html } from 'hono/html';
import type { Explanation } from '../../domain/explanation.ts';
import { sayExactMoment, sayMoment } from './amsterdam.ts';
import type { Answered } from './answered.ts';
import { branchNames, serviceName } from './choices.ts';
import { type Html, NOTHING } from './layout.ts';
import { BASIS_NAMES, listed, meaningOf, prose } from './words.ts';

/** The answer as one sentence, with what goes with it. */
export function verdictCard(answered: Answered): Html {
  const { explanation } = answered;
  const holds = isAllowed(explanation);
  return html`<section class="verdict ${holds ? 'yes' : 'no'}" id="answer" tabindex="-1" aria-labelledby="verdict-title">
<p class="stamp"><span aria-hidden="true">${holds ? '✓' : '✗'}</span> ${holds ? 'Yes' : 'No'}${
    answered.at === undefined ? NOTHING : html` <small>what if it were ${sayExactMoment(answered.at)}</small>`
  }</p>
<h2 id="verdict-title">${sentence(answered)}</h2>
${holds ? terms(answered) : denial(answered)}
<p class="back"><a href="#ask-title">Change the question</a></p>
</section>`;
}

export function isAllowed({ allow, would_allow }: Explanation): boolean {
  return allow ?? would_allow ?? false;
}

/** `Bea Bakker may use Btw-aangifte (submit) for Bakkerij De Korenbloem, by a chain of two mandates.` */
export function sentence({ names, at, explanation }: Answered): string {
  const { actor, party, service, operation, branch, others } = names;
  const holds = isAllowed(explanation);
  const able =
    at === undefined ? (holds ? 'may' : 'may not') : holds ? 'would be allowed to' : 'would not be allowed to';
  const act = operation === undefined ? '' : ` (${operation})`;
  const place = branch === undefined ? '' : `, at branch ${branch}`;
  const whom = actor === party ? ' in person' : ` for ${party}`;
  const basis = explanation.verdict.basis;
  const ground = holds && basis !== null && basis !== 'self' ? `, ${BASIS_NAMES[basis]}` : '';
  return `${listed([actor, ...others])} ${able} use ${service}${act}${whom}${place}${ground}.`;
}

function denial({ explanation, choices }: Answered): Html {
  const { verdict, rules } = explanation;
  const { reasons, loa_required, holders_required, branches } = verdict;
  const named = branches === null || branches === 'all' ? '' : branchNames(branches, choices);
  return html`<h3>${reasons.length === 1 ? 'Because' : 'Because, on the path that comes nearest'}</h3>
<ul class="reasons">
${reasons.map((code) => html`<li>${prose(meaningOf(code, rules))} <code class="id">${code}</code></li>`)}
</ul>
${named === '' ? NOTHING : html`<p>Its branches: ${named}.</p>`}
${loa_required === null ? NOTHING : html`<p>A login at <strong>${loa_required}</strong> or above would do.</p>`}
${holders_required === null ? NOTHING : html`<p><strong>${holders_required}</strong> must act together.</p>`}`;
}

function terms({ explanation, names, choices }: Answered): Html {
  const { branches, branch_verified, changes_at, follow_up, services } = explanation.verdict;
  const facts: [string, string][] = [];
  if (branches !== null) facts.push(['For branches', branches === 'all' ? 'all' : branchNames(branches, choices)]);
  if (names.branch !== undefined && !branch_verified) {
    facts.push(['The branch', 'is not in the register: the service looks whether it is real']);
  }
  if (services !== null) {
    const behind = listed(services.map((one) => serviceName(one, choices)));
    facts.push(['Behind the portal', `${behind}; each is asked again`]);
  }
  facts.push(['Changes by itself', changes_at === null ? 'never' : sayMoment(changes_at)]);
  if (follow_up !== null) {
    const reads = follow_up.delegate_may_read ? ', whose letters the delegate may read' : '';
    const to = follow_up.to === 'both' ? 'represented and the delegate' : follow_up.to;
    facts.push(['Letters go to', `the ${to}${reads}`]);
  }
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
