import { z } from 'zod';

interface Schema {
  [key: string]: unknown;
}

const asSchema = (value: unknown): Schema => Object(value);

/**
 * An input in which every field that a schema knows is there once: editors complete `input.` by it, and offer to
 * evaluate a rule on it.
 * @param schema JSON Schema as `opa check` reads it: own definitions, no references to elsewhere
 */
export function sampleOf(schema: unknown): unknown {
  const definitions = asSchema(asSchema(schema).definitions);
  return sample(asSchema(schema), { definitions, within: [] });
}

interface Walk {
  definitions: Schema;
  /** Definitions that are being written: what holds itself is written once. */
  within: string[];
}

function sample(schema: Schema, walk: Walk): unknown {
  const { $ref, allOf, anyOf, oneOf, enum: names, const: only, type } = schema;
  if (typeof $ref === 'string') return referred($ref, walk);
  for (const choice of [allOf, oneOf, anyOf]) {
    if (Array.isArray(choice)) return sample(asSchema(fullest(choice)), walk);
  }
  if (Array.isArray(names)) return names[0];
  if (only !== undefined) return only;
  if (type === 'object') return objectOf(schema, walk);
  if (type === 'array') return [sample(asSchema(schema.items), walk)];
  return PLAIN[String(type)] ?? null;
}

const PLAIN: Readonly<Record<string, unknown>> = { string: '…', integer: 1_795_258_800_000, number: 1, boolean: true };

/** Of several forms the one that says most: a list rather than a word for all. */
function fullest(choices: readonly unknown[]): unknown {
  const weight = (choice: unknown) => JSON.stringify(choice).length + (asSchema(choice).type === 'array' ? 1000 : 0);
  return [...choices].sort((a, b) => weight(b) - weight(a))[0];
}

function referred(reference: string, walk: Walk): unknown {
  const definition = z.string().parse(reference.split('/').at(-1));
  if (walk.within.includes(definition)) return {};
  const within = [...walk.within, definition];
  return sample(asSchema(walk.definitions[definition]), { ...walk, within });
}

function objectOf({ properties, propertyNames, additionalProperties }: Schema, walk: Walk): unknown {
  const own = Object.entries(asSchema(properties)).map(([key, value]) => [key, sample(asSchema(value), walk)]);
  if (own.length > 0) return Object.fromEntries(own);
  const [key = 'name'] = Array.isArray(asSchema(propertyNames).enum) ? (asSchema(propertyNames).enum as string[]) : [];
  return typeof additionalProperties === 'object' ? { [key]: sample(asSchema(additionalProperties), walk) } : {};
}
