import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One passage of a file that the author replaces; it must stand there exactly once. */
export interface Edit {
  file: string;
  from: string;
  to: string;
}

const CASES = 'test/conformance/cases/self.yaml';
const RULES = 'policies/authz/state/state.rego';
const TESTS = 'policies/authz/state/state_test.rego';

const NEXT_CASE = '- title: A citizen whose WSNP has ended acts for himself\n';

/** What should be answered, before any rule says so. */
export const CASE: Edit = {
  file: CASES,
  from: NEXT_CASE,
  to: `- title: In WSNP a person still arranges his own care
  requirements: [R113]
  register:
    parties: [{key: anna, kind: person, states: [{state: wsnp, since: 2026-01-01}]}]
  request: {actor: "@anna", loa: eh4, represented: "@anna", service: "@care"}
  expect: {allow: true, basis: self}

${NEXT_CASE}`,
};

const AS_IT_WAS = '_matters(fact, _) if fact.state != "bewind"\n';
const TOO_WIDE = '_matters(fact, _) if not fact.state in {"bewind", "wsnp"}\n';

/** A slip: what debt rescheduling does take away is forgotten. */
export const WIDE: Edit = { file: RULES, from: AS_IT_WAS, to: TOO_WIDE };

export const RIGHT: Edit = {
  file: RULES,
  from: TOO_WIDE,
  to: `${TOO_WIDE}
_matters(fact, service) if {
	fact.state == "wsnp"
	service.domain != "personal_care"
}
`,
};

/** The rule says so in words too, and a test beside it holds it to them. */
export const WORDS: Edit[] = [
  {
    file: RULES,
    from: '# description: Under curatele for everything, under bewind for assets; insolvent or dead too (R113, R118).',
    to: '# description: Under curatele everything, in WSNP all but care, under bewind assets; insolvent or dead too (R113, R118).',
  },
  {
    file: TESTS,
    from: 'test_stopping_where_assets_are_concerned[note] if {\n',
    to: `test_care_is_left_in_wsnp if {
	state.stopping_self(_at("wsnp", {}), {"domain": "personal_care"}) == set() with input as {"now": 10}
	state.stopping_self(_at("wsnp", {}), {"domain": "assets"}) == {"represented_in_wsnp"} with input as {"now": 10}
}

test_stopping_where_assets_are_concerned[note] if {
`,
  },
];

/** @throws Error when the passage is not there once: the rules have changed, and so must this walk */
export async function apply(folder: string, { file, from, to }: Edit): Promise<void> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
}

/** As a reviewer sees it. */
export function asDiff({ file, from, to }: Edit): string {
  const [before, after] = [from.trimEnd().split('\n'), to.trimEnd().split('\n')];
  const kept = new Set(before.filter((line) => after.includes(line)));
  const shown = [
    ...before.filter((line) => !kept.has(line)).map((line) => `-${line}`),
    ...after.map((line) => `${kept.has(line) ? ' ' : '+'}${line}`),
  ];
  return [`# ${file}`, ...shown].join('\n').replaceAll('\t', '    ');
}
