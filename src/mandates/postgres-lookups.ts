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

/** Everything asked for, in one statement: one round trip and one moment. */
const STATEMENT = `
  select 'alias' as entity, to_jsonb(v) as row from alias_facts v where v.alias = any ($1)
  union all
  select 'party', to_jsonb(v) from party_facts v where v.party_id = any ($2)
  union all
  select 'branch', to_jsonb(v) from unnest($3::uuid[], $4::text[]) as asked (party_id, branch)
    join branch_facts v using (party_id, branch)
  union all
  select 'service', to_jsonb(v) from service_facts v where v.service_id = any ($5)
  union all
  select 'definition', to_jsonb(v) from definition_facts v where v.service_uuid = any ($6)
  union all
  select 'mandate', to_jsonb(v) from unnest($7::uuid[], $8::uuid[]) as asked (represented, delegate)
    join mandates m on m.represented = asked.represented and m.delegate = asked.delegate and m.all_cases
    join mandate_facts v on v.mandate_id = m.mandate_id
  union all
  select 'mandate', to_jsonb(v) from mandates m join mandate_facts v using (mandate_id)
  where not m.all_cases and case_hashes(m.cases) && $9::text[]
  union all
  select distinct 'link', jsonb_build_object('actor', v.delegate, 'organisation', v.represented)
  from mandate_facts v where v.delegate = any ($10) and v.second_link`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads the register itself, through the views that define the facts. For deciding inside a writing transaction of the
 * admin API; sidecars never use it.
 */
export function makePostgresLookups(db: Queryable): Lookups {
  return {
    peek: () => undefined,
    async read(keys) {
      if (keys.length === 0) return [];
      const { rows } = await db
        .query({ name: 'lookups', text: STATEMENT, values: valuesOf(keys) })
        .catch((thrown) => Promise.reject(unavailable(thrown)));
      const copy = makeCopy();
      for (const row of rows as { entity: string; row: unknown }[]) {
        for (const write of writesOfRow(row)) copy.write(write);
      }
      return keys.map(copy.find);
    },
  };
}

function writesOfRow({ entity, row }: { entity: string; row: unknown }): ReturnType<typeof writesOf> {
  if (isEntity(entity)) return writesOf(entity, row);
  const { actor, organisation } = row as { actor: string; organisation: string }; // As the statement builds it.
  return [{ put: 'link', actor, organisation, mandateId: '' }];
}

function valuesOf(keys: readonly RecordKey[]): unknown[] {
  const asked = [...new Set(keys)].flatMap((key) => parseRecordKey(key) ?? []);
  const of = (kind: string) => asked.filter((key) => key.kind === kind).map(({ parts }) => parts);
  const ids = (kind: string) => of(kind).flatMap(([id = '']) => (UUID.test(id) ? [id] : []));
  const branches = of('branch').filter(([party = '']) => UUID.test(party));
  const mandates = of('mandates').filter(([one = '', other = '']) => UUID.test(one) && UUID.test(other));
  const isCase = ([, , scope = '']: string[]) => scope.startsWith('c');
  const pairs = new Map(mandates.filter((parts) => !isCase(parts)).map((parts) => [`${parts[0]}${parts[1]}`, parts]));
  const pairList = [...pairs.values()];
  return [
    of('alias').map(([hmac]) => hmac),
    ids('party'),
    branches.map(([party]) => party),
    branches.map(([, branch]) => branch),
    of('service').map(([serviceId]) => serviceId),
    ids('definition'),
    pairList.map(([represented]) => represented),
    pairList.map(([, delegate]) => delegate),
    mandates.filter(isCase).map(([, , scope = '']) => scope.slice(1)),
    ids('links'),
  ];
}

function unavailable(thrown: unknown): AppError {
  return new AppError('store_unavailable', `Postgres: ${toError(thrown).message}`, { cause: thrown });
}
