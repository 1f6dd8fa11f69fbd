import { z } from 'zod';
import type { JsonSchema } from './openapi-schemas.ts';

const node = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  examples: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  minimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  items: z.record(z.string(), z.unknown()).optional(),
  minItems: z.number().optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
  oneOf: z.array(z.record(z.string(), z.unknown())).optional(),
  allOf: z.array(z.record(z.string(), z.unknown())).optional(),
});

/** Nothing is known that would do. */
const NONE = Symbol('no example');

/**
 * A body that fits a schema: its own example, or one put together of the examples of its parts. Fields that may be left
 * out are left out, unless a part of theirs has an example.
 */
export function exampleOf(schema: JsonSchema, components: Record<string, JsonSchema>): unknown {
  const found = exampleFor(schema, components, 0);
  return found === NONE ? undefined : found;
}

function exampleFor(schema: JsonSchema, components: Record<string, JsonSchema>, depth: number): unknown {
  if (depth > 8) return NONE;
  const part = node.parse(schema);
  const inner = (one: JsonSchema) => exampleFor(one, components, depth + 1);
  if (part.$ref !== undefined) return inner(components[part.$ref.split('/').at(-1) ?? ''] ?? {});
  if (part.examples?.[0] !== undefined) return part.examples[0];
  if (part.const !== undefined) return part.const;
  if (part.default !== undefined) return part.default;
  if (part.enum) return part.enum[0] ?? NONE;
  const forms = part.anyOf ?? part.oneOf ?? part.allOf;
  if (forms) return forms.map(inner).find((one) => one !== NONE) ?? NONE;
  if (part.properties) return objectOf(part.properties, part.required ?? [], inner);
  if (part.items) {
    const item = inner(part.items);
    if (item !== NONE) return [item];
    return part.minItems ? NONE : [];
  }
  return scalarOf(part);
}

function objectOf(
  properties: Record<string, JsonSchema>,
  required: readonly string[],
  inner: (one: JsonSchema) => unknown,
): unknown {
  const fields: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const needed = required.includes(name);
    if (!needed && !('examples' in schema)) continue;
    const value = inner(schema);
    if (value !== NONE) fields[name] = value;
    else if (needed) return NONE;
  }
  return fields;
}

function scalarOf({ type, format, pattern, minLength, minimum }: z.output<typeof node>): unknown {
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum !== undefined && minimum > 0 ? minimum : 1;
  if (type === 'object') return {};
  if (type !== 'string') return NONE;
  if (format === 'date') return '2026-12-01';
  if (format === 'date-time') return '2026-12-01T00:00:00Z';
  if (format === 'uuid') return '3a000000-0000-4000-8000-000000000001';
  const text = 'As the file shows'.padEnd(minLength ?? 0, '.');
  return pattern === undefined || new RegExp(pattern).test(text) ? text : NONE;
}
