import fc from 'fast-check';
import { z } from 'zod';
import { pick, type Random } from '../../src/register/seed-random.ts';
import { NOON } from '../support/admin.ts';
import type { KnownValues } from './known-values.ts';
import { nearby, type Relations } from './relations.ts';

export interface MakeDeps {
  random: Random;
  known: KnownValues;
  components: Readonly<Record<string, unknown>>;
  /** Of whoever asks. */
  relations: Relations;
  /** Personal numbers of the register: they may be sent, and never come back. */
  personal: readonly string[];
}

const schemaForm = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  examples: z.array(z.unknown()).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  required: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});
type Form = z.output<typeof schemaForm>;

const DAY_MS = 86_400_000;
const chance = (random: Random, share: number) => random() < share;

/** A value that fits a schema of the description, mostly of things that the register knows. */
export function makeValue(schema: unknown, deps: MakeDeps, name = ''): unknown {
  const form = schemaForm.parse(schema);
  const { random } = deps;
  if (form.$ref !== undefined) return makeValue(deps.components[form.$ref.split('/').at(-1) ?? ''], deps, name);
  if (form.const !== undefined) return form.const;
  if (form.enum) return pick(random, form.enum);
  const forms = form.anyOf ?? form.oneOf;
  if (forms) return makeValue(pick(random, forms), deps, name);
  const type = Array.isArray(form.type) ? pick(random, form.type) : form.type;
  if (type === 'object') return makeObject(form, deps);
  if (type === 'array') return makeList(form, deps, name);
  if (type === 'boolean') return chance(random, 0.5);
  if (type === 'integer' || type === 'number') return makeNumber(form, deps, name);
  return type === 'null' ? null : makeText(form, deps, name);
}

function makeObject({ properties = {}, required = [] }: Form, deps: MakeDeps): Record<string, unknown> {
  const share = pick(deps.random, [0.02, 0.1, 0.3, 0.8]);
  const chosen = Object.entries(properties).filter(([name]) => required.includes(name) || chance(deps.random, share));
  return Object.fromEntries(chosen.map(([name, schema]) => [name, makeValue(schema, deps, name)]));
}

function makeList({ items, minItems = 0, maxItems = 3 }: Form, deps: MakeDeps, name: string): unknown[] {
  const length = Math.min(maxItems, minItems + Math.floor(deps.random() * 3));
  return Array.from({ length }, () => makeValue(items ?? {}, deps, name));
}

function makeNumber({ minimum = 0, maximum = 50 }: Form, { random, known }: MakeDeps, name: string): number {
  const found = known.find(random, name);
  if (typeof found === 'number' && chance(random, 0.5)) return found;
  if (chance(random, 0.2)) return pick(random, [minimum, maximum]);
  return Math.floor(minimum + random() * (Math.min(maximum, minimum + 100) - minimum + 1));
}

function makeText(form: Form, deps: MakeDeps, name: string): string {
  const { random, known, personal } = deps;
  const near = nearby(random, deps.relations, name);
  if (near !== undefined) return near;
  const isParty = String(form.examples?.[0] ?? '').startsWith('urn:nl:');
  if (isParty) return chance(random, 0.8) ? known.party(random) : pick(random, personal);
  const found = known.find(random, name);
  if (typeof found === 'string' && chance(random, 0.85)) return found;
  if (form.format === 'date-time') return new Date(NOON + Math.floor((random() * 2000 - 300) * DAY_MS)).toISOString();
  if (form.format === 'date') return new Date(NOON - Math.floor(random() * 20_000 * DAY_MS)).toISOString().slice(0, 10);
  if (form.examples && chance(random, 0.5)) return String(pick(random, form.examples));
  if (form.pattern !== undefined) return matching(form.pattern, random);
  const { minLength = 0, maxLength = 40 } = form;
  const text = pick(random, TEXTS).repeat(chance(random, 0.05) ? 30 : 1);
  return text.slice(0, maxLength).padEnd(minLength, 'x');
}

function matching(pattern: string, random: Random): string {
  const seed = Math.floor(random() * 0x7fffffff);
  return fc.sample(fc.stringMatching(new RegExp(pattern)), { seed, numRuns: 1 })[0] ?? '';
}

const TEXTS = [
  'Wegens ziekte',
  'x',
  "'; drop table mandates; --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '\u0000',
  '\u202e\ufeff',
  '👩‍⚖️ é ﬁ',
  '%s%n{{7*7}}',
  'a'.repeat(300),
  '=cmd()|',
  '\r\nset-cookie: a=b',
];

/** The same value with one thing wrong in it. */
export function spoil(value: unknown, deps: MakeDeps): unknown {
  const { random } = deps;
  if (Array.isArray(value) && value.length > 0 && chance(random, 0.7)) {
    const at = Math.floor(random() * value.length);
    return value.map((one, index) => (index === at ? spoil(one, deps) : one));
  }
  const fields = z.record(z.string(), z.unknown()).safeParse(value);
  if (fields.success && chance(random, 0.85)) return spoilField(fields.data, deps);
  return pick(random, JUNK)(deps);
}

function spoilField(fields: Record<string, unknown>, deps: MakeDeps): unknown {
  const { random } = deps;
  const names = Object.keys(fields);
  if (names.length === 0 || chance(random, 0.2)) return { ...fields, [pick(random, NAMES)]: pick(random, JUNK)(deps) };
  const name = pick(random, names);
  if (chance(random, 0.25)) return Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name));
  return { ...fields, [name]: spoil(fields[name], deps) };
}

const NAMES = ['unknown', '', '__proto__', 'constructor', 'a/b~c', 'x'.repeat(100)];
const JUNK: ((deps: MakeDeps) => unknown)[] = [
  () => null,
  () => -1,
  () => 1e308,
  () => 0.5,
  () => '',
  () => [],
  () => ({}),
  () => true,
  () => 'x'.repeat(5000),
  ({ random }) => pick(random, TEXTS),
  ({ random, personal }) => pick(random, personal),
  ({ random, known }) => known.party(random),
  () => '00000000-0000-0000-0000-000000000000',
  () => '9999-12-31T23:59:59Z',
  () => '0000-01-01T00:00:00Z',
  () => Array.from({ length: 101 }, () => 'x'),
];
