import type { RuleNote } from '../domain/explanation.ts';
import { IMPACTS, type Impact, type ImpactGroup, listGroups, type Tally } from './impact-tally.ts';

const HEADINGS: Record<Impact, string> = {
  deny_to_allow: 'WIDER: denied before, now allowed',
  allow_to_deny: 'NARROWER: allowed before, now denied',
  failed: 'BROKEN: no decision at all',
  reasons: 'Denied for other reasons',
  details: 'Answered with other details',
};

/** Groups printed of each impact; JSON has them all. */
const SHOWN = 20;

/** What every report of an impact says, as JSON. */
export function impactJson<E>(tally: Tally<E>, rules: Readonly<Record<string, RuleNote>>) {
  const groups = listGroups(tally);
  const named = [...new Set(groups.flatMap((group) => group.rules))].sort();
  return {
    compared: tally.compared,
    same: tally.same,
    changed: tally.changed,
    groups,
    unlisted: tally.unlisted,
    rules: Object.fromEntries(named.flatMap((rule) => (rules[rule] ? [[rule, rules[rule].title]] : []))),
  };
}

/** The same for people: the gravest first, each group with the rule in its author's words and where to look. */
export function impactText<E>(
  tally: Tally<E>,
  rules: Readonly<Record<string, RuleNote>>,
  showExample: (example: E) => string,
): string {
  const groups = listGroups(tally);
  const parts = IMPACTS.filter((impact) => tally.changed[impact] > 0).map((impact) => {
    const own = groups.filter((group) => group.impact === impact);
    const shown = own.slice(0, SHOWN).map((group) => groupText(group, rules, showExample));
    const more = own.length > SHOWN ? [`  … and ${own.length - SHOWN} more groups: --json lists them`] : [];
    return [`${HEADINGS[impact]}: ${count(tally.changed[impact])}`, ...shown, ...more].join('\n');
  });
  if (tally.unlisted > 0) parts.push(`${count(tally.unlisted)} more are of groups too many to list`);
  return [`${count(tally.same)} of ${count(tally.compared)} decisions stay the same`, ...parts].join('\n\n');
}

function groupText<E>(
  group: ImpactGroup<E>,
  rules: Readonly<Record<string, RuleNote>>,
  showExample: (example: E) => string,
): string {
  return [
    `  ${count(group.count)} × ${group.service || 'no service found'}: ${whatChanged(group)}`,
    ...group.rules.map((rule) => `    by ${rule}${rules[rule] ? `: ${rules[rule].title}` : ''}`),
    ...group.examples.map((example) => `    e.g. ${showExample(example)}`),
  ].join('\n');
}

function whatChanged({ impact, lost, gained, fields }: ImpactGroup<unknown>): string {
  const said = [
    ...(lost.length > 0 ? [`no longer ${lost.join(', ')}`] : []),
    ...(gained.length > 0 ? [`${impact === 'failed' ? '' : 'now '}${gained.join(', ')}`] : []),
    ...fields,
  ];
  return said.join('; ') || 'no reason given';
}

export function count(n: number): string {
  return n.toLocaleString('en');
}
