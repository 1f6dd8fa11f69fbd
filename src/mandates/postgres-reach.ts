import type { PartyId } from '../domain/facts.ts';
import { type Queryable, queryRows, UUID } from './postgres-lookups.ts';
import type { Reach } from './reach.ts';
import { type ScopeKey, scopeKey } from './record-key.ts';

const CHUNK = 1000;

/** `$1`: whose; `$2`: behind whom to go on; `$3`: how many at most; from `$4`: what of the scope keys is of each kind. */
const DELEGATES = `
  select distinct m.delegate as one from mandates m
  where m.represented = $1 and has_facts(m.status) and ($2::uuid is null or m.delegate > $2)`;
const UNDER = `
  and case when m.all_cases then m.services && $4::uuid[]
      or exists (select from jsonb_array_elements(m.sets) as s where (s ->> 'set')::uuid = any ($5::uuid[]))
      or m.owner_id = any ($6::uuid[]) or m.all_services and $7
    else case_hashes(m.cases) && $8::text[] end`;
const REPRESENTED = `
  select distinct m.represented as one from mandates m
  where m.delegate = $1 and has_facts(m.status) and ($2::uuid is null or m.represented > $2)`;
const SERVICES = `
  select i.service_id as one from service_instances i where $1::text is null and ($2::text is null or i.service_id > $2)`;
const NEXT = ' order by 1 limit $3';

/**
 * Asks the register itself, each chunk behind the last of the one before. May also give who has a mandate for cases of
 * which no part of its scope covers the service: a projection leaves him out.
 */
export function makePostgresReach(db: Queryable): Reach {
  async function* walk(name: string, text: string, of: string | null, more: unknown[] = []): AsyncGenerator<string[]> {
    let last: string | null = null;
    let found: string[];
    do {
      const values = [of, last, CHUNK, ...more];
      const rows = await queryRows<{ one: string }>(db, { name: `reach ${name}`, text: text + NEXT, values });
      found = rows.map(({ one }) => one);
      if (found.length > 0) yield found;
      last = found.at(-1) ?? null;
    } while (found.length === CHUNK);
  }

  async function* ofParty(name: string, text: string, party: PartyId, more?: unknown[]): AsyncGenerator<string[]> {
    if (UUID.test(party)) yield* walk(name, text, party, more);
  }

  return {
    delegates: (represented, scopes) =>
      scopes === undefined
        ? ofParty('delegates', DELEGATES, represented)
        : ofParty('delegates under', DELEGATES + UNDER, represented, valuesOf(scopes)),
    represented: (delegate) => ofParty('represented', REPRESENTED, delegate),
    services: () => walk('services', SERVICES, null),
  };
}

/** What `UNDER` takes. */
function valuesOf(scopes: ReadonlySet<ScopeKey>): unknown[] {
  const of = (letter: string) => [...scopes].filter((key) => key.startsWith(letter)).map((key) => key.slice(1));
  return [of('s'), of('t'), of('o'), scopes.has(scopeKey.everything), of('c')];
}
