import type { Decision } from '../domain/evaluation.ts';

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

/** The decision as a caller without the right `details` sees it. The record keeps the reasons as they are. */
export function withoutDetails(decision: Decision): Decision {
  if (!decision.reasons.some((reason) => BETRAYING.has(reason))) return decision;
  const reasons = decision.reasons.map((reason) => (BETRAYING.has(reason) ? 'not_entitled' : reason));
  return { ...decision, reasons: [...new Set(reasons)].sort() };
}
