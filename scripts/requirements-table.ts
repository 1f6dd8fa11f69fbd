import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JOBS } from '../src/administer/jobs/all-jobs.ts';
import { OPERATIONS } from '../src/http/admin/all-operations.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(ROOT, 'docs/requirements.md');
const HEADING = '## Through the admin API';

/** By what a requirement is met that no single operation serves. */
const ELSEWHERE: Readonly<Record<string, { by: string; shown: readonly string[] }>> = {
  R5: { by: 'every call is authenticated: `src/http/admin/auth/`', shown: ['admin-auth', 'admin-auth-tls'] },
  R87: { by: 'every call is authenticated: `src/http/admin/auth/`', shown: ['admin-auth', 'admin-http-frame'] },
  R135: { by: 'the register and its upkeep as a whole: `src/administer/`', shown: ['admin-parties', 'admin-life'] },
};

/** Tests by what operations are about. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  Grants: ['admin-grants', 'admin-grants-together'],
  'Mandate requests': ['admin-requests'],
  'Mandate offers': ['admin-offers'],
  Mandates: ['admin-life', 'admin-life-bulk', 'admin-life-http'],
  Managers: ['admin-managers'],
  Parties: ['admin-parties'],
  Identifications: ['admin-parties-identifications'],
  Employees: ['admin-employees'],
  Means: ['admin-means'],
  Interventions: ['admin-interventions'],
  Paper: ['admin-paper', 'admin-paper-working-days'],
  Services: ['admin-catalogue', 'admin-catalogue-import'],
  'Service sets': ['admin-catalogue-sets'],
  Insight: ['admin-insight', 'admin-insight-explanations', 'admin-clients'],
  Events: ['admin-events'],
  Notices: ['admin-notices'],
  Reconfirmations: ['admin-jobs'],
  Me: ['admin-http-me', 'admin-employees'],
};

interface Row {
  id: string;
  operations: string[];
  rules: string[];
  tests: string[];
}

/** The section of docs/requirements.md that says which operations, jobs and rules serve each requirement. */
export function requirementsSection(): string {
  const rows = servedRows().map(
    ({ id, operations, rules, tests }) =>
      `| ${id} | ${operations.join(', ')} | ${rules.map(tick).join(', ')} | ${tests.map(tick).join(', ')} |`,
  );
  return [
    HEADING,
    '',
    'What people, systems and jobs do for it, the rules of who may, and the tests. Made from the operations, jobs and rules',
    'that name the requirement; `npm run requirements` writes it anew.',
    '',
    '| id | operations and jobs | rules | shown by |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** The page with that section in its place. */
export function requirementsPage(): string {
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(HEADING);
  return `${(start === -1 ? page : page.slice(0, start)).trimEnd()}\n\n${requirementsSection()}`;
}

function servedRows(): Row[] {
  const rules = rulesByRequirement();
  const ids = Array.from({ length: 140 }, (_, index) => `R${index + 1}`);
  return ids.map((id) => toRow(id, rules.get(id) ?? [])).filter(({ operations }) => operations.length > 0);
}

function toRow(id: string, rules: string[]): Row {
  const operations = OPERATIONS.filter(({ requirements }) => requirements.includes(id));
  const jobs = JOBS.filter(({ requirements }) => requirements.includes(id));
  const elsewhere = ELSEWHERE[id];
  const tests = [
    ...operations.flatMap(({ tag }) => TESTS[tag] ?? [`no tests named for ${tag}`]),
    ...(jobs.length > 0 ? ['admin-jobs'] : []),
    ...(elsewhere?.shown ?? []),
  ];
  return {
    id,
    operations: [
      ...operations.map(({ method, path }) => tick(`${method.toUpperCase()} ${path}`)),
      ...jobs.map(({ name }) => `job ${tick(name)}`),
      ...(elsewhere ? [elsewhere.by] : []),
    ],
    rules,
    tests: [...new Set(tests)].map((name) => `test/integration/${name}.test.ts`),
  };
}

/** Packages of rules whose texts cite a requirement. */
function rulesByRequirement(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const folder = join(ROOT, 'policies/admin');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files.filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'))) {
    const text = readFileSync(join(folder, file), 'utf8');
    const [, name = ''] = /^package ([\w.]+)/m.exec(text) ?? [];
    for (const id of new Set(text.match(/\bR[0-9]{1,3}\b/g))) found.set(id, [...(found.get(id) ?? []), name]);
  }
  return found;
}

const tick = (text: string) => `\`${text}\``;
