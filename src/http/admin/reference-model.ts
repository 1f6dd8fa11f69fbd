import { z } from 'zod';
import type { AdminDocument, OperationDoc } from './openapi.ts';
import type { JsonSchema, Parameter } from './openapi-schemas.ts';
import { type Field, fieldsOf, nameOf } from './reference-fields.ts';

/** One operation, ready to be written down. */
export interface Entry {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  requirements: readonly string[];
  parameters: readonly Parameter[];
  /** Name and fields of the body. */
  body?: { name: string; fields: Field[] };
  curl: string;
  answers: { status: string; description: string; name: string }[];
}

export interface Reference {
  tags: { name: string; entries: Entry[] }[];
  /** What operations answer, by name. */
  schemas: { name: string; fields: Field[] }[];
}

const answerForm = z.looseObject({
  $ref: z.string().optional(),
  description: z.string().optional(),
  content: z.record(z.string(), z.looseObject({ schema: z.looseObject({ $ref: z.string().optional() }) })).optional(),
});

/** What the HTML page and docs/admin-api.md both say. */
export function toReference(document: AdminDocument): Reference {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, doc]) => ({ tag: doc.tags[0], entry: toEntry(document, path, method, doc) })),
  );
  const isAsked = (name: string) => name.endsWith('Request');
  return {
    tags: document.tags.map(({ name }) => ({
      name,
      entries: entries.filter(({ tag }) => tag === name).map(({ entry }) => entry),
    })),
    schemas: Object.entries(document.components.schemas)
      .filter(([name]) => !isAsked(name))
      .map(([name, schema]) => ({ name, fields: fieldsOf(schema) })),
  };
}

function toEntry(document: AdminDocument, path: string, method: string, doc: OperationDoc): Entry {
  const body = bodyOf(document, doc);
  return {
    id: doc.operationId,
    method: method.toUpperCase(),
    path,
    summary: doc.summary,
    description: doc.description ?? '',
    requirements: doc['x-requirements'] ?? [],
    parameters: doc.parameters ?? [],
    ...(body && { body }),
    curl: curlFor(path, method, doc),
    answers: Object.entries(doc.responses).map(([status, response]) => toAnswer(document, status, response)),
  };
}

function bodyOf({ components }: AdminDocument, { requestBody }: OperationDoc): Entry['body'] {
  const [[type, media] = []] = Object.entries(requestBody?.content ?? {});
  if (media === undefined || type === undefined) return undefined;
  const { $ref } = z.looseObject({ $ref: z.string().optional() }).parse(media.schema);
  if ($ref === undefined) return { name: type, fields: [] };
  return { name: nameOf($ref), fields: fieldsOf(components.schemas[nameOf($ref)] ?? {}) };
}

function toAnswer(document: AdminDocument, status: string, response: object): Entry['answers'][number] {
  const given = answerForm.parse(response);
  const shared =
    given.$ref && Object.entries(document.components.responses ?? {}).find(([n]) => n === nameOf(given.$ref ?? ''));
  const { description = '', content = {} } = shared ? answerForm.parse(shared[1]) : given;
  const ref = Object.values(content)[0]?.schema.$ref;
  return { status, description, name: ref === undefined ? '' : nameOf(ref) };
}

/** The call as somebody types it, with the parts that it cannot do without. */
function curlFor(path: string, method: string, { parameters = [], requestBody, security }: OperationDoc): string {
  const [[type, media] = []] = Object.entries(requestBody?.content ?? {});
  const full = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    valueFor(parameters.find((one) => one.name === name)),
  );
  const example = media?.example;
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$MACHTIG/v1${full}"`,
    ...(security?.length === 0 ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...parameters
      .filter((one) => one.in === 'header' && one.required)
      .map((one) => `-H '${one.name}: ${valueFor(one)}'`),
    ...(type === undefined ? [] : [`-H 'Content-Type: ${type}'`]),
    ...(type !== undefined && type !== 'application/json' ? ['--data-binary @file'] : []),
    ...(example === undefined ? [] : [`-d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`]),
  ];
  return lines.join(' \\\n  ');
}

function valueFor(parameter: Parameter | undefined): string {
  const schema: JsonSchema = parameter?.schema ?? {};
  const [example] = z.array(z.unknown()).catch([]).parse(schema.examples);
  return String(example ?? schema.default ?? parameter?.name ?? '');
}
