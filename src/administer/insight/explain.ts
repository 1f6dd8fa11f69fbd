import { AppError } from '../../domain/errors.ts';
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
  const { verdict, owner } = await seeMandate(acting, mandateId);
  // It is written for the two parties, and names all that the mandate covers.
  if (owner) throw new AppError('not_found', 'an explanation is for the parties of a mandate');
  const side = reader ?? (verdict.capacity === 'delegate' ? 'delegate' : 'grantor');
  const facts = await unlessHidden('no such mandate', () => readExplanationFacts(acting, mandateId));
  return explainMandate(facts, side, acting.now);
}
