/**
 * `tsx loadtest/constructs.ts`: what single constructs of Rego cost in WebAssembly, each asked of twenty items, without what
 * asking the items costs by itself. Of all rounds the lowest p50 counts, for a shared machine only ever adds to it.
 * Prints, and judges nothing.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, parseBundle } from '../src/policy/bundle.ts';
import { makeRawInstance } from '../src/policy/raw-instance.ts';
import { compile, pack } from '../src/workbench/compile.ts';
import { readFolder } from '../src/workbench/folder.ts';
import { makeToolbox } from '../src/workbench/toolbox.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 40);
const EVALUATIONS = 500;
const ITEMS = 20;

/** What is asked of each item; all of them hold. */
const CONSTRUCTS: [construct: string, body: string][] = [
  ['nothing', 'true'],
  ['a field compared: one.n >= 0', 'one.n >= 0'],
  ['a text compared: one.kind == "employee"', 'one.kind == "employee"'],
  ['arithmetic: one.n + 1 > 0', 'one.n + 1 > 0'],
  ['a table in data.json: data.tables.kinds[one.kind]', 'data.tables.kinds[one.kind]'],
  ['a function: _is_n(one)', '_is_n(one)'],
  ['its negation: not _is_not_n(one)', 'not _is_not_n(one)'],
  ['a function of three clauses, the last holds', '_last(one)'],
  ['the same with else', '_else(one)'],
  ['a rule without arguments, asked again', '_flag'],
  ['a set written in the rule, five long', 'one.kind in {"a", "b", "c", "d", "employee"}'],
  ['a list written in the rule, five long', 'one.kind in ["a", "b", "c", "d", "employee"]'],
  ['every one of three: every x in one.list', 'every x in one.list {\n\t\tx >= 0\n\t}'],
  ['a comprehension of three', '[x | some x in one.list] != []'],
  ['a set of them', '{x | some x in one.list} != set()'],
  ['an object made: {"a": one.n, "b": one.kind}', '{"a": one.n, "b": one.kind} != {}'],
  ['object.union of two', 'object.union(one, {"b": 1}) != {}'],
  ['startswith(one.kind, "emp")', 'startswith(one.kind, "emp")'],
  ['another input: _other with input as one', '_other with input as one'],
];

const RULES = `# METADATA
# title: Single constructs
package authz

# METADATA
# title: How many items
# entrypoint: true
decision := {"decision": true, "context": {"items": count(_items)}}

_is_n(item) if item.n >= 0

_is_not_n(item) if item.n < 0

_last(item) if item.n < 0

_last(item) if item.kind == "business"

_last(item) if item.kind == "employee"

_else(item) if item.n < 0

else if item.kind == "business"

else if item.kind == "employee"

_flag if input.flag == true

_other if input.n >= 0
${CONSTRUCTS.map(([, body], index) => `\n_items := [1 | some one in input.items; ${body}] if input.asks == ${index}\n`).join('')}`;

async function bundleOf(rules: string): Promise<Bundle> {
  const above = mkdtempSync(join(tmpdir(), 'constructs-'));
  try {
    const folder = join(above, 'rules');
    mkdirSync(join(folder, 'authz'), { recursive: true });
    writeFileSync(join(folder, 'authz/decision.rego'), rules);
    writeFileSync(join(folder, '.manifest'), '{ "roots": ["authz", "tables"], "metadata": { "input": "authzen" } }');
    writeFileSync(join(folder, 'data.json'), '{"tables": {"kinds": {"employee": true, "business": true}}}');
    const { files, result } = await compile({ folder: readFolder(folder), run: makeToolbox(process.env) });
    if (files === undefined) throw new Error(result.complaints.map(({ says }) => says).join('\n'));
    return parseBundle(pack(files, []));
  } finally {
    rmSync(above, { recursive: true, force: true });
  }
}

const items = Array.from({ length: ITEMS }, (_, n) => ({ n, kind: 'employee', list: [n, n + 1, n + 2] }));
const { module, data, entrypoint } = await bundleOf(RULES);
const instance = makeRawInstance(module, data, entrypoint);
const subjects = [
  ...CONSTRUCTS.map(([construct], asks) => ({ construct, json: JSON.stringify({ asks, flag: true, items }) })),
  { construct: '1000 more bytes to read', json: JSON.stringify({ asks: 0, flag: true, items, more: padding() }) },
].map((one) => ({ ...one, p50: Infinity }));

for (let round = 0; round < ROUNDS; round++) for (const subject of subjects) measure(subject);
const base = subjects[0]?.p50 ?? Number.NaN;
console.table(
  subjects.map(({ construct, p50 }, index) => ({
    construct,
    'µs each': (index === 0 ? base / ITEMS : (p50 - base) / (index < CONSTRUCTS.length ? ITEMS : 1)).toFixed(2),
  })),
);

function measure(subject: (typeof subjects)[number]): void {
  const samples = new Float64Array(EVALUATIONS);
  for (let i = 0; i < EVALUATIONS; i++) {
    const started = performance.now();
    instance.evaluate(subject.json);
    samples[i] = performance.now() - started;
  }
  subject.p50 = Math.min(subject.p50, (samples.toSorted()[EVALUATIONS / 2] ?? Number.NaN) * 1000);
}

/** As facts are: short fields. */
function padding(): object {
  return Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`field_${n + 10}`, 'abcdef']));
}
