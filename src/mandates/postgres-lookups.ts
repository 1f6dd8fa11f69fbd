import { AppError, toError } from '../domain/errors.ts';
import type { Lookups } from './lookups.ts';
import { makeCopy } from './memory-copy.ts';
import type { RecordKey } from './record.ts';
import { parseRecordKey } from './record-key.ts';
import { isEntity, writesOf } from './writes.ts';

/** A pool, or one client: inside a transaction its own writes are seen. */
export interface Queryable {
  query(statement: { name: string; text: string; values: unknown[] }): Promise<{ rows: unknown[] }>;
}

/**
 * Everything asked for goes in one statement: one round trip and one moment. What nobody asked for is left out of it,
 * since planning it would cost more than the rest.
 */
const PARTS: readonly { reads: string; takes: (asked: Asked) => readonly (readonly unknown[])[] }[] = [
  {
    reads: "select 'alias' as entity, to_jsonb(v) as row from alias_facts v where v.alias = any (?)",
    takes: ({ of }) => [of('alias').map(([hmac]) => hmac)],
  },
  {
    reads: "select 'party' as entity, to_jsonb(v) as row from party_facts v where v.party_id = any (?)",
    takes: ({ ids }) => [ids('party')],
  },
  {
    reads: "select 'names' as entity, to_jsonb(v) as row from names_facts v where v.party_id = any (?)",
    takes: ({ ids }) => [ids('names')],
  },
  {
    reads: `select 'branch' as entity, to_jsonb(v) as row from unnest(?::uuid[], ?::text[]) as asked (party_id, branch)
      join branch_facts v using (party_id, branch)`,
    takes: ({ of }) => columns(of('branch').filter(([party = '']) => UUID.test(party))),
  },
  {
    reads: "select 'service' as entity, to_jsonb(v) as row from service_facts v where v.service_id = any (?)",
    takes: ({ of }) => [of('service').map(([serviceId]) => serviceId)],
  },
  {
    reads: "select 'definition' as entity, to_jsonb(v) as row from definition_facts v where v.service_uuid = any (?)",
    takes: ({ ids }) => [ids('definition')],
  },
  {
    reads: `select 'mandate' as entity, to_jsonb(v) as row from unnest(?::uuid[], ?::uuid[]) as asked (represented, delegate)
      join mandates m on m.represented = asked.represented and m.delegate = asked.delegate and m.all_cases
      join mandate_facts v on v.mandate_id = m.mandate_id`,
    takes: ({ mandates }) => {
      const pairs = mandates
        .filter((parts) => !isCase(parts))
        .map((parts) => [`${parts[0]}${parts[1]}`, parts] as const);
      return columns([...new Map(pairs).values()]);
    },
  },
  {
    reads: `select 'mandate' as entity, to_jsonb(v) as row from mandates m join mandate_facts v using (mandate_id)
      where not m.all_cases and case_hashes(m.cases) && ?::text[]`,
    takes: ({ mandates }) => [mandates.filter(isCase).map(([, , scope = '']) => scope.slice(1))],
  },
  {
    reads: `select distinct 'link' as entity, jsonb_build_object('actor', v.delegate, 'organisation', v.represented) as row
      from mandate_facts v where v.delegate = any (?) and v.second_link`,
    takes: ({ ids }) => [ids('links')],
  },
];

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads the register itself, through the views that define the facts. For deciding inside a writing transaction of the
 * admin API; sidecars never use it.
 */
export function makePostgresLookups(db: Queryable): Lookups {
  return {
    peek: () => undefined,
    async read(keys) {
      if (keys.length === 0) return [];
      const copy = makeCopy();
      for (const row of await readRows(db, keys)) for (const write of writesOfRow(row)) copy.write(write);
      return keys.map(copy.find);
    },
  };
}

/** The rows of the fact views that lead to these records. */
export async function readRows(db: Queryable, keys: readonly RecordKey[]): Promise<{ entity: string; row: unknown }[]> {
  const statement = statementFor(keys);
  return statement ? queryRows(db, statement) : [];
}

function writesOfRow({ entity, row }: { entity: string; row: unknown }): ReturnType<typeof writesOf> {
  if (isEntity(entity)) return writesOf(entity, row);
  const { actor, organisation } = row as { actor: string; organisation: string }; // As the statement builds it.
  return [{ put: 'link', actor, organisation, mandateId: '' }];
}

/** Undefined when no key can lead to anything. */
function statementFor(keys: readonly RecordKey[]): { name: string; text: string; values: unknown[] } | undefined {
  const asked = readKeys(keys);
  const parts = PARTS.map(({ reads, takes }, place) => ({ reads, place, takes: takes(asked) })).filter(
    ({ takes }) => (takes[0]?.length ?? 0) > 0,
  );
  if (parts.length === 0) return undefined;
  let parameter = 0;
  const text = parts.map(({ reads }) => reads.replaceAll('?', () => `$${++parameter}`)).join(' union all ');
  const name = `lookups ${parts.map(({ place }) => place).join('')}`;
  return { name, text, values: parts.flatMap(({ takes }) => takes) };
}

interface Asked {
  of(kind: string): string[][];
  /** Where a key is an id: those that are. */
  ids(kind: string): string[];
  mandates: string[][];
}

function readKeys(keys: readonly RecordKey[]): Asked {
  const asked = [...new Set(keys)].flatMap((key) => parseRecordKey(key) ?? []);
  const of = (kind: string) => asked.filter((key) => key.kind === kind).map(({ parts }) => parts);
  return {
    of,
    ids: (kind) => of(kind).flatMap(([id = '']) => (UUID.test(id) ? [id] : [])),
    mandates: of('mandates').filter(([one = '', other = '']) => UUID.test(one) && UUID.test(other)),
  };
}

function isCase([, , scope = '']: readonly string[]): boolean {
  return scope.startsWith('c');
}

/** Rows of two as two columns. */
function columns(rows: readonly (readonly string[])[]): (string | undefined)[][] {
  return [rows.map(([first]) => first), rows.map(([, second]) => second)];
}

/** Rows as the statement builds them. @throws AppError `store_unavailable` */
export async function queryRows<Row>(db: Queryable, statement: Parameters<Queryable['query']>[0]): Promise<Row[]> {
  const { rows } = await db.query(statement).catch((thrown) => Promise.reject(unavailable(thrown)));
  return rows as Row[];
}

function unavailable(thrown: unknown): AppError {
  return new AppError('store_unavailable', `Postgres: ${toError(thrown).message}`, { cause: thrown });
}
