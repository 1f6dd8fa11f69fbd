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
  return `curl -s ${url} -H 'content-type: application/json' -d ${quoted(pretty(body, '', 0))}`;
}

const LINE = 84;

/** JSON with what fits on a line on one line; the outermost is always spread. */
function pretty(value: unknown, indent: string, room: number): string {
  const flat = oneLine(value);
  if (flat.length <= room || typeof value !== 'object' || value === null || Array.isArray(value)) return flat;
  const inner = `${indent}  `;
  const fields = Object.entries(value).map(([name, one]) => {
    const head = `${inner}${JSON.stringify(name)}: `;
    return `${head}${pretty(one, inner, LINE - head.length)}`;
  });
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

/** JSON with a space where the eye wants one, not inside of texts. */
function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, inner]) => `"${name}": ${oneLine(inner)}`)
    .join(', ')}}`;
}

/** The request goes by standard input: a command line can be read by everybody on the machine. */
function explainLine(question: PlainQuestion, at: number | undefined, origin: string): string {
  const body = at === undefined ? shortForm(question) : { ...shortForm(question), at: new Date(at).toISOString() };
  return `npx machtig explain --url ${origin} - <<'END'\n${pretty(body, '', 0)}\nEND`;
}

/** One word for a POSIX shell, whatever it holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
