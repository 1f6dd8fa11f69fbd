import { z } from 'zod';
import type { AdminDocument, OperationDoc } from '../../src/http/admin/openapi.ts';
import { type FuzzRequest, toJson } from './make-request.ts';

/** An answer, read. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

const ALWAYS = [
  'api-version',
  'cache-control',
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
  'x-request-id',
];

const responseForm = z.looseObject({
  $ref: z.string().optional(),
  content: z.record(z.string(), z.looseObject({ schema: z.looseObject({ $ref: z.string().optional() }) })).optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
});

/** Tells what is wrong with an answer, whatever the question was. */
export function makeJudge(document: AdminDocument, personal: readonly string[]) {
  const schemas = new Map<string, z.ZodType>();
  const secrets = personal.map((urn) => urn.split(':').at(-1) ?? urn);

  /** What no answer may have in it. */
  function leaks(all: string): string[] {
    return [
      ...secrets.filter((secret) => all.includes(secret)).map((secret) => `a personal number: ${secret}`),
      ...(/\b(select|insert|update) .+ (from|into|set) |node_modules|\.ts:\d/i.test(all) ? ['inner workings'] : []),
    ];
  }

  function schemaOf(name: string): z.ZodType {
    const known = schemas.get(name);
    if (known !== undefined) return known;
    const text = JSON.stringify({ $ref: `#/$defs/${name}`, $defs: document.components.schemas });
    const made = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
    schemas.set(name, made);
    return made;
  }

  function bodyFaults(operation: OperationDoc, { status, headers, text }: Answered): string[] {
    const found: unknown = operation.responses[status] ?? (status >= 400 ? { $ref: 'BadRequest' } : undefined);
    if (found === undefined) return [`${status} is not documented`];
    const given = responseForm.parse(found);
    const shared = z.record(z.string(), z.unknown()).parse(document.components.responses);
    const { content = {} } = given.$ref ? responseForm.parse(shared[given.$ref.split('/').at(-1) ?? '']) : given;
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const [documented] = Object.keys(content);
    if (documented === undefined) return text === '' ? [] : ['a body where none is documented'];
    if (type !== documented) return [`Content-Type ${type} instead of ${documented}`];
    const name = content[documented]?.schema.$ref?.split('/').at(-1);
    if (name === undefined || !type.endsWith('json')) return [];
    const parsed = schemaOf(name).safeParse(toJson(text));
    return parsed.success ? [] : [`not a ${name}: ${z.prettifyError(parsed.error)}`];
  }

  return function judge(request: FuzzRequest, answered: Answered): string[] {
    const { status, headers, text } = answered;
    const all = `${text}\n${[...headers].join('\n')}`;
    if (request.isElsewhere && status < 500) return leaks(all);
    const documented = request.operation.responses[status] !== undefined;
    return [
      ...(status >= 500 ? [`${status}: ${text}`] : []),
      ...(documented ? bodyFaults(request.operation, answered) : [`${status} is not documented: ${text}`]),
      ...ALWAYS.filter((name) => !headers.has(name)).map((name) => `no ${name}`),
      ...leaks(all),
      ...(request.caller === '' && status < 400 && request.operation.security === undefined ? ['nobody did it'] : []),
    ];
  };
}
