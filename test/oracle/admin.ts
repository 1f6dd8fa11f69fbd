import { CAPACITIES } from '../../src/domain/administration.ts';
import type { AdminQuestion, AdminWorld } from '../../src/workbench/cases/act-world.ts';
import { act as actFailures, actOfManager } from './admin-failures.ts';
import { isOpenTo, mayAlone } from './admin-rights.ts';
import { byCapacity } from './admin-rules.ts';
import { findWays, type Way } from './admin-ways.ts';
import type { AdminAnswer } from './admin-world.ts';

/**
 * Decides who may manage, from the requirements alone: slow, plain and independent of the policy. Whether somebody may
 * manage for a party it asks of the oracle for decisions.
 */
export function decideAdmin(world: AdminWorld, question: AdminQuestion): AdminAnswer {
  const ways = findWays(world, question);
  const judged = ways
    .filter(({ role }) => mayNow(question, role))
    .map((way) => ({ way, failures: failuresOf(world, question, way) }));
  if (judged.length === 0) {
    const any = ways.some(({ role, failures }) => role !== 'person' && failures.length === 0);
    return denied([any ? 'not_for_this_capacity' : 'not_representative']);
  }
  const [best] = judged.sort(
    (a, b) =>
      a.failures.length - b.failures.length ||
      order(a.way) - order(b.way) ||
      compare(authority(a.way), authority(b.way)),
  );
  if (best === undefined) throw new Error('there is one');
  if (best.failures.length > 0) return denied(best.failures);
  const { way } = best;
  return {
    allow: true,
    reasons: [],
    // One of CAPACITIES: findWays names no other.
    capacity: way.capacity as AdminAnswer['capacity'],
    authority: authority(way),
    holders_required: way.joint.length === 0 || mayAlone(question.act) ? null : Math.max(...way.joint),
  };
}

const authority = ({ law, rests }: Way) => [...law, ...rests].map(({ facts }) => facts.mandate_id);

function compare(a: string[], b: string[]): number {
  for (const [i, id] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (id !== other) return id < other ? -1 : 1;
  }
  return a.length - b.length;
}

const order = ({ capacity }: Way) => (CAPACITIES as readonly string[]).indexOf(capacity);

const denied = (reasons: string[]): AdminAnswer => ({
  allow: false,
  reasons: [...reasons].sort(),
  capacity: null,
  authority: [],
  holders_required: null,
});

/** A request is the delegate's to take back and the represented's to refuse; an offer the other way round (R65). */
function mayNow({ act, current }: AdminQuestion, role: string): boolean {
  if (!isOpenTo(act, role)) return false;
  const grantors = ['self', 'legal_representative', 'manager', 'proxy'];
  const status = current?.facts.status ?? '';
  if (act === 'mandate.withdraw') {
    return (status === 'requested' && role === 'delegate') || (status === 'offered' && grantors.includes(role));
  }
  if (act === 'mandate.reject') {
    const coGrantors = ['delegate', 'legal_representative', 'manager'];
    return (status === 'requested' && grantors.includes(role)) || (status === 'offered' && coGrantors.includes(role));
  }
  return true;
}

function failuresOf(world: AdminWorld, question: AdminQuestion, way: Way): string[] {
  return [
    ...new Set([
      ...way.failures,
      ...actFailures(world, question),
      ...byCapacity(world, question, way),
      ...actOfManager(world, question, way),
    ]),
  ];
}
