import { ADMIN_CODES, ERROR_CLASSES } from '../problem.ts';
import { adminOpenApi } from './openapi.ts';
import type { Operation } from './operation.ts';
import { type Field, typeOf } from './reference-fields.ts';
import { type Entry, type Reference, toReference } from './reference-model.ts';

/** docs/admin-api.md: the same as the page at /v1, for whoever reads the repository. */
export function adminApiPage(operations: readonly Operation[]): string {
  const reference = toReference(adminOpenApi(operations));
  const errors = ADMIN_CODES.map(
    (code) => `| \`${code}\` | ${ERROR_CLASSES[code].status} | ${ERROR_CLASSES[code].detail} |`,
  );
  return [
    HEAD,
    contents(reference),
    ...reference.tags.flatMap(({ name, entries }) => [`## ${name}\n`, ...entries.map(entryOf)]),
    '## What is answered\n',
    ...reference.schemas.map(({ name, fields }) => `### ${name}\n\n${fieldTable(fields)}`),
    '## Errors\n',
    'A refusal of the rules (`act_refused`) has its `reasons`, explained in [reasons.md](reasons.md).\n',
    ['| code | status | meaning |', '|---|---|---|', ...errors].join('\n'),
    '',
  ].join('\n');
}

function contents({ tags }: Reference): string {
  const rows = tags.flatMap(({ name, entries }) =>
    entries.map(({ method, path, summary }) => `| ${name} | \`${method} ${path}\` | ${cell(summary)} |`),
  );
  return `| about | operation | does |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function entryOf(entry: Entry): string {
  const { method, path, summary, description, requirements, parameters, body } = entry;
  const asked = parameters.map((one) => ({
    name: `${one.name} (${one.in})`,
    type: typeOf(one.schema),
    required: one.required,
    description: one.description ?? '',
  }));
  const good = entry.answers.filter(({ status }) => status < '300');
  return [
    `### ${method} ${path}\n`,
    `${summary}.${requirements.length > 0 ? ` (${requirements.join(', ')})` : ''}\n`,
    ...(description ? [`${description}\n`] : []),
    ...(asked.length > 0 ? [fieldTable(asked)] : []),
    ...(body && body.fields.length > 0 ? [`Body:\n\n${fieldTable(body.fields)}`] : []),
    `\`\`\`sh\n${entry.curl}\n\`\`\`\n`,
    `${good.map(({ status, description: says, name }) => `${status}: ${says}${name ? ` (${name})` : ''}`).join(' · ')}\n`,
  ].join('\n');
}

function fieldTable(fields: readonly Field[]): string {
  if (fields.length === 0) return '';
  const rows = fields.map(
    ({ name, type, required, description }) =>
      `| \`${name}\` | ${cell(type)} | ${required ? 'yes' : ''} | ${cell(description)} |`,
  );
  return `| field | type | required | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const HEAD = `# The admin API

Generated from the schemas that judge the requests; \`npx vitest run test/unit/admin-openapi.test.ts -u\` writes it anew.
As OpenAPI 3.1: [admin-openapi.json](admin-openapi.json), served without a login at \`/v1/openapi.json\`; to read in a
browser at \`/v1\`. Why it is as it is: [decisions/0012-admin-http.md](decisions/0012-admin-http.md).

- Everything is below \`/v1\`, by default on port 8282. Bodies are I-JSON (RFC 7493) of at most 64 KiB, sent as
  \`application/json\` (512 KiB where ten thousand ids may stand); a service catalogue is XML of at most 2 MiB. A field, a query key or a body that an address does
  not know is a fault. All faults are named at once, in \`errors\`: a JSON Pointer in the body, \`?name\` in the query,
  \`{name}\` in the path, or the name of a header.
- A party is named by URN (\`urn:nl:kvk:90000001\`) or as \`urn:uuid:\` and its \`party_id\`. Personal numbers stand in bodies
  alone: what may hold one is searched by \`POST …/_search\`. No answer has one.
- **Idempotency-Key**: on any write. The same key with the same request is answered the same as before, also when the
  first answer was lost; with another request it is 422. Keys are of one caller and are kept for a day at least.
- **If-Match**: changes of one mandate need the \`ETag\` that you have seen (428 without, 412 when it has changed).
- **Machtig-Revision**: every write answers with its revision; a decision that asks for it as \`min_revision\` knows of it.
- **Pages**: \`next\` of an answer is the \`page.token\` (or \`after\`) of the next question. A token is good for an hour, for
  the same caller and the same filters.
- 429 and 503 say in \`Retry-After\` when to come again. After a 503 on a write repeat it with the same Idempotency-Key.
`;
