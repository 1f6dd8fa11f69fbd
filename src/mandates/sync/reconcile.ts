import { AppError } from '../../domain/errors.ts';
import { loop, pause } from '../../process/loop.ts';
import type { RecordKey } from '../record.ts';
import type { SyncOptions } from './projector.ts';
import { compareRecord, type Difference } from './reconcile-compare.ts';
import type { Mending, Truth } from './reconcile-mend.ts';
import type { ReconcileHooks, ReconcileSettings } from './reconcile-options.ts';
import { readTruth } from './reconcile-truth.ts';
import { type Step, walkProjection, walkRegister } from './reconcile-walk.ts';
import { openSession, type Session } from './session.ts';

/** On this channel whoever has compared by himself (`machtig sync verify --repair`) names records to look at. */
export const SUSPECTS = 'machtig_suspects';

export interface ReconcileOptions extends Pick<SyncOptions, 'databaseUrl' | 'projection' | 'log'> {
  settings: ReconcileSettings;
  mending: Mending;
  /** Stops it: the lead is lost, or sync ends. */
  signal: AbortSignal;
  hooks?: ReconcileHooks;
  /** The copy holds what cannot be written upon: it must be built anew. */
  onBeyondRepair: (why: string) => void;
}

/** Of a slow machine and a small share: no pause is longer than the server lets a session be idle. */
const PAUSE_AT_MOST_MS = 2000;
/** Records named by others that wait at most. */
const ASKED_AT_MOST = 100_000;
/** Looks at a record that changes all the time, before it is left for the next pass. */
const LOOKS_AT_MOST = 5;
/** A copy that is beyond repair again so soon is not mended by building it anew. */
const REBUILT_AT_MOST_EVERY_MS = 3_600_000;

/**
 * Compares the projection with the register, record by record, while this process leads, and has repaired what
 * differs. All of it on a connection of its own: the feed waits for the repairs alone. Resolves when stopped.
 */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  const { databaseUrl, projection, log, settings, mending, signal, hooks, onBeyondRepair } = options;
  const asked = new Set<RecordKey>();
  let session: Session | undefined;
  let pass = beginPass(options, connect);
  let rebuiltAt = Number.NEGATIVE_INFINITY;

  async function connect(): Promise<Session> {
    if (session && !session.lost.aborted) return session;
    session = await openSession({ databaseUrl, purpose: 'sync: reconcile', answerWithinMs: 10_000 });
    session.client.on('notification', ({ payload = '' }) => {
      for (const key of namedIn(payload)) if (asked.size < ASKED_AT_MOST) asked.add(key);
    });
    await session.query(`listen ${SUSPECTS}`);
    return session;
  }

  /** Compares these records; of what differs, and only of that, the leader makes sure. */
  async function compare(keys: readonly RecordKey[]): Promise<void> {
    let left = keys;
    for (let looks = 0; left.length > 0 && looks < LOOKS_AT_MOST; looks++) {
      mending.watch();
      const truth = await truthOf(await connect(), left);
      const suspects = await differing(projection, truth);
      if (suspects.keys.length === 0) break;
      const { differences, moved } = await mending.check(suspects);
      if (differences.length > 0) tell(differences);
      left = moved;
    }
    mending.rest();
    hooks?.onCompared?.(keys.length);
  }

  function giveUp(why: string): void {
    if (performance.now() - rebuiltAt < REBUILT_AT_MOST_EVERY_MS) return;
    rebuiltAt = performance.now();
    onBeyondRepair(why);
  }

  function tell(differences: readonly Difference[]): void {
    log.error({ differences: summary(differences) }, 'the projection differs from the register');
    hooks?.onDifferences?.(differences);
    if (differences.some(({ repair }) => repair === undefined)) giveUp('it holds records that cannot be read');
  }

  async function step(): Promise<'again' | undefined> {
    const named = [...asked].slice(0, 500);
    for (const key of named) asked.delete(key);
    if (named.length > 0) {
      await compare(named);
      return 'again';
    }
    const next = settings.share > 0 ? await pass.next() : undefined;
    if (next === undefined) {
      await (await connect()).query('select 1');
      if (pass.isOver()) pass = beginPass(options, connect);
      return undefined;
    }
    const startedAt = performance.now();
    if (next.strange > 0) giveUp('it holds what its layout does not write');
    await compare(next.keys);
    const ms = performance.now() - startedAt;
    await pause(Math.min(ms / settings.share - ms, PAUSE_AT_MOST_MS), signal);
    return 'again';
  }

  const running = loop(signal, step, {
    intervalMs: 200,
    onError(error, retryInMs) {
      mending.rest();
      log.warn({ error: error.message, retryInMs }, 'the projection was not compared');
    },
  });
  signal.addEventListener('abort', () => void session?.close(), { once: true });
  await running.done;
  await session?.close();
}

interface RunningPass {
  /** Undefined while nothing is to be done: it has ended, and the next is not due. */
  next(): Promise<Step | undefined>;
  isOver(): boolean;
}

/** First what the projection holds, since what it holds too much is what could wrongly allow; then what it lacks. */
function beginPass({ projection, settings, hooks }: ReconcileOptions, connect: () => Promise<Session>): RunningPass {
  const startedAt = performance.now();
  const steps = (async function* () {
    yield* walkProjection(projection);
    yield* walkRegister(connect);
  })();
  let records = 0;
  let over = false;
  return {
    async next() {
      if (over) return undefined;
      const { value } = await steps.next().catch((thrown) => {
        over = true;
        throw thrown;
      });
      if (value) records += value.keys.length;
      else {
        over = true;
        hooks?.onPass?.({ records, ms: performance.now() - startedAt });
      }
      return value ?? undefined;
    },
    isOver: () => over && performance.now() - startedAt >= settings.everyMs,
  };
}

/** The register's word on these records, and the revision at which it stands. */
export async function truthOf(session: Session, keys: readonly RecordKey[]): Promise<Truth> {
  await session.query('begin transaction isolation level repeatable read read only');
  try {
    const [row] = await session.query<{ epoch: number; n: string; standby: boolean }>(
      `select epoch, pg_is_in_recovery() as standby, (select coalesce(max(revision), 0) from changes)::text as n
       from register`,
    );
    if (row === undefined || row.standby) throw new AppError('not_ready', 'this Postgres does not hold the register');
    const puts = await readTruth(session, keys);
    return { at: { epoch: row.epoch, n: Number(row.n) }, keys, puts };
  } finally {
    await session.query('rollback');
  }
}

/** Those that differ, at whatever moment the projection was read: most of them because they are changing right now. */
export async function differing(
  projection: Pick<ReconcileOptions['projection'], 'held'>,
  { at, keys, puts }: Truth,
): Promise<Truth> {
  const { records } = await projection.held(keys);
  const places = keys.flatMap((key, index) =>
    compareRecord(key, puts[index] ?? [], records[index] ?? []) === undefined ? [] : [index],
  );
  return {
    at,
    keys: keys.filter((_key, index) => places.includes(index)),
    puts: puts.filter((_put, index) => places.includes(index)),
  };
}

/** By kind of record, how many entries differ how: numbers alone, for a log that holds no personal data. */
export function summary(differences: readonly Difference[]): Record<string, Record<string, number>> {
  const kinds: Record<string, Record<string, number>> = {};
  for (const { kind, missing, extra, wrong, unreadable } of differences) {
    const sums = kinds[kind] ?? {};
    kinds[kind] = sums;
    for (const [name, count] of Object.entries({ missing, extra, wrong, unreadable: Number(unreadable) })) {
      if (count > 0) sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return kinds;
}

function namedIn(payload: string): RecordKey[] {
  try {
    const named: unknown = JSON.parse(payload);
    return Array.isArray(named) ? named.filter((key): key is RecordKey => typeof key === 'string') : [];
  } catch {
    return [];
  }
}
