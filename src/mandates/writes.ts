import type { MandateFacts, Scope } from '../domain/facts.ts';
import type { Write } from './projection.ts';
import type { RecordKey } from './record.ts';
import { recordKey, type ScopeKey, scopeKey } from './record-key.ts';
import { type CaseRow, type Entity, type FactRow, factRows, isEntity, type MandateRow } from './rows.ts';

export { type Entity, type FactRow, factRows, isEntity, type MandateRow } from './rows.ts';

/** What a row of a fact view puts into a projection. */
export const rowWrites: { [E in Entity]: (row: FactRow<E>) => Write[] } = {
  alias: ({ alias, facts }) => [{ put: 'alias', hmac: alias, facts }],
  party: ({ party_id, facts }) => [{ put: 'party', party: party_id, facts }],
  names: ({ party_id, facts }) => [{ put: 'names', party: party_id, facts }],
  service: ({ service_id, facts }) => [{ put: 'service', serviceId: service_id, facts }],
  definition: ({ service_uuid, instances }) => [{ put: 'definition', serviceUuid: service_uuid, instances }],
  branch: ({ party_id, branch }) => [{ put: 'branch', party: party_id, branch }],
  mandate: mandateWrites,
};

/** A mandate under each of its scope keys, and the link of its delegate when it can be the second of a chain. */
export function mandateWrites(row: MandateRow): Write[] {
  const { represented, delegate, mandate_id: mandateId } = row;
  const writes: Write[] = scopesOf(row).map(([scope, facts]) => ({
    put: 'mandate',
    represented,
    delegate,
    scope,
    facts: { ...row.facts, ...facts },
  }));
  if (row.second_link) writes.push({ put: 'link', actor: delegate, organisation: represented, mandateId });
  return writes;
}

type Scoped = [ScopeKey, Pick<MandateFacts, 'scope'> & Partial<Pick<MandateFacts, 'cases'>>];

/** Limited to cases, a mandate stands under those alone, each with no more than that one case. */
function scopesOf(row: MandateRow): Scoped[] {
  if (row.cases === null) return scopes(row).map(([key, scope]) => [key, { scope }]);
  return row.cases.flatMap((one): Scoped[] => {
    const scope = scopeCovering(row, one);
    const cases = [`${one.service_id}#${one.case}`];
    return scope === undefined ? [] : [[scopeKey.case(one.service_id, one.case), { scope, cases }]];
  });
}

function scopes(row: MandateRow): [ScopeKey, Scope][] {
  return [
    ...row.service_uuids.map((uuid): [ScopeKey, Scope] => [scopeKey.service(uuid), { by: 'service' }]),
    ...row.sets.map(({ set, version }): [ScopeKey, Scope] => [scopeKey.set(set), { by: 'set', set, version }]),
    ...(row.owner_id === null ? [] : [[scopeKey.owner(row.owner_id), { by: 'owner' }] satisfies [ScopeKey, Scope]]),
    ...(row.all_services ? [[scopeKey.everything, { by: 'everything' }] satisfies [ScopeKey, Scope]] : []),
  ];
}

/** The part of the scope that covers the case's service; undefined when none does: then it covers nothing. */
function scopeCovering(row: MandateRow, one: CaseRow): Scope | undefined {
  if (one.service_uuid && row.service_uuids.includes(one.service_uuid)) return { by: 'service' };
  const set = row.sets.find((member) => one.sets?.includes(member.set));
  if (set) return { by: 'set', ...set };
  if (row.owner_id !== null && one.owner_id === row.owner_id) return { by: 'owner' };
  return row.all_services ? { by: 'everything' } : undefined;
}

/** A change of one entity: what it was and what it became, as rows of its fact view; null: not there. */
export interface EntityChange {
  entity: string;
  facts_before: unknown;
  facts_after: unknown;
  /** Where what a party may be called may be otherwise: whose, and what is now. The chain holds no sealed numbers. */
  names?: { party_id: string; facts: unknown } | null;
}

/** Entities with changes of their own that no decision reads: what they mean for services is a change of those. */
const WITHOUT_FACTS: readonly string[] = [
  ...['owner', 'set', 'identification', 'intervention', 'paper_request', 'consent', 'offer', 'reconfirmation'],
];

/**
 * What a change does to a projection: puts what is, drops what is no longer. Parses the rows.
 * @throws ZodError on a row that is not one of its view; Error on an entity this layout does not know.
 */
export function changeWrites({ entity, facts_before, facts_after, names }: EntityChange): Write[] {
  if (WITHOUT_FACTS.includes(entity)) return [];
  if (!isEntity(entity)) throw new Error(`a change of an unknown entity: ${entity}`);
  const puts = writesOf(entity, facts_after);
  const kept = new Set(puts.map(identityOf));
  const drops = dropsOf(entity, facts_before).filter((drop) => !kept.has(identityOf(drop)));
  return [...drops, ...puts, ...namesWrites(names)];
}

function namesWrites(names: EntityChange['names']): Write[] {
  if (!names) return [];
  return names.facts === null ? [{ drop: 'names', party: names.party_id }] : writesOf('names', names);
}

/** Parses one row of a fact view, or null, into what it puts. */
export function writesOf<E extends Entity>(entity: E, row: unknown): Write[] {
  if (row === null || row === undefined) return [];
  const build = rowWrites[entity] as (row: unknown) => Write[]; // The schema of the same name parses its argument.
  return build(factRows[entity].parse(row));
}

/** Takes away all that such a row can ever have put, whatever else has changed since. */
function dropsOf<E extends Entity>(entity: E, row: unknown): Write[] {
  if (row === null || row === undefined) return [];
  const build = rowDrops[entity] as (row: unknown) => Write[]; // The schema of the same name parses its argument.
  return build(factRows[entity].parse(row));
}

/** Parties are never dropped: a register keeps whom it has known, with the state they are in. */
const rowDrops: { [E in Entity]: (row: FactRow<E>) => Write[] } = {
  alias: ({ alias }) => [{ drop: 'alias', hmac: alias }],
  party: () => [],
  names: ({ party_id }) => [{ drop: 'names', party: party_id }],
  service: ({ service_id }) => [{ drop: 'service', serviceId: service_id }],
  definition: ({ service_uuid }) => [{ drop: 'definition', serviceUuid: service_uuid }],
  branch: ({ party_id, branch }) => [{ drop: 'branch', party: party_id, branch }],
  mandate: mandateDrops,
};

/** Under each of its cases, also those that no part of its scope seems to cover: that may have been otherwise. */
function mandateDrops(row: MandateRow): Write[] {
  const { represented, delegate, mandate_id: mandateId } = row;
  const keys =
    row.cases === null
      ? scopes(row).map(([key]) => key)
      : row.cases.map((one) => scopeKey.case(one.service_id, one.case));
  const drops = keys.map((scope): Write => ({ drop: 'mandate', represented, delegate, scope, mandateId }));
  if (row.second_link) drops.push({ drop: 'link', actor: delegate, organisation: represented, mandateId });
  return drops;
}

/** The record that a write touches. */
export function touchedKey(write: Write): RecordKey {
  const what = 'put' in write ? { ...write, kind: write.put } : { ...write, kind: write.drop };
  if ('hmac' in what) return recordKey.alias(what.hmac);
  if ('serviceId' in what) return recordKey.service(what.serviceId);
  if ('serviceUuid' in what) return recordKey.definition(what.serviceUuid);
  if ('scope' in what) return recordKey.mandates(what.represented, what.delegate, what.scope);
  if ('actor' in what) return recordKey.links(what.actor);
  if ('branch' in what) return recordKey.branch(what.party, what.branch);
  if (what.kind === 'names') return recordKey.names(what.party);
  return recordKey.party(what.party);
}

/** Names the record or, in a list, the entry that a write is about. */
export function identityOf(write: Write): string {
  return `${touchedKey(write)}|${entryOf(write)}`;
}

function entryOf(write: Write): string {
  if ('scope' in write) return 'facts' in write ? write.facts.mandate_id : write.mandateId;
  return 'actor' in write ? `${write.organisation}|${write.mandateId}` : '';
}
