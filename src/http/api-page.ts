import { z } from 'zod';
import { explainAnswer } from './explain-schemas.ts';
import { DECISION_CODES, ERROR_CLASSES } from './problem.ts';
import { decisionAnswer } from './response-schemas.ts';
import { decisionRequest, evaluationRequest } from './schemas.ts';
import { resourceSearch, resourcesFound } from './search-schemas.ts';

/** docs/api.md: the fields and codes as tables, from the schemas that judge requests and answers. */
export function apiPage(): string {
  const errors = DECISION_CODES.map(
    (code) => `| \`${code}\` | ${ERROR_CLASSES[code].status} | ${ERROR_CLASSES[code].detail} |`,
  );
  return [
    HEAD,
    '## POST /v1/decision\n',
    DECISION,
    fieldTable(decisionRequest),
    '\nThe answer has every field, `null` where there is nothing to say:\n',
    fieldTable(decisionAnswer),
    EXPLAIN,
    fieldTable(explainAnswer),
    AUTHZEN,
    fieldTable(evaluationRequest),
    AFTER_AUTHZEN,
    SEARCH,
    fieldTable(resourceSearch),
    '\nThe answer:\n',
    fieldTable(resourcesFound),
    AFTER_SEARCH,
    '| code | status | meaning |\n|---|---|---|',
    ...errors,
    '',
  ].join('\n');
}

/** What a JSON Schema of ours may look like. */
const node = z.object({
  type: z.union([z.string(), z.array(z.string()).transform((types) => types.join(' or '))]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), node).optional();
  },
  get items() {
    return node.optional();
  },
  get anyOf() {
    return z.array(node).optional();
  },
});
type Node = z.output<typeof node>;

function fieldTable(schema: z.ZodType): string {
  const rows = rowsOf(node.parse(z.toJSONSchema(schema, { io: 'input' })), '');
  return ['| field | type | required | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function rowsOf({ properties = {}, required = [] }: Node, prefix: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const inner = field.items ?? field;
    const path = `${prefix}${name}${field.items?.properties ? '[]' : ''}`;
    const row = `| \`${path}\` | ${typeOf(field)} | ${required.includes(name) ? 'yes' : ''} | ${field.description ?? ''} |`;
    return [row, ...rowsOf(inner, `${path}.`)];
  });
}

function typeOf(field: Node): string {
  if (field.anyOf) return field.anyOf.map(typeOf).join(' or ');
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.items) return `list of ${typeOf(field.items)}`;
  return field.format === 'date-time' ? 'RFC 3339' : (field.type ?? 'any');
}

const HEAD = `# The decision API

Generated from the schemas that judge the requests; \`npx vitest run test/unit/openapi.test.ts -u\` writes it anew.
The same as OpenAPI 3.1: [openapi.json](openapi.json), which every sidecar serves at \`/v1/openapi.json\`.
How to call it from an application: [app-developers.md](app-developers.md).

- Bodies are I-JSON (RFC 7493) of at most 64 KiB, sent as \`application/json\`: no name twice in one object, no lone
  surrogates, at most 16 levels, and at most 256 names in one object.
- A denial is an answer (200). An error says that nothing was decided: treat it as *no*, and never as *yes*.
- \`X-Request-ID\` comes back as it was sent (1 to 128 printable characters), else one is made. \`traceparent\` (W3C) is
  taken from the header, or on the AuthZEN paths from \`context\`, which goes first.
- No answer may be stored (\`Cache-Control: no-store\`); \`changes_at\` tells when to ask again, not how long to keep.
`;

const DECISION = `The short form, for people and scripts. It is closed: a field that is not in the table is a fault, so that a misspelt
\`branch\` never becomes a wider question. An impossible identifier is a 400 that says which one.
`;

const EXPLAIN = `
## POST /v1/explain

Why, for people: takes the body of \`POST /v1/decision\`, and \`at\`, another moment (RFC 3339). For callers with the right
\`details\`; one at a time for each process, else 429. Nobody may act on it: it is recorded under a name of its own, and not as a
decision. Where a policy cannot say why it is 404.
`;

const AUTHZEN = `
## POST /access/v1/evaluation

[AuthZEN 1.0](https://openid.net/specs/authorization-api-1_0.html): subject = the actor, action = the service, resource =
the represented party. Unknown fields are ignored, as AuthZEN asks. An impossible identifier (also one that its \`type\`
contradicts) is a denial with reason \`identifier_invalid\`. A body that is not as it should be is 400, also for a wrong
\`Content-Type\`: AuthZEN's certification wants it, where the NL API Design Rules would say 415.
`;

const AFTER_AUTHZEN = `
The answer is \`{"decision": …, "context": {…}}\`; \`context\` has the fields of the short answer, without those that are null.

## POST /access/v1/evaluations

Up to 100 items in \`evaluations\`; \`subject\`, \`action\`, \`resource\` and \`context\` beside it are defaults, each replaced
whole by the item's own: an item of which the subject lacks its \`id\` is at fault, whatever the default says.
\`options.evaluations_semantic\` is \`execute_all\` (the default), \`deny_on_first_deny\` or \`permit_on_first_permit\`; the
last two end the list at that item. An item that cannot be decided is \`decision: false\` with \`context.error\`
(\`status\`, \`code\`, \`message\`, \`errors\`), which no denial has. Without items it is the single evaluation.
`;

const SEARCH = `## POST /access/v1/search/subject, …/resource, …/action

For callers with the right \`search\`. AuthZEN 1.0: who may do this (the subject is left open), for whom may it be done
(the resource), which services may be used (the action). What is left open keeps its \`type\` and \`properties\`; an
\`id\` there is ignored, and so is all of \`action\` in a search for actions. Each result evaluates to \`true\` in the
place of what was left open, as it is, with the same rest; whoever does so is found. How to use it, and what stands in
\`properties\`: [app-developers.md](app-developers.md#search). The search for resources; the others are like it:
`;

const AFTER_SEARCH = `
## GET /.well-known/authzen-configuration

AuthZEN metadata, with the search endpoints where the policy of now can be searched; only where \`MACHTIG_PUBLIC_URL\` is set, and with
that URL whatever the Host header says.

## Errors

\`application/problem+json\` (RFC 9457): \`type\`, \`status\`, \`title\`, \`detail\`, \`code\`, \`request_id\`, and \`errors\` with
\`at\` and \`message\` for every fault. The cause is in the log of the process, under the same \`request_id\`.
`;
