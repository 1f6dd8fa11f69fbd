import { AppError, toError } from '../../domain/errors.ts';
import { look } from './changes.ts';
import { BATCH, type Lead, type Round, writesFor } from './keep-up.ts';
import { type Cursor, headerOf, isSameHeader, type SyncOptions } from './projector.ts';
import { confirmLead, giveUp, type LoadedCopy, loadCopy } from './rebuild.ts';

/** Copies that are built while the live one goes on being fed and vouched for; one at a time. */
export interface Besides {
  begin(lead: Lead): void;
  /**
   * Between two batches of the live copy, at `cursor`: once the other is loaded it takes one batch as well, and its place when it has come as far.
   * @returns where to follow from now; `behind` while the other wants more
   * @throws AppError when it could not be built, or the register has begun another epoch meanwhile
   */
  change(cursor: Cursor): Promise<Round>;
  /** Gives up what is being built. */
  forsake(): Promise<void>;
}

interface Building {
  lead: Lead;
  stop: AbortController;
  /** Resolves, with what it was or with what went wrong. */
  loading: Promise<LoadedCopy | Error>;
  outcome?: LoadedCopy | Error;
}

export function makeBesides(options: SyncOptions): Besides {
  let building: Building | undefined;

  function begin(lead: Lead): void {
    const stop = new AbortController();
    const within = { ...lead, signal: AbortSignal.any([lead.signal, stop.signal]) };
    const begun: Building = { lead, stop, loading: loadCopy(options, within).catch(toError) };
    void begun.loading.then((outcome) => {
      begun.outcome = outcome;
    });
    building = begun;
  }

  async function change(cursor: Cursor): Promise<Round> {
    if (building?.outcome === undefined) return { cursor, behind: false };
    const { lead, outcome } = building;
    if (outcome instanceof Error) throw outcome;
    const { cursor: at, behind } = await catchUp(outcome, lead);
    building.outcome = { ...outcome, at };
    if (behind) return { cursor, behind };
    // Readers never go back: everything that the live copy has been told is in the other as well.
    if (at.epoch !== cursor.epoch || at.n < cursor.n) throw new AppError('conflict', 'the register is elsewhere');
    await confirmLead(lead);
    await outcome.rebuild.swap({ epoch: at.epoch, n: at.n }, at.hash, outcome.lineage);
    building = undefined;
    // What came with this copy was not noted: no truth of before may be written upon it.
    lead.mending?.reset();
    return { cursor: at, behind };
  }

  return {
    begin,
    change,
    async forsake() {
      const given = building;
      building = undefined;
      given?.stop.abort();
      const outcome = await given?.loading;
      if (outcome !== undefined && 'rebuild' in outcome) await giveUp(outcome.rebuild);
    },
  };
}

/**
 * A batch of what was committed since it was loaded, for the live copy is not to wait for all of it. Writes say what is, so a copy that nobody reads
 * takes them as the live one does.
 */
async function catchUp({ rebuild, at }: LoadedCopy, { session, header }: Lead): Promise<Round> {
  const seen = await look(session, at.n, BATCH);
  if (
    seen === undefined ||
    seen.standby ||
    seen.epoch !== at.epoch ||
    !isSameHeader(headerOf(header.layout, seen), header)
  ) {
    throw new AppError('conflict', 'the register has begun another epoch while a copy was built');
  }
  await rebuild.load(seen.changes.flatMap(writesFor));
  const last = seen.changes.at(-1);
  return { cursor: last ? { epoch: at.epoch, n: last.n, hash: last.hash } : at, behind: !seen.complete };
}
