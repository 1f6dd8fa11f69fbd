import { DIFFERENCES, type Difference, type DifferenceKind } from '../domain/difference.ts';

/** Decisions about one service that the candidate answers otherwise in the same way. */
export interface ShadowGroup {
  difference: DifferenceKind;
  /** ServiceID; empty: none was found. */
  service: string;
  /** Reason codes that only the active policy gives, and only the candidate. */
  lost: string[];
  gained: string[];
  fields: string[];
  count: number;
  /** Ids of the first decisions: their records say the rest. */
  examples: string[];
}

export interface ShadowCounts {
  /** Revision of the policy that answered. */
  active: string;
  /** ISO 8601: when this comparison began. */
  since: string;
  compared: number;
  same: number;
  changed: Record<DifferenceKind, number>;
  groups: ShadowGroup[];
  /** Differences of groups too many to list. */
  unlisted: number;
}

const MAX_GROUPS = 100;
const MAX_EXAMPLES = 5;

/** What two policies made of the same questions; begins anew when another one has become active. */
export function makeShadowTally(now: () => number) {
  let counts = begin('');
  let groups = new Map<string, ShadowGroup>();

  function begin(active: string): Omit<ShadowCounts, 'groups'> {
    const changed = { deny_to_allow: 0, allow_to_deny: 0, reasons: 0, details: 0 };
    return { active, since: new Date(now()).toISOString(), compared: 0, same: 0, changed, unlisted: 0 };
  }

  function groupOf({ kind, lost, gained, fields }: Difference, service: string): ShadowGroup | undefined {
    const key = [kind, service, lost.join(), gained.join(), fields.join()].join(' ');
    const known = groups.get(key);
    if (known !== undefined || groups.size >= MAX_GROUPS) return known;
    const group = { difference: kind, service, lost, gained, fields, count: 0, examples: [] };
    groups.set(key, group);
    return group;
  }

  return {
    add(active: string, decision: string, service: string, difference: Difference | undefined): void {
      if (active !== counts.active) {
        counts = begin(active);
        groups = new Map();
      }
      counts.compared += 1;
      if (difference === undefined) {
        counts.same += 1;
        return;
      }
      counts.changed[difference.kind] += 1;
      const group = groupOf(difference, service);
      if (group === undefined) {
        counts.unlisted += 1;
        return;
      }
      group.count += 1;
      if (group.examples.length < MAX_EXAMPLES) group.examples.push(decision);
    },
    counts(): ShadowCounts {
      const listed = [...groups.values()].sort(
        (a, b) => DIFFERENCES.indexOf(a.difference) - DIFFERENCES.indexOf(b.difference) || b.count - a.count,
      );
      return { ...counts, groups: listed };
    },
  };
}
