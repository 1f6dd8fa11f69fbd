import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { placeOf, regoFiles } from './folder.ts';
import { readJson, type StageDeps } from './stages.ts';
import { withFile } from './with-file.ts';

/** A rule that is a test (`test_…`), and when it holds. */
export interface TestRule {
  /** As tools name it. */
  file: string;
  /** `data`, the package, and the rule. */
  path: string[];
  name: string;
  /**
   * Of a table of cases, as it is written: the title of each, all of which must be among its values. `plain`: the rule
   * must be true. `other`: what it must be is for `opa test` to say.
   */
  cases: readonly string[] | 'plain' | 'other';
}

const Term: z.ZodType<Term> = z.object({ type: z.string(), value: z.unknown() });
interface Term {
  type: string;
  value: unknown;
}
const Terms = z.array(Term);
const Some = z.object({ symbols: z.tuple([z.object({ type: z.literal('call'), value: Terms })]) });
const Rule = z.object({
  body: z.array(z.object({ terms: z.unknown() })),
  default: z.boolean().default(false),
  head: z.object({ ref: Terms, key: Term.optional() }),
  else: z.unknown().optional(),
});
const Modules = z.record(z.string(), z.object({ package: z.object({ path: Terms }), rules: z.array(Rule) }));

const MODULES = `{file: {"package": module.package, "rules": rules} |
  some file, text in input
  module := rego.parse_module(file, text)
  rules := [rule | some rule in module.rules; some part in rule.head.ref; startswith(part.value, "test_")]
}`;

/** Every test in the folder, read by OPA's own parser; undefined when it cannot be read. */
export async function readTestRules({ folder, run, signal, low }: StageDeps): Promise<TestRule[] | undefined> {
  const { cwd } = placeOf(folder);
  const sources = regoFiles(folder).map((file): [string, string] => [file, readFileSync(resolve(cwd, file), 'utf8')]);
  const tests = Object.fromEntries(sources.filter(([, text]) => text.includes('test_')));
  const { stdout } = await withFile(JSON.stringify(tests), (input) =>
    run('opa', ['eval', '--format', 'raw', '--input', input, MODULES], { cwd, signal, low }),
  );
  const read = Modules.safeParse(readJson(stdout));
  if (!read.success) return undefined;
  const bodies = Object.entries(read.data).flatMap(
    ([
      file,
      {
        package: { path },
        rules,
      },
    ]) => rules.map((rule) => testOf(file, path, rule)),
  );
  return joined(bodies);
}

function testOf(file: string, path: z.infer<typeof Terms>, rule: z.infer<typeof Rule>): TestRule {
  const parts = [...path, ...rule.head.ref].map(({ value }) => String(value));
  const at = parts.findIndex((part, index) => index >= path.length && part.startsWith('test_'));
  const name = parts.slice(path.length, at + 1).join('.');
  return { file, path: parts.slice(0, at + 1), name, cases: at === path.length ? casesOf(rule) : 'other' };
}

function casesOf({ head: { ref, key }, body, ...rule }: z.infer<typeof Rule>): TestRule['cases'] {
  const [, title, ...more] = ref;
  if (rule.else !== undefined || more.length > 0) return 'other';
  if (title === undefined) return key === undefined ? 'plain' : 'other';
  if (title.type !== 'var') return 'other';
  const titles = body.flatMap(({ terms }) => titlesIn(terms, title.value) ?? []);
  return titles.length > 0 ? titles : 'other';
}

/** Of `some [title, …] in [["one", …], …]`, `some title in ["one", …]` and `some title, … in {"one": …}`. */
function titlesIn(terms: unknown, title: unknown): string[] | undefined {
  const some = Some.safeParse(terms);
  if (!some.success) return undefined;
  const [operator, ...operands] = some.data.symbols[0].value;
  const member = Terms.safeParse(operator?.value).data?.at(-1)?.value;
  const [wanted, collection] = [operands[0], operands.at(-1)];
  const rows = rowsOf(collection);
  if (wanted === undefined || rows === undefined) return undefined;
  const isTitle = ({ type, value }: Term) => type === 'var' && value === title;
  if (isTitle(wanted)) {
    const own = member === 'member_3' ? collection?.type === 'object' : collection?.type === 'array';
    return own ? texts(rows) : undefined;
  }
  const pattern = wanted.type === 'array' ? Terms.safeParse(wanted.value).data?.[0] : undefined;
  if (member !== 'member_2' || collection?.type !== 'array' || pattern === undefined || !isTitle(pattern)) {
    return undefined;
  }
  return texts(
    rows.flatMap((row) => (row.type === 'array' ? (Terms.safeParse(row.value).data?.slice(0, 1) ?? []) : [row])),
  );
}

/** Items of a list; keys of an object. */
function rowsOf(collection: Term | undefined): Term[] | undefined {
  if (collection?.type === 'array') return Terms.safeParse(collection.value).data;
  if (collection?.type !== 'object') return undefined;
  return z
    .array(z.tuple([Term, Term]))
    .safeParse(collection.value)
    .data?.map(([key]) => key);
}

/** Undefined unless each is a text that stands there. */
function texts(terms: readonly Term[]): string[] | undefined {
  const found = terms.map(({ type, value }) => (type === 'string' && typeof value === 'string' ? value : undefined));
  return found.every((text) => text !== undefined) ? found : undefined;
}

/** Bodies of one test, which together give its values. */
function joined(bodies: readonly TestRule[]): TestRule[] {
  const tests = new Map<string, TestRule>();
  for (const body of bodies) {
    const id = JSON.stringify(body.path);
    const known = tests.get(id);
    tests.set(id, known === undefined ? body : { ...body, cases: bothCases(known.cases, body.cases) });
  }
  return [...tests.values()];
}

function bothCases(one: TestRule['cases'], other: TestRule['cases']): TestRule['cases'] {
  if (one === 'plain' && other === 'plain') return 'plain';
  return typeof one === 'object' && typeof other === 'object' ? [...one, ...other] : 'other';
}
