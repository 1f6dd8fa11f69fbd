import { createHash } from 'node:crypto';
import { ADMIN_CODES, ERROR_CLASSES } from '../problem.ts';
import { adminOpenApi } from './openapi.ts';
import type { Operation } from './operation.ts';
import { type Field, typeOf } from './reference-fields.ts';
import { type Entry, type Reference, toReference } from './reference-model.ts';

/** The page at /v1: everything about the API to read, with nothing to load and nothing that runs. */
export function makeReference(operations: readonly Operation[]): { html: string; headers: Record<string, string> } {
  const digest = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html: pageOf(toReference(adminOpenApi(operations))), headers: { 'content-security-policy': policy } };
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
nav ul { columns: 18rem; list-style: none; padding: 0; }
section { border-top: 1px solid; margin-top: 2rem; }
article { margin: 2rem 0; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid; padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top; }
pre { border: 1px solid; overflow-x: auto; padding: .6rem; }
code, pre { font-family: ui-monospace, monospace; }
.method { font-weight: bold; }
.skip { left: -99rem; position: absolute; }
.skip:focus { left: 1rem; }
`;

function pageOf(reference: Reference): string {
  const tags = reference.tags.map(
    ({ name, entries }) => `<section aria-labelledby="${anchor(name)}">
<h2 id="${anchor(name)}">${toText(name)}</h2>
${entries.map(article).join('\n')}
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>machtig: mandates and their management</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<h1>Mandates and their management</h1>
<p>Everything is below <code>/v1</code>. As OpenAPI 3.1: <a href="/v1/openapi.json">openapi.json</a>.</p>
</header>
<nav aria-label="Operations">
${reference.tags.map(tableOfContents).join('\n')}
<h2><a href="#schemas">What is answered</a></h2>
<h2><a href="#refusals">Refusals</a></h2>
</nav>
<main id="content">
${tags.join('\n')}
<section aria-labelledby="schemas">
<h2 id="schemas">What is answered</h2>
${reference.schemas.map(({ name, fields }) => `<article>\n<h3 id="${anchor(name)}">${toText(name)}</h3>\n${fieldTable(fields)}\n</article>`).join('\n')}
</section>
<section aria-labelledby="refusals">
<h2 id="refusals">Refusals</h2>
<p>As <code>application/problem+json</code> (RFC 9457), with every fault in <code>errors</code> and every reason of the rules in <code>reasons</code>.</p>
${refusals()}
</section>
</main>
</body>
</html>
`;
}

function tableOfContents({ name, entries }: Reference['tags'][number]): string {
  const links = entries.map(({ id, summary }) => `<li><a href="#${anchor(id)}">${toText(summary)}</a></li>`);
  return `<h2><a href="#${anchor(name)}">${toText(name)}</a></h2>\n<ul>\n${links.join('\n')}\n</ul>`;
}

function article(entry: Entry): string {
  const { id, method, path, summary, description, requirements, parameters, body } = entry;
  const cited = requirements.length > 0 ? `<p>Serves ${toText(requirements.join(', '))}.</p>` : '';
  const asked = parameters.map((one) => ({
    name: `${one.name} (${one.in})`,
    type: typeOf(one.schema),
    required: one.required,
    description: one.description ?? '',
  }));
  return `<article aria-labelledby="${anchor(id)}">
<h3 id="${anchor(id)}">${toText(summary)}</h3>
<p><span class="method">${method}</span> <code>/v1${toText(path)}</code></p>
${description ? `<p>${toText(description)}</p>` : ''}
${cited}
${asked.length > 0 ? `<h4>Parameters</h4>\n${fieldTable(asked)}` : ''}
${body ? `<h4>Body: ${toText(body.name)}</h4>\n${fieldTable(body.fields)}` : ''}
<h4>Example</h4>
<pre><code>${toCode(entry.curl)}</code></pre>
<h4>Answers</h4>
${answerList(entry.answers)}
</article>`;
}

/** What is done is told for each, what is refused once for all. */
function answerList(answers: Entry['answers']): string {
  const done = answers.filter(({ status }) => status < '300').map(toItem);
  const refused = answers.filter(({ status }) => status >= '300').map(({ status }) => status);
  return `<ul>\n${done.join('\n')}\n<li><a href="#refusals">${refused.join(', ')}</a></li>\n</ul>`;
}

function toItem({ status, description, name }: Entry['answers'][number]): string {
  const link = name === '' ? '' : ` <a href="#${anchor(name)}">${toText(name)}</a>`;
  return `<li>${status}: ${toText(description)}${link}</li>`;
}

function refusals(): string {
  const rows = ADMIN_CODES.map((code) => {
    const { status, detail } = ERROR_CLASSES[code];
    return `<tr><th scope="row"><code>${code}</code></th><td>${status}</td><td>${toText(detail)}</td></tr>`;
  });
  return `<table><thead><tr><th scope="col">code</th><th scope="col">status</th><th scope="col">meaning</th></tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

function fieldTable(fields: readonly Field[]): string {
  if (fields.length === 0) return '';
  const rows = fields.map(
    ({ name, type, required, description }) =>
      `<tr><th scope="row"><code>${toText(name)}</code></th><td>${toText(type)}</td><td>${required ? 'yes' : ''}</td><td>${toText(description)}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">field</th><th scope="col">type</th><th scope="col">required</th><th scope="col">meaning</th></tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

const anchor = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function toCode(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Words in backticks are code. */
function toText(text: string): string {
  return toCode(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
