import type { Freshness } from '../lookups.ts';

/** A projection that is being followed: how fresh its data is, until closed. */
export interface Following {
  freshness: Freshness;
  close(): Promise<void>;
}
