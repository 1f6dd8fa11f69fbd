import type { Basis } from '../../src/domain/evaluation.ts';
import type { PartyFacts } from '../../src/domain/facts.ts';
import { loaRank } from './levels.ts';
import type { Conditions } from './register.ts';
import type { Link } from './scan.ts';

/** What a condition looks at. */
export interface Way {
  basis: Basis;
  links: readonly Link[];
  /** Between the represented and the actor. */
  between: readonly PartyFacts[];
  operation: string | undefined;
}

type Objection = (wanted: unknown, way: Way) => string | undefined;

const OBJECTIONS: Record<string, Objection> = {
  chains: (wanted, { basis, operation }) =>
    basis === 'chain' && !says(wanted, operation) ? 'operation_not_by_chain' : undefined,
  intermediaries: (wanted, { links, between }) => {
    const passers = links.flatMap(({ parent }) => (parent?.delegate?.kind === 'organisation' ? [parent.delegate] : []));
    return [...between, ...passers].every(({ kvk }) => says(wanted, kvk)) ? undefined : 'intermediary_not_listed';
  },
  firsthand: (wanted, { links }) =>
    wanted !== false && links.some(({ facts }) => facts.derived_from) ? 'onward_mandate_not_accepted' : undefined,
  levels: (wanted) => (levelsOf(wanted) ? undefined : 'service_condition_unknown'),
};

/** Every reason that these owners have against this way. */
export function objections(asked: readonly Conditions[], way: Way): string[] {
  return asked.flatMap((conditions) => against(conditions, way));
}

function against(conditions: Conditions, way: Way): string[] {
  if (conditions === false) return [];
  if (!isPlain(conditions)) return ['service_condition_unknown'];
  return Object.entries(conditions).flatMap(([name, wanted]) => {
    const objection = Object.hasOwn(OBJECTIONS, name) ? OBJECTIONS[name] : undefined;
    return objection ? (objection(wanted, way) ?? []) : ['service_condition_unknown'];
  });
}

/** The level that these owners ask for the operation: for one that they do not name, or none, the highest. */
export function wantedRank(asked: readonly Conditions[], operation: string | undefined): number {
  const ranks = asked.map((conditions) => {
    const named = levelsOf(isPlain(conditions) ? conditions.levels : undefined);
    if (named === undefined) return 0;
    return (operation === undefined ? undefined : named.get(operation)) ?? Math.max(...named.values());
  });
  return Math.max(0, ...ranks);
}

function levelsOf(wanted: unknown): Map<string, number> | undefined {
  if (!isPlain(wanted)) return undefined;
  const levels = new Map(Object.entries(wanted).map(([operation, level]) => [operation, loaRank(level)]));
  return levels.size === 0 || [...levels.values()].includes(0) ? undefined : levels;
}

function says(wanted: unknown, key: string | undefined): boolean {
  return isPlain(wanted) && Object.entries(wanted).some(([name, said]) => name === key && said === true);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
