import { z } from 'zod';
import { adminProblem } from '../response-schemas.ts';
import type { Operation } from './operation.ts';
import { evidence, mandateView, partyView } from './wire.ts';

/** A JSON Schema as it comes out of zod. */
export interface JsonSchema {
  [keyword: string]: unknown;
}

/** Component schemas by name, and under which name a body or an answer stands. */
export interface ComponentSchemas {
  schemas: Record<string, JsonSchema>;
  bodyOf(operation: Operation): string | undefined;
  answerOf(operation: Operation, status: string): string | undefined;
}

const PREFIX = '#/components/schemas/';
/** Under this key zod leaves what schemas share by an id of their own. */
const SHARED = '__shared';

/** What several operations answer, by the name it has in the description. */
const ANSWERED = { Problem: adminProblem, Party: partyView, Mandate: mandateView };
const ASKED = { Evidence: evidence };

/** Bodies as they are sent, answers as they are given; what a name stands for is written once. */
export function componentSchemas(operations: readonly Operation[]): ComponentSchemas {
  const asked = z.registry<{ id: string }>();
  const answered = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(ASKED)) asked.add(schema, { id });
  for (const [id, schema] of Object.entries(ANSWERED)) answered.add(schema, { id });
  for (const operation of operations) {
    const { body, answers, consumes } = operation;
    if (body && consumes === undefined && !asked.has(body)) asked.add(body, { id: `${toPascal(operation.id)}Request` });
    for (const [status, { schema }] of Object.entries(answers)) {
      if (schema && !answered.has(schema)) answered.add(schema, { id: answerName(operation, status) });
    }
  }
  return {
    schemas: sorted({ ...toSchemas(asked, 'input'), ...toSchemas(answered, 'output') }),
    bodyOf: ({ body }) => body && asked.get(body)?.id,
    answerOf: ({ answers }, status) => {
      const schema = answers[Number(status)]?.schema;
      return schema && answered.get(schema)?.id;
    },
  };
}

function toSchemas(registry: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => PREFIX + id, override: keepExamples });
  const { [SHARED]: shared, ...named } = schemas;
  const all = { ...named, ...definitionsOf(shared) };
  return Object.fromEntries(Object.entries(all).map(([name, schema]) => [name, tidy(schema)]));
}

/** Of a schema that transforms, zod drops the examples; ours are of what is sent. */
function keepExamples({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  const examples = z.globalRegistry.get(zodSchema)?.examples;
  if (examples !== undefined) jsonSchema.examples = examples;
}

function definitionsOf(shared: unknown): Record<string, unknown> {
  const parsed = z.object({ $defs: z.record(z.string(), z.unknown()) }).safeParse(shared);
  return parsed.success ? parsed.data.$defs : {};
}

/** Names of the dialect and of zod's own bookkeeping have no place in a component. */
function tidy(schema: unknown): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === '$schema' || key === '$id' ? undefined : mergeNull(value),
  );
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text.replaceAll(`${PREFIX}${SHARED}#/$defs/`, PREFIX)));
}

const orNull = z.strictObject({
  anyOf: z.tuple([
    z.looseObject({ type: z.string(), enum: z.undefined().optional(), const: z.undefined().optional() }),
    z.strictObject({ type: z.literal('null') }),
  ]),
  description: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
});

/** A value or null in one schema, so that its format is seen at once: `type: [string, null]`. */
function mergeNull(value: unknown): unknown {
  const parsed = orNull.safeParse(value);
  if (!parsed.success) return value;
  const { anyOf, ...rest } = parsed.data;
  const [{ type, ...inner }] = anyOf;
  return { type: [type, 'null'], ...inner, ...rest };
}

/** One parameter of path or query. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

/** The fields of a schema of path or query, each as a parameter. */
export function parametersOf(place: 'path' | 'query', schema: z.ZodObject | undefined): Parameter[] {
  if (schema === undefined) return [];
  const { properties, required = [] } = z
    .object({
      properties: z.record(z.string(), z.record(z.string(), z.unknown())),
      required: z.array(z.string()).optional(),
    })
    .parse(z.toJSONSchema(schema, { io: 'input', override: keepExamples }));
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(typeof description === 'string' && { description }),
    schema: rest,
  }));
}

export const refTo = (name: string) => ({ $ref: PREFIX + name });

function answerName({ id, answers }: Operation, status: string): string {
  const withBody = Object.values(answers).filter(({ schema }) => schema !== undefined);
  return `${toPascal(id)}Answer${withBody.length > 1 ? status : ''}`;
}

const toPascal = (id: string) => id.charAt(0).toUpperCase() + id.slice(1);

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
