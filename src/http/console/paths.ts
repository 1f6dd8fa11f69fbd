import { html } from 'hono/html';
import type { ExplainedPath } from '../../domain/explanation.ts';
import { sayMoment } from './amsterdam.ts';
import type { Answered } from './answered.ts';
import { branchNames, type Choices, serviceName } from './choices.ts';
import { type Html, NOTHING } from './layout.ts';
import type { MandateCard } from './mandate-card.ts';
import { ruleGroup } from './rules.ts';
import { counted, GROUND_NAMES, KIND_NAMES, listed, REACH_NAMES } from './words.ts';

/** Every path that was looked at, those that hold first; then the rules about the question. */
export function paths(answered: Answered): Html {
  const { explanation } = answered;
  const ordered = [...explanation.paths].sort((a, b) => a.reasons.length - b.reasons.length);
  const found = ordered.filter(({ basis }) => basis !== 'none').length;
  const failed = explanation.question.filter(({ holds }) => !holds).length;
  return html`<section class="paths" aria-labelledby="paths-title">
<h2 id="paths-title">Every path that was looked at</h2>
<p class="lead">A path is a way in which the actor may represent: in person, by one mandate, or by a chain of two.
${found === 0 ? 'None' : counted(found, 'path', 'paths')} ${found === 1 || found === 0 ? 'was' : 'were'} found.</p>
${ordered.map((path, i) => pathCard(path, i, answered))}
<article class="path ${failed === 0 ? 'holds' : 'fails'}">
<h3>The question itself <span class="tag ${failed === 0 ? 'good' : 'bad'}">${failed === 0 ? 'is sound' : 'is not sound'}</span></h3>
${ruleGroup(html`<h4 class="sr">Rules about the question</h4>`, explanation.question, explanation.rules)}
</article>
</section>`;
}

function pathCard(path: ExplainedPath, i: number, answered: Answered): Html {
  const { rules } = answered.explanation;
  const tag = path.holds
    ? html`<span class="tag good"><span aria-hidden="true">✓</span> holds</span>`
    : html`<span class="tag bad"><span aria-hidden="true">✗</span> does not hold</span>`;
  const { service_id } = path;
  // A portal is judged by the paths of the services behind it.
  const behind =
    service_id === answered.question.service ? NOTHING : `, for ${serviceName(service_id, answered.choices)}`;
  const whole = path.rules.filter(({ mandate }) => mandate === undefined);
  return html`<article class="path ${path.holds ? 'holds' : 'fails'}">
<h3>${path.basis === 'none' ? NOTHING : `${i + 1}. `}${titleOf(path, answered)}${behind} ${tag}</h3>
${path.mandates.map((id) => mandateBlock(id, path, answered))}
${whole.length === 0 ? NOTHING : ruleGroup(html`<h4>The path as a whole</h4>`, whole, rules)}
</article>`;
}

function titleOf({ basis, mandates, intermediary }: ExplainedPath, { described, names }: Answered): string {
  if (basis === 'self') return 'In person';
  if (basis === 'none') return 'No path was found';
  const [first] = mandates.flatMap((id) => described.mandates.get(id) ?? []);
  if (basis === 'chain') {
    const through = intermediary === undefined ? undefined : described.parties.get(intermediary);
    return `Through ${through ?? first?.delegate ?? 'an intermediary'}`;
  }
  if (first?.ground) return `By law: ${GROUND_NAMES[first.ground] ?? first.ground}`;
  if (basis === 'appointed') return 'By an appointment';
  return mandates.length > 1 ? `By a mandate passed on to ${names.actor}` : 'By one mandate';
}

function mandateBlock(id: string, path: ExplainedPath, { described, explanation, choices }: Answered): Html {
  const verdicts = path.rules.filter(({ mandate }) => mandate === id);
  const card = described.mandates.get(id);
  return html`<div class="mandate">
${card === undefined ? html`<h4>Mandate <code>${id}</code></h4>` : mandateHead(card, choices)}
${verdicts.length === 0 ? NOTHING : ruleGroup(html`<h5 class="sr">Rules about this mandate</h5>`, verdicts, explanation.rules)}
</div>`;
}

function mandateHead(card: MandateCard, choices: Choices): Html {
  return html`<h4 class="flow">${card.represented} <span class="arrow" aria-hidden="true">→</span><span class="sr"> to </span> ${card.delegate}</h4>
<p class="named">${KIND_NAMES[card.kind] ?? card.kind}: “${card.name}” <code class="id">${card.id}</code></p>
<dl class="facts">${factsOf(card, choices).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function factsOf(card: MandateCard, choices: Choices): [string, string][] {
  const from = sayMoment(card.validFrom);
  const facts: [string, string][] = [
    ['For', card.covers.length === 0 ? 'all services' : listed(card.covers)],
    [
      'In force',
      card.validUntil === null ? `from ${from}, without end` : `${from} until ${sayMoment(card.validUntil)}`,
    ],
    ['Status', card.status],
    ['Level', card.loa],
  ];
  if (card.operations !== 'all') facts.push(['Operations', listed(card.operations)]);
  if (card.branches !== 'all') facts.push(['Branches', branchNames(card.branches, choices)]);
  if (card.cases !== 'all') facts.push(['Cases', listed(card.cases.map((one) => one.replace(/^.*#/, '')))]);
  if (card.reach !== null) facts.push(['Whose affairs', REACH_NAMES[card.reach] ?? card.reach]);
  if (card.required !== null) facts.push(['Act together', `${card.required} of its holders`]);
  return facts;
}
