import { to as copyTo } from 'pg-copy-streams';
import { AppError } from '../../domain/errors.ts';
import type { BulkLoad } from '../projection.ts';
import type { Entity } from '../writes.ts';
import { GRANTS } from './grant-rows.ts';
import type { Cursor } from './projector.ts';
import { ALIASES, BRANCHES, type BulkCopy, PAIRS, PARTIES } from './record-rows.ts';
import { openSession, type Session } from './session.ts';

/** The views that define the facts, by the entity whose changes carry them, in the order in which they are read. */
const VIEWS: Readonly<Record<Entity, string>> = {
  service: 'service_facts',
  definition: 'definition_facts',
  party: 'party_facts',
  names: 'names_facts',
  branch: 'branch_facts',
  alias: 'alias_facts',
  mandate: 'mandate_facts',
};

const ENTITIES = Object.keys(VIEWS) as Entity[]; // Its type names exactly these keys.

/** The frequent ones, in place of their views; one copy behind the other. */
const BULK: Partial<Record<Entity, readonly BulkCopy[]>> = {
  party: [PARTIES],
  branch: [BRANCHES],
  alias: [ALIASES],
  mandate: [PAIRS, GRANTS],
};

/**
 * Building the facts costs Postgres more than sending them; by itself it would do so on one core. Each query runs once:
 * compiling it costs more than that saves. Orders of a few million rows fit in memory.
 */
const WORK_HARD = `
  select set_config('max_parallel_workers_per_gather', '2', true),
         set_config('parallel_setup_cost', '0', true),
         set_config('parallel_tuple_cost', '0', true),
         set_config('jit', 'off', true),
         set_config('work_mem', '128MB', true)`;

/** Redis may be silent for a while in the middle of a rebuild, and be well again; this session holds no lock. */
const UNREAD_MS = 60_000;

/** All facts as of one moment in the history of the register. */
export interface Snapshot {
  /** The highest revision that is committed in it. */
  at: Cursor;
  lineage: string;
  keyId: string;
  keyCheck: string;
  views: { entity: Entity; view: string; total: number }[];
  /** All of a frequent entity; false: it is not one. `onPiece` is waited for after each piece, of so many rows. */
  bulk(entity: Entity, load: BulkLoad, onPiece: (rows: number) => Promise<void>): Promise<boolean>;
  /** The rows of one view, in chunks, at the pace of the reader. */
  rows(entity: Entity, chunk: number): AsyncGenerator<unknown[]>;
  close(): Promise<void>;
}

/** One repeatable-read transaction on a connection of its own. */
export async function openSnapshot(databaseUrl: string): Promise<Snapshot> {
  const session = await openSession({
    databaseUrl,
    purpose: 'sync: snapshot',
    answerWithinMs: 0,
    unreadAtMostMs: UNREAD_MS,
  });
  try {
    await session.query('begin transaction isolation level repeatable read read only');
    await session.query(WORK_HARD);
    const head = await readHead(session);
    const views = await countViews(session);
    return {
      ...head,
      views,
      bulk: (entity, load, onPiece) => readBulk(session, BULK[entity], load, onPiece),
      rows: (entity, chunk) => readRows(session, entity, chunk),
      close: session.close,
    };
  } catch (thrown) {
    await session.close();
    throw thrown;
  }
}

interface HeadRow {
  epoch: number;
  lineage: string;
  keyId: string;
  keyCheck: string;
  n: string;
  hash: string;
}

async function readHead(session: Session) {
  const [row] = await session.query<HeadRow>(
    `select r.epoch, lineage_of_register() as lineage, coalesce(r.key_id, '') as "keyId", coalesce(r.key_check, '') as "keyCheck",
            coalesce(c.revision, 0)::text as n, coalesce(encode(c.hash, 'hex'), '') as hash
     from register r
     left join lateral (select revision, hash from changes order by revision desc limit 1) c on true`,
  );
  if (row === undefined) throw new AppError('not_ready', 'the register has no row: run machtig migrate and import');
  const { epoch, lineage, keyId, keyCheck, hash } = row;
  return { lineage, keyId, keyCheck, at: { epoch, n: Number(row.n), hash } };
}

async function countViews(session: Session) {
  const views = [];
  for (const entity of ENTITIES) {
    const view = VIEWS[entity];
    const [row] = await session.query<{ total: string }>(`select count(*)::text as total from ${view}`);
    views.push({ entity, view, total: Number(row?.total ?? 0) });
  }
  return views;
}

/**
 * COPY, one JSON document a line: in its CSV form with control characters (which JSON never holds unescaped) for
 * quote and delimiter, so that lines need no unescaping.
 */
async function* readRows(session: Session, entity: Entity, chunk: number): AsyncGenerator<unknown[]> {
  const stream = session.client.query(
    copyTo(
      `copy (select row_to_json(v) from ${VIEWS[entity]} v) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')`,
    ),
  );
  stream.setEncoding('utf8');
  let rest = '';
  let rows: unknown[] = [];
  for await (const text of stream) {
    const lines = (rest + String(text)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      rows.push(JSON.parse(line));
      if (rows.length >= chunk) {
        yield rows;
        rows = [];
      }
    }
  }
  if (rows.length > 0) yield rows;
}

async function readBulk(
  session: Session,
  copies: readonly BulkCopy[] | undefined,
  load: BulkLoad,
  onPiece: (rows: number) => Promise<void>,
): Promise<boolean> {
  for (const { sql, makeReader } of copies ?? []) {
    let rows = 0;
    const read = makeReader(load, () => rows++);
    for await (const piece of session.client.query(copyTo(`copy (${sql}) to stdout (format binary)`))) {
      read(piece as Buffer);
      await onPiece(rows);
      rows = 0;
    }
  }
  return copies !== undefined;
}
