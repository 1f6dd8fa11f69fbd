import type { Revision } from '../domain/revision.ts';
import type { RecordKey } from './record.ts';

/**
 * What a projection tells its readers, in the order in which it happened. Redis keeps them in a stream
 * (docs/decisions/0004-redis-layout.md), the store in memory hands them to whoever watches.
 */
export type Notice =
  /** These records are other than they were; `all`: too many to name. A reader not at `from` has missed something. */
  | { notice: 'change'; from: Revision; to: Revision; keys: RecordKey[] | 'all' }
  /**
   * At `stampMs`, on the projection's own clock, nothing was committed beyond `at`. `told`: how many changes and swaps
   * were told before it. Revisions alone do not show that one was missed: a mended record leads from `at` to `at`.
   */
  | { notice: 'heartbeat'; stampMs: number; at: Revision; told?: number }
  /** Another copy took the place of the live one: nothing that was read before counts. */
  | { notice: 'swap'; generation: number; at: Revision };
