import { z } from 'zod';
import type { JsonSchema } from './openapi-schemas.ts';

/** One field of a body, as a reader wants to see it. */
export interface Field {
  /** `page.limit`, `items[].name` */
  name: string;
  type: string;
  required: boolean;
  description: string;
}

const schemaForm = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  format: z.string().optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  items: z.record(z.string(), z.unknown()).optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
  oneOf: z.array(z.record(z.string(), z.unknown())).optional(),
  additionalProperties: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  maxLength: z.number().optional(),
});
type Form = z.output<typeof schemaForm>;

/** The fields of a schema, those inside it indented by their path; a named schema is not opened again inside another. */
export function fieldsOf(schema: JsonSchema, prefix = ''): Field[] {
  const form = schemaForm.parse(schema);
  const forms = form.anyOf ?? form.oneOf;
  if (forms && !form.properties) return forms.flatMap((one) => fieldsOf(one, prefix));
  if (form.items) return fieldsOf(form.items, `${prefix}[]`);
  return Object.entries(form.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const inner = schemaForm.parse(field);
    const row = {
      name: path,
      type: typeOf(field),
      required: form.required?.includes(name) ?? false,
      description: describe(inner),
    };
    return [row, ...fieldsOf(field, path)];
  });
}

/** `string`, `list of Mandate (1 to 100)`, `'eh2' or 'eh3'` */
export function typeOf(schema: JsonSchema): string {
  const form = schemaForm.parse(schema);
  if (form.$ref !== undefined) return nameOf(form.$ref);
  const forms = form.anyOf ?? form.oneOf;
  if (forms) return [...new Set(forms.map(typeOf))].join(' or ');
  if (form.enum) return form.enum.map(String).join(', ');
  if (form.const !== undefined) return String(form.const);
  if (form.items) return `list of ${typeOf(form.items)}${range(form.minItems, form.maxItems)}`;
  return simple(form);
}

function simple({ type, format, minimum, maximum, maxLength }: Form): string {
  const name =
    format === 'date-time' ? 'RFC 3339' : (format ?? (Array.isArray(type) ? type.join(' or ') : (type ?? 'any')));
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  if (least !== undefined || most !== undefined) return `${name}${range(least, most)}`;
  return maxLength === undefined || format !== undefined ? name : `${name}${range(undefined, maxLength)}`;
}

function range(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return most === undefined ? '' : ` (at most ${most})`;
  return most === undefined ? ` (at least ${least})` : ` (${least} to ${most})`;
}

function describe({ description = '', default: unless }: Form): string {
  const isSmall = unless !== undefined && typeof unless !== 'object';
  return isSmall ? `${description} Default ${String(unless)}.`.trim() : description;
}

/** The last part of `#/components/schemas/Name`. */
export function nameOf(ref: string): string {
  return ref.split('/').at(-1) ?? '';
}
