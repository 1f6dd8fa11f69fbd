import { z } from 'zod';
import type { AdminDocument, OperationDoc } from '../../src/http/admin/openapi.ts';
import { pick } from '../../src/register/seed-random.ts';
import { type MakeDeps, makeValue, spoil } from './make-value.ts';
import type { Relations } from './relations.ts';
import { TEMPLATES, type Template } from './templates.ts';

export interface FuzzRequest {
  operation: OperationDoc;
  /** Template, as in the description. */
  path: string;
  method: string;
  target: string;
  /** The address or the method is another than described: another operation may answer. */
  isElsewhere: boolean;
  /** Empty: nobody. */
  caller: string;
  headers: Record<string, string>;
  body?: string;
}

export interface FuzzDeps extends Omit<MakeDeps, 'relations'> {
  document: AdminDocument;
  callers: readonly string[];
  /** ETag of an entity that an address names, as it is now. */
  etagOf(target: string): Promise<string | undefined>;
  relationsOf(caller: string): Promise<Relations>;
}

type RequestDeps = FuzzDeps & MakeDeps;

/** One request to any operation: two in three as described, the others with something wrong somewhere. */
export async function makeRequest(fuzz: FuzzDeps): Promise<FuzzRequest> {
  const { random, document } = fuzz;
  const template = random() < 0.25 ? pick(random, TEMPLATES) : undefined;
  const { path, method, operation } = pick(random, operationsOf(document, template));
  const where = random() < 0.33 ? pick(random, PLACES) : 'nowhere';
  const usual = template && random() < 0.8 ? template.caller : pick(random, fuzz.callers);
  const caller = where === 'caller' ? pick(random, STRANGERS) : usual;
  const deps = { ...fuzz, relations: await fuzz.relationsOf(caller) };
  const target = `/v1${pathOf(path, operation, deps, where)}${queryOf(operation, deps, where)}`;
  const body = bodyOf(operation, deps, where, template);
  return {
    operation,
    path,
    method: where === 'path' && random() < 0.2 ? pick(random, ['get', 'put', 'delete', 'patch']) : method,
    target,
    isElsewhere: where === 'path',
    caller,
    headers: await headersOf(operation, target, deps, where),
    ...(body !== undefined && { body }),
  };
}

/** All operations, or the one of a template. */
function operationsOf({ paths }: AdminDocument, template: Template | undefined) {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return all.filter(({ operation }) => template === undefined || operation.operationId === template.operation);
}

const PLACES = ['body', 'body', 'body', 'text', 'path', 'query', 'headers', 'caller'];
const STRANGERS = ['', 'nobody-we-know', 'karin@eh1', 'karin@', 'owner 00000000000000000000'];

function pathOf(path: string, { parameters = [] }: OperationDoc, deps: RequestDeps, where: string): string {
  const { random } = deps;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema;
    const value = where === 'path' ? String(spoil('', deps)) : String(makeValue(schema ?? {}, deps, name));
    return encodeURIComponent(value.slice(0, 300));
  });
  return where === 'path' && random() < 0.3
    ? filled + pick(random, ['/', '/..', '%00', '//', '/%2e%2e', ';a=b'])
    : filled;
}

function queryOf({ parameters = [] }: OperationDoc, deps: RequestDeps, where: string): string {
  const { random } = deps;
  const query = new URLSearchParams();
  for (const { name, schema, required } of parameters.filter((one) => one.in === 'query')) {
    if (!required && random() < 0.6) continue;
    const value = name === 'after' && random() < 0.5 ? deps.known.find(random, 'next') : makeValue(schema, deps, name);
    query.append(name, String((where === 'query' ? spoil(value, deps) : value) ?? '').slice(0, 500));
  }
  if (where === 'query') query.append(pick(random, ['limit', 'bsn', 'x', '']), pick(random, ['1', '-1', 'x', '1e9']));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

function bodyOf(
  { requestBody }: OperationDoc,
  deps: RequestDeps,
  where: string,
  template: Template | undefined,
): string | undefined {
  const { random } = deps;
  const [[type, media] = []] = Object.entries(requestBody?.content ?? {});
  if (media === undefined) return where === 'body' ? '{"unasked":true}' : undefined;
  if (type !== 'application/json') return pick(random, XML);
  const made = makeValue(media.schema, deps);
  const value = template === undefined ? made : blend(template.body, made, deps);
  if (requestBody?.required === false && random() < 0.3) return undefined;
  const text = JSON.stringify(where === 'body' ? spoil(value, deps) : value) ?? '';
  return where === 'text' ? spoilText(text, deps) : text;
}

/** What a template says, with here and there what chance says; a code is one that was given out. */
function blend(body: Record<string, unknown>, made: unknown, { random, known }: RequestDeps): unknown {
  const other = z.record(z.string(), z.unknown()).catch({}).parse(made);
  const share = pick(random, [0, 0, 0.1, 0.3]);
  const mixed = Object.entries({ ...other, ...body }).filter(([name]) => name in body || random() < share);
  const value = Object.fromEntries(
    mixed.map(([name, own]) => [name, name in other && random() < share ? other[name] : own]),
  );
  return 'code' in body ? { ...value, code: known.find(random, 'code') ?? '' } : value;
}

function spoilText(text: string, { random }: RequestDeps): string {
  const at = Math.floor(random() * text.length);
  return pick(random, [
    text.slice(0, at),
    `${text}${text}`,
    `${text.slice(0, at)}\u0000${text.slice(at)}`,
    text.replace('"', '"\\ud800'),
    text.replace('{', '{"a":1,"a":2,'),
    `${'['.repeat(2000)}${']'.repeat(2000)}`,
    `"${'x'.repeat(70_000)}"`,
    '',
  ]);
}

const XML = [
  '<a/>',
  '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;&c;&c;&c;</a>',
  '<a><b></a>',
  'no xml',
  `<a>${'<b>'.repeat(5000)}`,
  '',
];

async function headersOf(
  operation: OperationDoc,
  target: string,
  deps: RequestDeps,
  where: string,
): Promise<Record<string, string>> {
  const { random } = deps;
  const asked = new Set((operation.parameters ?? []).filter((one) => one.in === 'header').map(({ name }) => name));
  const [type] = Object.keys(operation.requestBody?.content ?? {});
  const etag = asked.has('If-Match') ? ((await deps.etagOf(target)) ?? '1.1') : undefined;
  const headers: Record<string, string> = {
    ...(type !== undefined && { 'content-type': type }),
    ...(etag !== undefined && { 'if-match': random() < 0.85 ? `"${etag}"` : '"1.1"' }),
    ...(asked.has('Idempotency-Key') && random() < 0.4 && { 'idempotency-key': `"k-${Math.floor(random() * 200)}"` }),
  };
  if (where !== 'headers') return headers;
  return { ...headers, [pick(random, HEADERS)]: pick(random, VALUES) };
}

const HEADERS = [
  'content-type',
  'accept',
  'if-match',
  'idempotency-key',
  'x-request-id',
  'traceparent',
  'origin',
  'host',
];
const VALUES = [
  '',
  'x',
  '"',
  'text/plain',
  'a,b;q=0',
  '*',
  `"${'y'.repeat(200)}"`,
  'evil.example',
  '\u00e9',
  '00-0-0-0',
];

/** What JSON can be read of an answer. */
export function toJson(text: string): unknown {
  try {
    return z.unknown().parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
