import type { Use } from '../records/uses.ts';

/** One report of a sidecar. */
export interface UseEntry {
  /** Later entries have later ids; equal ids mean the same entry. */
  id: string;
  /** When it came in, by the clock of the source: milliseconds since 1970. */
  at: number;
  /** Undefined when the entry holds anything but uses. */
  uses: readonly Use[] | undefined;
}

/** Where sidecars report the use of mandates. Entries stay until they are forgotten, or until the source is too full. */
export interface UseSource {
  /** At most `limit` entries behind the one with id `after`, oldest first. */
  read(after: string, limit: number): Promise<UseEntry[]>;
  /** Lets go of everything up to and including `id`. */
  forget(id: string): Promise<void>;
}
