import type { Acting } from '../acting.ts';
import { readExplanationFacts } from './explanation-facts.ts';
import type { Reader } from './explanation-names.ts';
import { type Explanation, explainMandate } from './explanation-text.ts';
import { unlessHidden } from './hidden.ts';
import { seeMandate } from './mandate.ts';

/**
 * GET /mandates/{mandateId}/explanation; for whom, if not said: for the side on which the caller stands.
 * @throws AppError `not_found`
 */
export async function explain(acting: Acting, mandateId: string, reader?: Reader): Promise<Explanation> {
  const { verdict } = await seeMandate(acting, mandateId);
  const side = reader ?? (verdict.capacity === 'delegate' ? 'delegate' : 'grantor');
  const facts = await unlessHidden('no such mandate', () => readExplanationFacts(acting, mandateId));
  return explainMandate(facts, side, acting.now);
}
