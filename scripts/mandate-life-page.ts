/** docs/mandate-life.md, drawn from the steps that the code runs on. */
import { MANDATE_STATUSES } from '../src/domain/facts.ts';
import { STEPS, type Step } from '../src/domain/mandate-life.ts';

/** Words under which each act goes in the drawing. */
const labelOf = (act: string) => act.replace(/^mandate\./, '').replaceAll('_', ' ');

export function mandateLifePage(): string {
  return [
    HEAD,
    '```mermaid',
    'stateDiagram-v2',
    ...arrows(),
    '```',
    '',
    '## Every step',
    '',
    '| from | act | to | who |',
    '|---|---|---|---|',
    ...STEPS.map(({ from, act, to, who }) => `| ${from ?? ''} | \`${act}\` | ${to} | ${who} |`),
    TAIL,
  ].join('\n');
}

/** One arrow for all acts between the same two statuses, and one into each final status's end. */
function arrows(): string[] {
  const moves = new Map<string, Step[]>();
  for (const step of STEPS) {
    if (step.from === step.to) continue;
    const move = `${step.from ?? '[*]'} --> ${step.to}`;
    moves.set(move, [...(moves.get(move) ?? []), step]);
  }
  const final = MANDATE_STATUSES.filter((status) => STEPS.every(({ from }) => from !== status));
  return [
    ...[...moves].map(
      ([move, steps]) => `  ${move} : ${[...new Set(steps.map(({ act }) => labelOf(act)))].join(', ')}`,
    ),
    ...final.map((status) => `  ${status} --> [*]`),
  ];
}

const HEAD = `# The life of a mandate

Generated from \`src/domain/mandate-life.ts\`; \`npx vitest run test/unit/mandate-life.test.ts -u\` writes it anew.

For whoever administers mandates or builds upon the admin API. Every act of the API asks this one table, and the
register's own \`is_status_step\` agrees with it. Who may take a step, at which level and within which limits, the rules
in \`policies/admin\` decide; a step that is not here nobody takes (409 \`conflict\`). *Expired* is no status but a fact
about the clock: a mandate whose end has passed stays \`active\` and is good for nothing but renewal.
`;

const TAIL = `
## What goes with a step

- **Renewal** makes a new mandate that names the old by \`renews\` and begins where the old ends, or now. It is judged as
  a first grant: level, evidence, consents. The old one is not extended, and is renewed once at a time. An onward mandate
  is renewed under what renewed its parent for the same delegate.
- **Change** leaves the two ends, the kind, the ground and the beginning as they are, and never moves the end beyond five
  calendar years after the beginning. What is over is not changed back to life. A change by which somebody would no longer
  manage, or only within limits, is a dismissal as well. Where several must grant together, neither a change nor a
  reactivation waits for them: end the mandate and grant another.
- **Revocation** and whatever else ends a mandate reaches those passed on from it in the same transaction; mandates of
  co-holders are suspended until somebody has looked. A renewal that has not begun stops with what it renews, by revocation
  as by suspension, and is reactivated by itself. The answer lists all of these.
- **Reactivation** does not undo what a court, a service owner or an intervention suspended, unless they ask for it; nor
  while the authority of a co-holder has stopped; nor what is over.
- **Suspension** has no end of its own: lifting it asks for a manager or legal representative at full strength (R76).
- **Transfer** ends the old mandate and begins the new delegate's for the time that is left, in one transaction.
- **Bulk** revocation and transfer take up to 10,000 mandates, by ids or by a filter that names a party at one end; each is
  judged by the rules, all or nothing. With \`dry_run\` they only count. A mandate and one passed on from it are not
  transferred together.
- **A confirmation of a set** names the version that was shown; if the set has moved on since, it is refused.

## Managers and their limits

A manager holds an \`employee\` mandate on the register's own service *manage mandates*, and everything that limits him
stands in it: its \`loa\` is his ceiling, its \`branches\` are those whose mandates he manages, and its \`operations\` are
\`all\` or, for each service whose mandates he manages, \`service:\` and the ServiceUUID. (\`cases\` would not do: mandates for
single cases are found by their case only.) Managers who are limited do not count as the one that a party keeps.

## How changes at the same time go together

Everything that may change along with a mandate has the same represented: onward mandates, those of co-holders, the
managers of whom one must stay. Whoever changes a mandate therefore takes its represented for the length of his
transaction, then its parties, then the row; a bulk act on more than 64 represented takes them all. So two dismissals of
two last managers come one after the other, and the second is refused. \`If-Match\` is compared after that, under the lock.
It is asked for every act on one mandate but suspension, revocation and renunciation, where it is optional: there speed and
safety matter more than what one has seen.
`;
