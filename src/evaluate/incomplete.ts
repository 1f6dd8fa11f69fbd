import { AppError } from '../domain/errors.ts';

/**
 * A record names another that is not there. A register holds no such thing, so that this is no fact to decide on: the
 * projection has lost a record, or a change came in between two reads.
 */
export class IncompleteError extends AppError {
  constructor() {
    super('store_unavailable', 'the projection is incomplete');
    this.name = 'IncompleteError';
  }
}

/** @throws IncompleteError */
export function required<T>(record: T | null | undefined): T {
  if (record === null || record === undefined) throw new IncompleteError();
  return record;
}
