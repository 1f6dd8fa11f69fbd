import type { BundleRefusal, RefusalCode } from '../policy/bundle-refusal.ts';
import { type Release, toRefusal } from './examine.ts';
import { iso } from './order.ts';
import type { Source } from './source.ts';

/** Where the bundle in use came from: with the program, from a source, or from disk because the source failed. */
export type Origin = 'program' | Source['kind'] | 'last_good';

export interface ActiveStatus {
  revision: string;
  from: Origin;
  since: string;
  /** Absent when it is not signed. */
  issued_at?: string;
  key_id?: string;
}

export interface TriedStatus {
  at: string;
  outcome: 'active' | RefusalCode;
  says?: string;
  revision?: string;
  issued_at?: string;
}

/** What `GET /policy` answers. Moments are ISO 8601. */
export interface PolicyStatus {
  active: ActiveStatus;
  /** Absent for the bundle that comes with the program. */
  source?: string;
  /** When the source last answered, with a bundle or with "unchanged". */
  heard_at?: string;
  /** The last bundle that was looked at, or the last failure to get one. */
  last_tried?: TriedStatus;
}

export interface Listeners {
  /** Told of each bundle that was tried, and of each failure to get one. */
  onTried(tried: TriedStatus): void;
  /** Told of what begins to answer. */
  onActive(active: ActiveStatus): void;
  /** Told whenever the source has answered. */
  onHeard(): void;
}

/** Remembers what `GET /policy` tells, and tells it on. */
export function makeBoard(source: Pick<Source, 'name'> | undefined, listeners: Listeners, now: () => number) {
  let active: ActiveStatus | undefined;
  let tried: TriedStatus | undefined;
  let heardAt: string | undefined;
  const moment = () => new Date(now()).toISOString();
  const note = (next: TriedStatus): void => {
    tried = next;
    listeners.onTried(next);
  };
  return {
    heard(): void {
      heardAt = moment();
      listeners.onHeard();
    },
    refused(thrown: unknown): BundleRefusal {
      const refusal = toRefusal(thrown);
      const { code, message, issued } = refusal;
      note({ at: moment(), outcome: code, says: message, ...(issued && toStatus(issued)) });
      return refusal;
    },
    active({ bundle: { revision }, signed }: Pick<Release, 'bundle' | 'signed'>, from: Origin): void {
      const issued = signed && { issued_at: iso(signed.issuedAt), key_id: signed.keyId };
      active = { revision, from, since: moment(), ...issued };
      listeners.onActive(active);
      if (from === 'last_good' || from === 'program') return;
      note({ at: moment(), outcome: 'active', revision, ...(signed && { issued_at: iso(signed.issuedAt) }) });
    },
    status(): PolicyStatus {
      if (active === undefined) throw new Error('no policy was taken into use');
      return {
        active,
        ...(source && { source: source.name }),
        ...(heardAt !== undefined && { heard_at: heardAt }),
        ...(tried && { last_tried: tried }),
      };
    },
  };
}

export type Board = ReturnType<typeof makeBoard>;

function toStatus({ revision, issuedAt }: { revision: string; issuedAt: number }) {
  return { revision, issued_at: iso(issuedAt) };
}
