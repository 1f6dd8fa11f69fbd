import { z } from 'zod';
import { nearest } from './nearest-word.ts';

/** As OPA says it. */
export interface OpaError {
  code: string;
  message: string;
  details: unknown;
  file?: string;
  line?: number;
  column?: number;
}

export interface Words {
  says: string;
  hint?: string;
}

/** Why a built-in of Rego is not to be had, by the start of its name, and what to write instead. */
const MISSING: readonly [start: string, hint: string][] = [
  ['time.now_ns', 'the clock is input.now, in milliseconds since 1970'],
  ['time.', 'moments are whole milliseconds: compare them; data.calendar reckons with dates'],
  ['sprintf', 'answer with a reason code; its text stands in METADATA. Texts are joined by concat'],
  ['http.send', 'a rule reads what it is given: facts come in input, tables in data.json'],
  ['io.jwt.', 'whoever asks has been recognised before the rules are asked'],
  ['crypto.', 'a rule compares; keys and signatures are dealt with before the rules are asked'],
  ['regex.', 'of regular expressions there is regex.match; startswith, endswith and == are ten times cheaper'],
  ['rand.', 'the same question must always get the same answer'],
  ['uuid.', 'the same question must always get the same answer'],
  ['opa.runtime', 'a rule knows input and data, and nothing of where it runs'],
  ['print', 'ask the rule in a test instead'],
  ['trace', 'ask the rule in a test instead'],
  ['strings.any_', 'write: some part in parts; startswith(text, part)'],
  ['json.', 'object.union, object.remove and object.filter change objects'],
  ['object.subset', 'write: every name, value in part { whole[name] == value }'],
  ['semver.', 'levels and versions are ranked by a table in data.json'],
  ['units.', 'give the number itself, with its unit in the name'],
];

const Undefined = z.object({
  ref: z.array(z.object({ value: z.unknown() })),
  pos: z.number(),
  oneOf: z.array(z.string()).optional(),
});
const Types = z.object({ type: z.string().optional() });
const Match = z.object({ a: Types, b: Types });

type Rewrite = (error: OpaError, ...groups: string[]) => Words | undefined;

const REWRITES: readonly [pattern: RegExp, rewrite: Rewrite][] = [
  [
    /^undefined function (data\.\S+)$/,
    (_error, name) => ({ says: `there is no function ${name}`, hint: 'misspelt, or its file is missing?' }),
  ],
  [/^undefined function (\S+)$/, (_error, name = '') => missingFunction(name)],
  [/^undefined ref: (.+)$/, missingField],
  [
    /^var (\S+) is unsafe$/,
    (_error, name) => ({
      says: `nothing gives ${name} a value`,
      hint: 'misspelt, or is an import missing? (some … in, or :=, gives a value)',
    }),
  ],
  [/^rule (\S+) is recursive: (.+)$/, (_error, name, round) => ({ says: `${name} asks itself`, hint: round ?? '' })],
  [/^match error$/, mismatch],
  [/^assigned var (\S+) unused$/, (_error, name) => ({ says: `${name} is given a value that nothing uses` })],
  [/^import (\S+) unused$/, (_error, name) => ({ says: `${name} is imported and not used` })],
  [/^var (\S+) referenced above$/, (_error, name) => ({ says: `${name} is used before := gives it a value` })],
  [
    /^unexpected eof token/,
    () => ({
      says: 'the file ends in the middle of a rule',
      hint: 'is a } or ) missing, or the rest of an expression?',
    }),
  ],
  [
    /^unexpected (.+?)(?: token)?: expected (.+)$/,
    (_error, what, wanted = '') => ({
      says: `${what} cannot stand here: expected ${wanted.replace('\\n', 'a new line')}`,
      hint: 'is a bracket above it not closed?',
    }),
  ],
  [
    /^multiple default rules (\S+) found at (.+)$/,
    (_error, name, places) => ({ says: `${name} has two defaults`, hint: places ?? '' }),
  ],
  [
    /^conflicting rules? (\S+) found/,
    (_error, name) => ({ says: `${name} is written in two ways that do not go together` }),
  ],
  [
    /^complete rules must not produce multiple outputs$/,
    () => ({
      says: 'two bodies of this rule hold at once and answer differently',
      hint: 'join them by else, or make them exclude each other',
    }),
  ],
  [
    /^functions must not produce multiple outputs for same inputs$/,
    () => ({
      says: 'two bodies of this function hold at once and answer differently',
      hint: 'join them by else, or make them exclude each other',
    }),
  ],
];

/** OPA's own sentence, or a plainer one with what helps. */
export function inPlainWords(error: OpaError): Words {
  for (const [pattern, rewrite] of REWRITES) {
    const found = pattern.exec(error.message);
    const words = found && rewrite(error, ...found.slice(1));
    if (words) return words;
  }
  return { says: error.message };
}

function missingFunction(name: string): Words {
  const known = MISSING.find(([start]) => name.startsWith(start));
  if (known) return { says: `${name} is not available: rules run as WebAssembly`, hint: known[1] };
  return {
    says: `there is no function ${name}`,
    hint: 'misspelt, or one that WebAssembly does not have: policies/capabilities.json lists what there is',
  };
}

/** The name before the fault, the fault, and what could have stood there. */
function missingField({ details }: OpaError, ref = ''): Words {
  const parsed = Undefined.safeParse(details);
  if (!parsed.success) return { says: `there is no ${ref}` };
  const { ref: parts, pos, oneOf = [] } = parsed.data;
  const whole = parts
    .slice(0, pos)
    .map(({ value }) => String(value))
    .join('.');
  const field = String(parts[pos]?.value);
  const meant = nearest(field, oneOf);
  return {
    says: `${whole} has no field ${field}${meant === undefined ? '' : `: ${meant}?`}`,
    ...(oneOf.length > 0 && { hint: `it has ${oneOf.join(', ')}` }),
  };
}

function mismatch({ details }: OpaError): Words {
  const parsed = Match.safeParse(details);
  const [a, b] = [parsed.data?.a.type, parsed.data?.b.type];
  if (a === undefined || b === undefined) return { says: 'the two sides can never be equal' };
  return { says: `the two sides can never be equal: one is ${a}, the other ${b}` };
}
