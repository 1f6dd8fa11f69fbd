import { AppError, toError } from '../domain/errors.ts';
import type { Decision } from '../domain/evaluation.ts';
import type { PolicyInput } from '../policy/input.ts';
import type { Item } from './call.ts';
import type { Gathered } from './gather.ts';

/** What became of one item: its decision with all reasons, or why there is none, and what it rests on. */
export interface Outcome {
  item: Item;
  answer: Decision | AppError;
  gathered?: Gathered;
  /** Only where records carry it. */
  input?: PolicyInput;
}

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('internal', 'the question could not be answered', { cause: toError(thrown) });
}
