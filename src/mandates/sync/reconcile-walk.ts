import type { Projection } from '../projection.ts';
import type { RecordKey } from '../record.ts';
import { recordKey } from '../record-key.ts';
import { touchedKey, writesOf } from '../writes.ts';
import type { Session } from './session.ts';

/** Rows a page: some milliseconds of Postgres. */
const PAGE = 500;

/** One step of a walk: which records to look at next. */
export interface Step {
  keys: RecordKey[];
  /** Fields in the projection that no record of this layout can have written. */
  strange: number;
  /** Rows or fields that this step passed. */
  passed: number;
}

interface Page {
  table: string;
  /** The next rows behind `$1`, the last of the page before. Each has `place`, from where the next page goes on. */
  reads: string;
  first: string;
  keys: (row: { place: string; row: unknown }) => RecordKey[];
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** Every record that the register may have: by primary key, a page at a time, so that no transaction is held open. */
const PAGES: readonly Page[] = [
  {
    table: 'services',
    reads: 'select service_uuid::text as place from services where service_uuid > $1::uuid order by service_uuid',
    first: NIL,
    keys: ({ place }) => [recordKey.definition(place)],
  },
  {
    table: 'service_instances',
    reads: 'select service_id as place from service_instances where service_id > $1 order by service_id',
    first: '',
    keys: ({ place }) => [recordKey.service(place)],
  },
  {
    table: 'parties',
    reads: 'select party_id::text as place from parties where party_id > $1::uuid order by party_id',
    first: NIL,
    keys: ({ place }) => [recordKey.party(place), recordKey.names(place), recordKey.links(place)],
  },
  {
    table: 'branches',
    reads: 'select branch::text as place, to_jsonb(party_id) as row from branches where branch > $1 order by branch',
    first: '',
    keys: ({ place, row }) => [recordKey.branch(String(row), place)],
  },
  {
    table: 'aliases',
    reads: `select encode(alias, 'hex') as place from aliases where alias > decode($1, 'hex') order by alias`,
    first: '',
    keys: ({ place }) => [recordKey.alias(place)],
  },
  {
    table: 'mandates',
    reads: `select mandate_id::text as place, to_jsonb(v) as row from mandate_facts v
      where mandate_id > $1::uuid order by mandate_id`,
    first: NIL,
    keys: ({ row }) => writesOf('mandate', row).map(touchedKey),
  },
];

/** All records that the register has or could have: finds what is missing in the projection. */
export async function* walkRegister(session: () => Promise<Pick<Session, 'query'>>): AsyncGenerator<Step> {
  for (const { reads, first, keys } of PAGES) {
    let place: string | undefined = first;
    while (place !== undefined) {
      const db = await session();
      const rows: { place: string; row: unknown }[] = await db.query(`${reads} limit ${PAGE}`, [place]);
      yield { keys: unique(rows.flatMap(keys)), strange: 0, passed: rows.length };
      place = rows.length < PAGE ? undefined : rows.at(-1)?.place;
    }
  }
}

/** All records that the projection has: finds those that the register has not. */
export async function* walkProjection(projection: Pick<Projection, 'keys'>): AsyncGenerator<Step> {
  let waiting: (RecordKey | undefined)[] = [];
  for await (const keys of projection.keys()) {
    waiting.push(...keys);
    while (waiting.length >= PAGE) {
      yield stepOf(waiting.slice(0, PAGE));
      waiting = waiting.slice(PAGE);
    }
  }
  if (waiting.length > 0) yield stepOf(waiting);
}

function stepOf(found: (RecordKey | undefined)[]): Step {
  const keys = found.flatMap((key) => key ?? []);
  return { keys: unique(keys), strange: found.length - keys.length, passed: found.length };
}

function unique(keys: readonly RecordKey[]): RecordKey[] {
  return [...new Set(keys)];
}
