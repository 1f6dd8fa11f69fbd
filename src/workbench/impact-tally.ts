import type { Difference, DifferenceKind } from '../domain/difference.ts';

/** What became of decisions under another bundle: the gravest first: as `Difference`, or `failed` where it gives no decision at all. */
export const IMPACTS = ['deny_to_allow', 'allow_to_deny', 'failed', 'reasons', 'details'] as const satisfies (
  | DifferenceKind
  | 'failed'
)[];
export type Impact = (typeof IMPACTS)[number];

/** Decisions about one service that changed in the same way. `E` says where an example is found. */
export interface ImpactGroup<E> {
  impact: Impact;
  /** ServiceID; empty: none was found. */
  service: string;
  lost: string[];
  gained: string[];
  fields: string[];
  /** `package.rule`, of those that speak to the reasons. */
  rules: string[];
  count: number;
  /** The first ones. */
  examples: E[];
}

/** Everything counted, in memory that does not grow with what is counted; may go from thread to thread. */
export interface Tally<E> {
  compared: number;
  same: number;
  changed: Record<Impact, number>;
  groups: Map<string, ImpactGroup<E>>;
  /** Changed decisions of groups that came when there were already too many to list. */
  unlisted: number;
}

export interface Change<E> extends Omit<Difference, 'kind'> {
  impact: Impact;
  service: string;
  example: E;
  /** Asked only where they are not known of the group: finding them takes another evaluation. */
  rules: () => string[];
}

const MAX_GROUPS = 2000;
/** Of so many decisions of a group the rules are asked: the same reason may come of several. */
const ASK_RULES_OF = 3;

export function makeTally<E>(): Tally<E> {
  const changed = { deny_to_allow: 0, allow_to_deny: 0, reasons: 0, details: 0, failed: 0 };
  return { compared: 0, same: 0, changed, groups: new Map(), unlisted: 0 };
}

export function countSame<E>(tally: Tally<E>): void {
  tally.compared += 1;
  tally.same += 1;
}

export function countChange<E>(tally: Tally<E>, change: Change<E>, maxExamples: number): void {
  const { impact, service, lost, gained, fields, example } = change;
  tally.compared += 1;
  tally.changed[impact] += 1;
  const empty = { impact, service, lost, gained, fields, rules: [], count: 0, examples: [] };
  const group = groupIn(tally, keyOf(change), empty);
  if (group === undefined) {
    tally.unlisted += 1;
    return;
  }
  group.count += 1;
  if (group.count <= ASK_RULES_OF) group.rules = union(group.rules, change.rules());
  if (group.examples.length < maxExamples) group.examples.push(example);
}

/** Adds what was counted behind it. */
export function addTally<E>(tally: Tally<E>, next: Tally<E>, maxExamples: number): void {
  tally.compared += next.compared;
  tally.same += next.same;
  tally.unlisted += next.unlisted;
  for (const impact of IMPACTS) tally.changed[impact] += next.changed[impact];
  for (const [key, from] of next.groups) {
    const group = groupIn(tally, key, { ...from, rules: [], count: 0, examples: [] });
    if (group === undefined) {
      tally.unlisted += from.count;
      continue;
    }
    group.count += from.count;
    group.rules = union(group.rules, from.rules);
    group.examples.push(...from.examples.slice(0, maxExamples - group.examples.length));
  }
}

/** The gravest impact first, then the largest group. */
export function listGroups<E>({ groups }: Tally<E>): ImpactGroup<E>[] {
  return [...groups.values()].sort(
    (a, b) =>
      IMPACTS.indexOf(a.impact) - IMPACTS.indexOf(b.impact) || b.count - a.count || (keyOf(a) < keyOf(b) ? -1 : 1),
  );
}

export function countChanged({ changed }: Tally<unknown>): number {
  return Object.values(changed).reduce((sum, count) => sum + count, 0);
}

function groupIn<E>({ groups }: Tally<E>, key: string, empty: ImpactGroup<E>): ImpactGroup<E> | undefined {
  const known = groups.get(key);
  if (known !== undefined || groups.size >= MAX_GROUPS) return known;
  groups.set(key, empty);
  return empty;
}

function keyOf({
  impact,
  service,
  lost,
  gained,
  fields,
}: Pick<ImpactGroup<unknown>, 'impact' | 'service'> & Omit<Difference, 'kind'>): string {
  return [impact, service, lost.join(), gained.join(), fields.join()].join(' ');
}

function union(some: readonly string[], others: readonly string[]): string[] {
  return [...new Set([...some, ...others])].sort();
}
