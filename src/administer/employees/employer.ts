import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { readSides, type Side } from '../grants/sides.ts';

/** @throws AppError `act_refused`: to nobody is told whether a person is known */
export async function employerOf(acting: Acting, party: PartyId): Promise<Side> {
  const [employer] = await readSides(acting, [party]);
  if (employer?.kind === 'organisation') return employer;
  throw new AppError('act_refused', 'the rules do not allow this', { reasons: ['not_representative'] });
}
