import { html } from 'hono/html';
import { type Identifier, partyKindOf, toUrn } from '../../domain/identifier.ts';
import type { Html } from './layout.ts';
import type { PlainQuestion } from './wish.ts';

/** The same question for a terminal, to repeat and to change. `origin` is where this page was asked. */
export function repeat(question: PlainQuestion, at: number | undefined, origin: string): Html {
  const now = at === undefined ? '' : ' A decision is always about now: only explaining knows of another moment.';
  return html`<section class="repeat" aria-labelledby="repeat-title">
<h2 id="repeat-title">The same from a terminal</h2>
<p class="lead">To repeat and to change.${now}</p>
${block('curl-decision', 'The short form', curl(`${origin}/v1/decision`, shortForm(question)))}
${block('curl-authzen', 'AuthZEN', curl(`${origin}/access/v1/evaluation`, authzenForm(question)))}
${block('explain', 'All of this page, as a tree', explainLine(question, at, origin))}
</section>`;
}

function block(id: string, title: string, text: string): Html {
  return html`<h3 id="${id}">${title}</h3>
<pre tabindex="0" role="region" aria-labelledby="${id}"><code>${text}</code></pre>`;
}

/** Body of `POST /v1/decision`. */
export function shortForm(question: PlainQuestion): Record<string, unknown> {
  const { actor, represented, via, together, ...rest } = question;
  return {
    actor: toUrn(actor),
    ...(rest.loa && { loa: rest.loa }),
    represented: toUrn(represented),
    ...rest,
    ...(via && { via: toUrn(via) }),
    ...(together && { together: together.map(coActor) }),
  };
}

/** Body of `POST /access/v1/evaluation`. */
export function authzenForm(question: PlainQuestion): Record<string, unknown> {
  const { actor, loa, represented, branch, service, operation, case: caseId, via, together } = question;
  return {
    subject: { ...entity(actor), ...properties({ loa, via: via && toUrn(via) }) },
    action: { name: service, ...properties({ operation }) },
    resource: { ...entity(represented), ...properties({ branch, case: caseId }) },
    ...(together && { context: { together: together.map(coActor) } }),
  };
}

const entity = (identifier: Identifier) => ({ type: partyKindOf(identifier.scheme), id: toUrn(identifier) });

const coActor = ({ id, loa }: { id: Identifier; loa?: string }) => ({ id: toUrn(id), ...(loa && { loa }) });

function properties(given: Record<string, string | undefined>): object {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return said.length === 0 ? {} : { properties: Object.fromEntries(said) };
}

function curl(url: string, body: object): string {
  const lines = JSON.stringify(body, null, 2);
  return `curl -s ${url} -H 'content-type: application/json' -d ${quoted(lines)}`;
}

function explainLine(question: PlainQuestion, at: number | undefined, origin: string): string {
  const body = at === undefined ? shortForm(question) : { ...shortForm(question), at: new Date(at).toISOString() };
  return curl(`${origin}/v1/explain`, body);
}

/** One word for a POSIX shell, whatever it holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
