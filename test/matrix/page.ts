import type { Capacity } from '../../src/domain/administration.ts';
import type { Attempt } from './attempt.ts';
import { type Level, LINES, type Line } from './who-may-what.ts';

/** docs/who-may-what.md: the table of the matrix for people. */

const COLUMNS: readonly [Capacity, string][] = [
  ['self', 'himself'],
  ['legal_representative', 'by law'],
  ['manager', 'manager'],
  ['proxy', 'proxy'],
  ['delegate', 'delegate'],
  ['service_owner', 'service owner'],
  ['court', 'court'],
  ['registrar', 'registrar'],
];

const WORDS: Readonly<Record<Level, string>> = {
  eh2: 'eh2',
  eh3: 'eh3',
  mandate: 'mandate’s',
  unsigned: 'mandate’s, unsigned',
  ending: 'ending',
  known: 'any known',
  any: 'any',
  system: 'yes',
};

const INTRODUCTION = `# Who may do what

Generated from \`test/matrix/who-may-what.ts\`; \`npx vitest run test/matrix/table.test.ts -u\` writes it anew. For
managers, service owners and auditors. The table was written from the requirements and the design, without the rules in
\`policies/admin\`; a test lets everybody attempt every operation of the admin API with every level of login, for his own
party and for others, and compares. Exactly what stands here succeeds. Whatever is refused leaves nothing behind, and who
may not see a mandate is answered as if there were none.

**Columns.** *Himself*: a person for himself. *By law*: signatory, owner, curator, bewindvoerder, mentor, parent. *Manager*:
by a mandate on the register’s own service *manage mandates*. *Proxy*: who manages for a legal representative. *Delegate*:
the other end of the mandate, or who represents or manages for it. The others are systems with a certificate or key.

**Levels** of the login. *Mandate’s*: that of the mandate, as it stands and as it would stand; at eh4 the request carries a
qualified signature (R88, R96, R97). *Mandate’s, unsigned*: the same without the signature, for what binds nobody yet.
*Ending*: eh2 for mandates up to eh2plus, eh3 above (R102). Who manages for another besides needs the level that the
service *manage mandates* asks, except to look or to end (the example register asks eh3). Below eh2 nothing is done, but
for a suspension that says why (R103).

**Together.** Who may only act together with others: *does it* alone, takes a first step that *waits* for them, or *cannot*
(R51).

**Limits.** A manager manages nothing above his own level where his *ceiling* binds (R86), nothing beyond his branches and
services anywhere (R37, R57), and a search shows him what lies within. A bewindvoerder manages mandates on assets, a mentor
those on personal care; a person under bewind those on the rest, and a person under curatele none, though both see their own
(R118, R122). What the law gives, a court or the registrar grants and ends; what a public organisation appointed, that
organisation.
`;

export function whoMayWhat(attempts: readonly Attempt[]): string {
  const head = ['act', ...COLUMNS.map(([, words]) => words), 'together', 'ceiling', 'requirements'];
  const rows = LINES.map((line) => row(line));
  const notes = LINES.filter(({ only }) => only).map(
    ({ words, only }) =>
      `- *${words}*: ${COLUMNS.flatMap(([capacity, name]) => (only?.[capacity] ? [`${name}: ${only[capacity]}`] : [])).join('; ')}.`,
  );
  const operations = LINES.map(({ line, words }) => {
    const ids = new Set(attempts.filter((one) => one.line === line).map(({ operation }) => operation));
    return `| ${words} | ${[...ids]
      .sort()
      .map((id) => `\`${id}\``)
      .join(', ')} |`;
  });
  return [
    INTRODUCTION,
    table(head, rows),
    '\n## Only\n',
    ...notes,
    '\n## By which operations\n',
    '| act | operations |\n|---|---|',
    ...operations,
    '',
  ].join('\n');
}

function row({ words, may, alone, ceiling, requirements }: Line): string[] {
  const cells = COLUMNS.map(([capacity]) => {
    const level = may[capacity];
    return level === undefined ? '' : WORDS[level];
  });
  return [words, ...cells, alone ?? '', ceiling ? 'binds' : '', requirements.join(', ')];
}

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
