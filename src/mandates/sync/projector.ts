import { AppError } from '../../domain/errors.ts';
import type { Log } from '../../process/log.ts';
import type { Header, Projection } from '../projection.ts';
import type { CountedUses } from './count-uses.ts';
import type { ReconcileHooks, ReconcileSettings } from './reconcile-options.ts';

/** A place in the history of the register: revision and hash of the last change applied. */
export interface Cursor {
  epoch: number;
  n: number;
  /** Hex; empty when there was no change yet. */
  hash: string;
}

export interface RebuildProgress {
  /** Which facts are being read: a view of the register. */
  view: string;
  done: number;
  total: number;
}

/** What observers are told; all optional, none may throw. */
export interface SyncHooks extends ReconcileHooks {
  onRole?: (role: 'leader' | 'standby') => void;
  onRebuild?: (reason: string) => void;
  /** The projection was taken into a new epoch as it is. */
  onKept?: (reason: string) => void;
  onApplied?: (applied: { revision: Cursor; changes: number; writes: number; ms: number }) => void;
  onHeartbeat?: (stampMs: number) => void;
  onUses?: (counted: CountedUses) => void;
  onFailure?: (error: Error) => void;
}

export interface SyncOptions {
  databaseUrl: string;
  projection: Projection;
  /** Its name: each has a leader of its own. Default `main`. */
  name?: string;
  /** Layout version of the projection; key id and check value come from the register. */
  layout: number;
  signal: AbortSignal;
  log: Log;
  hooks?: SyncHooks;
  onProgress?: (progress: RebuildProgress) => void;
  /** Longest pause between two looks at the register, and between two heartbeats. Default 200 ms. */
  pollMs?: number;
  /** How much is spent on comparing the projection with the register; absent: nothing. */
  reconcile?: ReconcileSettings;
  /** Pause between two tries to become leader. Default 500 ms. */
  standbyMs?: number;
}

export function headerOf(layout: number, register: { keyId: string; keyCheck: string }): Header {
  return { layout, keyId: register.keyId, keyCheck: register.keyCheck };
}

export function isSameHeader(a: Header, b: Header): boolean {
  return a.layout === b.layout && a.keyId === b.keyId && a.keyCheck === b.keyCheck;
}

/** Leading is over at once when the lock's connection is lost: nothing more may be written in its name. */
export function assertLeading(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('conflict', 'no longer the sync leader', { cause: signal.reason });
}
