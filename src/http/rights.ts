import type { Caller } from '../domain/caller.ts';
import { AppError } from '../domain/errors.ts';
import type { Question } from '../domain/evaluation.ts';
import { isPartyRef } from '../domain/identifier.ts';

/** @throws AppError `forbidden` when the question names a person by BSN and the caller has no right to. */
export function requireRights(question: Question, { rights }: Caller): void {
  if (rights.bsn) return;
  const { actor, represented, via, together = [] } = question;
  const named = [actor, represented, via, ...together.map(({ id }) => id)];
  if (named.some((identifier) => identifier && !isPartyRef(identifier) && identifier.scheme === 'bsn')) {
    throw new AppError('forbidden', 'the caller has no right to name persons by BSN');
  }
}
