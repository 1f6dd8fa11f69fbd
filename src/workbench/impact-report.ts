import type { RuleNote } from '../domain/explanation.ts';
import { IMPACTS, type Impact, type ImpactGroup, listGroups, type Tally } from './impact-tally.ts';

const HEADINGS: Record<Impact, string> = {
  deny_to_allow: 'WIDER: denied before, now allowed',
  allow_to_deny: 'NARROWER: allowed before, now denied',
  failed: 'BROKEN: no decision at all',
  reasons: 'Denied for other reasons',
  details: 'Answered with other details',
};

/** Ways of changing printed of each impact, services and examples of each way; JSON has them all. */
const SHOWN = { ways: 20, services: 5, examples: 3 };

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
  const ways = waysOf(listGroups(tally));
  const parts = IMPACTS.filter((impact) => tally.changed[impact] > 0).map((impact) => {
    const own = ways.filter((way) => way.impact === impact);
    const shown = own.slice(0, SHOWN.ways).map((way) => wayText(way, rules, showExample));
    const more = own.length > SHOWN.ways ? [`  … and ${own.length - SHOWN.ways} more: --json lists them`] : [];
    return [`${HEADINGS[impact]}: ${count(tally.changed[impact])}`, ...shown, ...more].join('\n');
  });
  if (tally.unlisted > 0) parts.push(`${count(tally.unlisted)} more are of groups too many to list`);
  return [`${count(tally.same)} of ${count(tally.compared)} decisions stay the same`, ...parts].join('\n\n');
}

/** One way of changing, at all services where it occurs. */
interface Way<E> extends Omit<ImpactGroup<E>, 'service'> {
  services: [service: string, count: number][];
}

/** The same reasons by the same rules, whatever the service; the largest first within an impact. */
function waysOf<E>(groups: readonly ImpactGroup<E>[]): Way<E>[] {
  const ways = new Map<string, Way<E>>();
  for (const { service, ...group } of groups) {
    const key = JSON.stringify([group.impact, group.lost, group.gained, group.fields]);
    const way = ways.get(key);
    if (way === undefined) ways.set(key, { ...group, services: [[service, group.count]] });
    else {
      way.count += group.count;
      way.services.push([service, group.count]);
      way.rules = [...new Set([...way.rules, ...group.rules])].sort();
      way.examples = [...way.examples, ...group.examples];
    }
  }
  return [...ways.values()].sort((a, b) => b.count - a.count);
}

function wayText<E>(
  way: Way<E>,
  rules: Readonly<Record<string, RuleNote>>,
  showExample: (example: E) => string,
): string {
  const { services, examples } = way;
  const more = services.length - SHOWN.services;
  return [
    `  ${count(way.count)} × ${whatChanged(way)}`,
    ...way.rules.map((rule) => `    by ${rule}${rules[rule] ? `: ${rules[rule].title}` : ''}`),
    ...services.slice(0, SHOWN.services).map(([name, times]) => `    ${count(times)} at ${name || 'no service found'}`),
    ...(more > 0 ? [`    … and at ${more} more services`] : []),
    ...examples.slice(0, SHOWN.examples).map((example) => `    e.g. ${showExample(example)}`),
  ].join('\n');
}

function whatChanged({ impact, lost, gained, fields }: Way<unknown>): string {
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
