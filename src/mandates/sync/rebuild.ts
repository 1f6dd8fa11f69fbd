import { AppError } from '../../domain/errors.ts';
import type { BulkLoad, Rebuild } from '../projection.ts';
import { type Entity, writesOf } from '../writes.ts';
import type { Lead } from './keep-up.ts';
import { assertLeading, type Cursor, headerOf, isSameHeader, type SyncOptions } from './projector.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

/** Rows a chunk: bounds the memory of a rebuild, whatever the size of the register. */
const CHUNK = 2000;

/** A copy that holds what the register held at one moment, and is not the live one yet. */
export interface LoadedCopy {
  rebuild: Rebuild;
  /** The highest revision that is committed in what was loaded. */
  at: Cursor;
  lineage: string;
}

/**
 * Builds the projection anew, from one consistent snapshot, and swaps. Whatever ends it half-way leaves the live one
 * untouched; a later leader starts a rebuild of its own.
 * @returns where to follow from: the highest revision committed in the snapshot.
 */
export async function rebuildProjection(options: SyncOptions, lead: Lead): Promise<Cursor> {
  const { rebuild, at, lineage } = await loadCopy(options, lead);
  try {
    await confirmLead(lead);
    await rebuild.swap({ epoch: at.epoch, n: at.n }, at.hash, lineage);
    return at;
  } catch (thrown) {
    await giveUp(rebuild);
    throw thrown;
  }
}

/** The first half of that; a copy that cannot be loaded is given up. */
export async function loadCopy(options: SyncOptions, lead: Lead): Promise<LoadedCopy> {
  const snapshot = await openSnapshot(options.databaseUrl);
  try {
    if (!isSameHeader(headerOf(lead.header.layout, snapshot), lead.header)) {
      throw new AppError('conflict', 'the key of the register changed: starting anew');
    }
    const records = Math.max(...snapshot.views.map(({ total }) => total));
    const rebuild = await options.projection.rebuild(lead.header, lead.fence, records);
    try {
      await loadAll(options, snapshot, rebuild, lead);
    } catch (thrown) {
      await giveUp(rebuild);
      throw thrown;
    }
    return { rebuild, at: snapshot.at, lineage: snapshot.lineage };
  } finally {
    await snapshot.close();
  }
}

/** What remains of it is rubbish beside the live projection; the next rebuild clears it if we no longer can. */
export async function giveUp(rebuild: Rebuild): Promise<void> {
  await rebuild.abandon().catch(() => {});
}

async function loadAll({ onProgress }: SyncOptions, snapshot: Snapshot, rebuild: Rebuild, lead: Lead): Promise<void> {
  const bulk = rebuild.bulk?.();
  for (const { entity, view, total } of snapshot.views) {
    const report = (done: number) => onProgress?.({ view, done, total });
    report(0);
    report(
      (bulk && (await loadBulk(snapshot, entity, bulk, lead, report))) ??
        (await loadRows(snapshot, entity, rebuild, lead, report)),
    );
  }
}

async function loadRows(
  snapshot: Snapshot,
  entity: Entity,
  rebuild: Rebuild,
  lead: Lead,
  report: (done: number) => void,
): Promise<number> {
  let done = 0;
  for await (const rows of snapshot.rows(entity, CHUNK)) {
    assertLeading(lead.signal);
    await rebuild.load(rows.flatMap((row) => writesOf(entity, row)));
    done += rows.length;
    report(done);
  }
  return done;
}

/** @returns how many rows; undefined: none come so. */
async function loadBulk(
  snapshot: Snapshot,
  entity: Entity,
  bulk: BulkLoad,
  { signal }: Lead,
  report: (done: number) => void,
): Promise<number | undefined> {
  let done = 0;
  const isFrequent = await snapshot.bulk(entity, bulk, async (rows) => {
    assertLeading(signal);
    done += rows;
    report(done);
    await bulk.settle();
  });
  await bulk.end();
  return isFrequent ? done : undefined;
}

/** Asks on the connection that holds the lock: an answer means that the lock is still held. */
export async function confirmLead({ session, signal }: Lead): Promise<void> {
  await session.query('select 1');
  assertLeading(signal);
}
