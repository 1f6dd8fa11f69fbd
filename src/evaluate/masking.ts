import type { Decision } from '../domain/evaluation.ts';
import type { PartyFacts } from '../domain/facts.ts';
import type { Gathered } from './gather.ts';

/** What a reason may betray about a person or a firm that is nobody's business but a few callers'. */
const BETRAYING: ReadonlySet<string> = new Set([
  'actor_deceased',
  'actor_under_curatele',
  'represented_deceased',
  'represented_under_curatele',
  'represented_under_bewind',
  'represented_bankrupt',
  'represented_in_wsnp',
  'represented_dissolved',
  'intermediary_not_active',
]);

/**
 * The decision as a caller without the right `details` sees it. The record keeps everything as it is. A moment at
 * which somebody's bewind ends would tell as much as the reason does.
 */
export function withoutDetails(decision: Decision, gathered?: Gathered): Decision {
  const betrays = decision.reasons.some((reason) => BETRAYING.has(reason));
  const reasons = betrays
    ? [...new Set(decision.reasons.map((reason) => (BETRAYING.has(reason) ? 'not_entitled' : reason)))].sort()
    : decision.reasons;
  const withheld = betrays || (decision.changes_at !== null && isMomentOfState(decision.changes_at, gathered));
  return { ...decision, reasons, changes_at: withheld ? null : decision.changes_at };
}

function isMomentOfState(moment: number, gathered: Gathered | undefined): boolean {
  return partiesOf(gathered).some((party) =>
    party?.states.some(({ since, until }) => since === moment || until === moment),
  );
}

function partiesOf(gathered: Gathered | undefined): (PartyFacts | undefined)[] {
  if (gathered === undefined) return [];
  const { actor, represented, together, services } = gathered;
  const onPaths = services.flatMap(({ direct, chains }) => [
    ...direct.map(({ parent }) => parent?.delegate),
    ...chains.flatMap(({ intermediary, first, second }) => [
      intermediary,
      ...[...first, ...second].map(({ parent }) => parent?.delegate),
    ]),
  ]);
  return [actor.party, represented.party, ...together.map(({ party }) => party), ...onPaths];
}
