import { BundleRefusal } from '../policy/bundle-refusal.ts';
import type { Issued } from './examine.ts';

/** What the order of releases rests on, kept over restarts. */
export interface Seen {
  /** The latest `iat` ever used, seconds since 1970. */
  newest: number;
  /** The release in use, which after a roll-back is older. */
  accepted: { revision: string; issuedAt: number };
}

/** Clocks of signer and sidecar may differ by this much. */
const SKEW_SECONDS = 300;

export interface OrderDeps {
  seen(): Seen | undefined;
  /** The revision to which it was asked to go back. */
  rollback?: string;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Who may follow the release in use: itself, one issued after all that were used before, or one named for a roll-back.
 * So an older release cannot be played back, also not the bad one after a roll-back: it is signed anew, or named.
 */
export function makeAdmit({ seen, rollback, now }: OrderDeps): (issued: Issued) => void {
  return ({ revision, issuedAt }) => {
    const before = seen();
    // Whatever the clock says now: it was accepted by what it said then.
    if (before && revision === before.accepted.revision && issuedAt === before.accepted.issuedAt) return;
    if (issuedAt > now() / 1000 + SKEW_SECONDS) {
      throw new BundleRefusal('future_dated', `it was issued at ${iso(issuedAt)}, which is still to come`);
    }
    if (before === undefined || issuedAt > before.newest || revision === rollback) return;
    throw new BundleRefusal(
      'not_newer',
      `it was issued at ${iso(issuedAt)}, not after the newest release seen (${iso(before.newest)}): ` +
        'sign it anew, or name its revision in MACHTIG_BUNDLE_ROLLBACK',
    );
  };
}

export function seenAfter(before: Seen | undefined, { revision, issuedAt }: Omit<Issued, 'keyId'>): Seen {
  return { newest: Math.max(before?.newest ?? 0, issuedAt), accepted: { revision, issuedAt } };
}

/** ISO 8601 of seconds since 1970. */
export function iso(seconds: number): string {
  return Number.isSafeInteger(seconds * 1000) && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : `${seconds}`;
}
