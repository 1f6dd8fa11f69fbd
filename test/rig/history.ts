import type { Revision } from '../../src/domain/revision.ts';
import type { FactRow } from '../../src/mandates/rows.ts';
import { makeVersions, type Versions } from './versions.ts';

/** One row of `changes`: what one entity was and became, and when that was committed. */
export interface Change {
  n: number;
  hash: string;
  transaction: string;
  /** Not visible to anybody before this (drawn inside the committing transaction), and to everybody at `knownBy`. Wall clock, ms. */
  notBefore: number;
  knownBy: number;
  entity: string;
  entityId: string;
  before: unknown;
  after: unknown;
}

/** All facts at one revision, and when that state was known to be the register's. */
export interface Snapshot {
  epoch: number;
  n: number;
  hash: string;
  knownBy: number;
  rows: {
    party: FactRow<'party'>[];
    alias: FactRow<'alias'>[];
    branch: FactRow<'branch'>[];
    service: FactRow<'service'>[];
    mandate: FactRow<'mandate'>[];
  };
}

/** The register during one epoch: the state it began with, and every commit since. */
export interface Era {
  epoch: number;
  /** The state of this revision was the register's at `began` at the latest. */
  base: { n: number; hash: string; began: number };
  /** In the order of their numbers, without a gap. */
  changes: Change[];
  /** The last change of each transaction, by its number. */
  lastOf: Map<string, number>;
  versions: Versions;
}

/** More than fit one batch are handed to readers in parts. */
const WHOLE_AT_MOST = 500;

/** Every state that the register ever had, as far as it was seen; `addAll` and `beginEra` in the order of events. */
export function makeHistory(snapshot: Snapshot) {
  const eras: Era[] = [eraOf(snapshot)];
  const last = () => eras.at(-1) as Era; // There is one from the start.

  function addAll(changes: readonly Change[]): void {
    const era = last();
    for (const change of changes) {
      const next = (era.changes.at(-1)?.n ?? era.base.n) + 1;
      if (change.n !== next) throw new Error(`change ${change.n} follows, where ${next} should`);
      era.changes.push(change);
      era.lastOf.set(change.transaction, change.n);
      era.versions.put(change.entity, change.entityId, change.n, change.after);
    }
  }

  /** The register was found in this epoch, with only this history behind `n`: what it lost is no longer true. */
  function beginEra(epoch: number, { n, knownBy }: { n: number; knownBy: number }): void {
    const from = last();
    const hash = from.changes.find((change) => change.n === n)?.hash ?? from.base.hash;
    const versions = from.versions.until(n);
    eras.push({ epoch, base: { n, hash, began: knownBy }, changes: [], lastOf: new Map(), versions });
  }

  /** The last of an era's commits that everybody could see at `moment`. */
  function newestKnown({ base, changes }: Era, moment: number): number {
    return changes.findLast(({ knownBy }) => knownBy <= moment)?.n ?? base.n;
  }

  /** The last that anybody could have seen. */
  function newestPossible({ base, changes }: Era, moment: number): number {
    return changes.findLast(({ notBefore }) => notBefore <= moment)?.n ?? base.n;
  }

  return {
    eras: eras as readonly Era[],
    /** More than one where a register was put back to before all that its projection had seen: nobody could tell. */
    erasAt: (epoch: number): Era[] => eras.filter((era) => era.epoch === epoch),
    last,
    addAll,
    beginEra,
    newestKnown,
    newestPossible,
    /** Of the last change; empty where there is none. */
    latestHash: (): string => last().changes.at(-1)?.hash ?? last().base.hash,
    latest: (): Revision => ({ epoch: last().epoch, n: last().changes.at(-1)?.n ?? last().base.n }),
    /** A committed state: not one in the middle of a transaction. */
    isWhole(era: Era, n: number): boolean {
      const at = n - era.base.n - 1;
      const [here, next] = [era.changes[at], era.changes[at + 1]];
      if (here === undefined || next?.transaction !== here.transaction) return true;
      return era.changes.filter(({ transaction }) => transaction === here.transaction).length > WHOLE_AT_MOST;
    },
    /** Forgets what was over before `moment`, for runs of hours: nothing may be asked about before it, nor put back to it. */
    forgetBefore(moment: number): void {
      const era = last();
      const n = newestKnown(era, moment);
      const gone = era.changes.splice(0, n - era.base.n);
      for (const { entity, entityId, transaction, n: at } of gone) {
        era.versions.forget(entity, entityId, n);
        if (era.lastOf.get(transaction) === at) era.lastOf.delete(transaction);
      }
      const newest = gone.at(-1);
      if (newest) era.base = { ...era.base, n, hash: newest.hash };
    },
    /** @returns false when no change of it was read yet */
    noteCommitted(transaction: string, moment: number): boolean {
      const { base, changes, lastOf } = last();
      const n = lastOf.get(transaction);
      if (n === undefined) return false;
      lowerUntil(changes, n - base.n - 1, moment);
      return true;
    },
  };
}

export type History = ReturnType<typeof makeHistory>;

/** Revisions become visible in their order. */
function lowerUntil(changes: Change[], upTo: number, moment: number): void {
  for (let at = upTo; at >= 0; at--) {
    const change = changes[at];
    if (change === undefined || change.knownBy <= moment) return;
    change.knownBy = moment;
  }
}

function eraOf({ epoch, n, hash, knownBy, rows }: Snapshot): Era {
  const versions = makeVersions();
  for (const row of rows.party) versions.put('party', row.party_id, n, row);
  for (const row of rows.alias) versions.put('alias', row.alias, n, row);
  for (const row of rows.branch) versions.put('branch', `${row.party_id}:${row.branch}`, n, row);
  for (const row of rows.service) versions.put('service', row.service_id, n, row);
  for (const row of rows.mandate) versions.put('mandate', row.mandate_id, n, row);
  return { epoch, base: { n, hash, began: knownBy }, changes: [], lastOf: new Map(), versions };
}
