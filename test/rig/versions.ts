import type { Question } from '../../src/domain/evaluation.ts';
import type { PartyId } from '../../src/domain/facts.ts';
import { type Identifier, isPartyRef, type PartyName, toUrn } from '../../src/domain/identifier.ts';
import type { FactRow } from '../../src/mandates/rows.ts';
import type { MandateRow, Register } from '../oracle/register.ts';

/** What every entity was from which revision on. */
export interface Versions {
  /** `value`: the entity's row of its fact view; null when it has none. */
  put(entity: string, id: string, n: number, value: unknown): void;
  /** The part of the register, as it was at revision `n`, that bears upon this question. */
  registerFor(question: Question, n: number, alias: (identifier: Identifier) => string): Register;
  /** The whole of it, without aliases, whose identifiers nobody can tell. */
  registerAt(n: number): Omit<Register, 'aliases'>;
  /** What it was before the version that held at revision `n` is forgotten. */
  forget(entity: string, id: string, n: number): void;
  /** A copy as of revision `n`, which goes its own way from there. */
  until(n: number): Versions;
}

interface Version {
  n: number;
  value: unknown;
}

export function makeVersions(given: ReadonlyMap<string, Map<string, Version[]>> = new Map()): Versions {
  const entities = new Map(given);
  /** Mandates by represented, and by delegate: ends never change. */
  const granted = makeIndex();
  const held = makeIndex();
  const branchesOf = makeIndex();
  const serviceChanges: number[] = [];
  const servicesSince = new Map<number, Register['services']>();
  for (const versions of entities.get('service')?.values() ?? []) serviceChanges.push(...versions.map(({ n }) => n));
  serviceChanges.sort((a, b) => a - b);
  for (const [id, versions] of entities.get('mandate') ?? []) index('mandate', id, versions.at(-1)?.value);
  for (const [id, versions] of entities.get('branch') ?? []) index('branch', id, versions.at(-1)?.value);

  function index(entity: string, id: string, value: unknown): void {
    if (entity === 'branch') branchesOf.add(id.slice(0, id.indexOf(':')), id);
    if (entity !== 'mandate' || value === null || value === undefined) return;
    const { represented, delegate } = value as FactRow<'mandate'>; // Rows of the view.
    granted.add(represented, id);
    held.add(delegate, id);
  }

  function put(entity: string, id: string, n: number, value: unknown): void {
    const byId = entities.get(entity) ?? new Map<string, Version[]>();
    entities.set(entity, byId);
    const versions = byId.get(id) ?? [];
    byId.set(id, versions);
    versions.push({ n, value });
    if (entity === 'service' && serviceChanges.at(-1) !== n) serviceChanges.push(n);
    index(entity, id, value);
  }

  function at(entity: string, id: string, n: number): unknown {
    return (
      entities
        .get(entity)
        ?.get(id)
        ?.findLast((version) => version.n <= n)?.value ?? undefined
    );
  }

  const partyAt = (id: PartyId, n: number) => (at('party', id, n) as FactRow<'party'> | undefined)?.facts;

  function mandateAt(id: string, n: number): MandateRow[] {
    const row = at('mandate', id, n) as FactRow<'mandate'> | undefined;
    return row === undefined ? [] : [toMandate(row)];
  }

  /** Services seldom change: they are put together once for all revisions between two such changes. */
  function servicesAt(n: number): Register['services'] {
    const since = serviceChanges.findLast((at) => at <= n) ?? 0;
    const known = servicesSince.get(since);
    if (known) return known;
    const services: Register['services'] = new Map();
    servicesSince.set(since, services);
    for (const id of entities.get('service')?.keys() ?? []) {
      const row = at('service', id, n) as FactRow<'service'> | undefined;
      if (row) services.set(id, row.facts);
    }
    return services;
  }

  function registerFor(question: Question, n: number, alias: (identifier: Identifier) => string): Register {
    const register: Register = {
      parties: new Map(),
      aliases: new Map(),
      branches: new Set(),
      services: servicesAt(n),
      mandates: [],
    };
    const idsOf = (names: readonly PartyName[]) =>
      names.flatMap((name) => {
        if (isPartyRef(name)) return [name.party_id];
        const row = at('alias', alias(name), n) as FactRow<'alias'> | undefined;
        if (row) register.aliases.set(toUrn(name), row.facts);
        return row ? [row.facts.party_id] : [];
      });
    const actors = idsOf([question.actor, ...(question.together ?? []).map(({ id }) => id)]);
    const [represented] = idsOf([question.represented]);
    const ids = [...actors, ...(represented ? [represented] : []), ...idsOf(question.via ? [question.via] : [])];
    const mandates = new Map<string, MandateRow>();
    const add = (id: string) => {
      for (const row of mandateAt(id, n)) mandates.set(id, row);
    };
    // What those who act hold themselves, what that hangs on, and all that was granted by whom it is about.
    for (const id of actors) for (const one of held.of(id)) add(one);
    for (const { facts } of [...mandates.values()]) if (facts.derived_from) add(facts.derived_from.mandate_id);
    if (represented) for (const one of granted.of(represented)) add(one);
    register.mandates = [...mandates.values()];
    const known = register.mandates.flatMap(endsOf);
    for (const id of [...ids, ...known]) {
      const facts = partyAt(id, n);
      if (facts) register.parties.set(id, facts);
    }
    if (represented) {
      for (const id of branchesOf.of(represented)) {
        if (at('branch', id, n)) register.branches.add(id.replace(':', ' '));
      }
    }
    return register;
  }

  return {
    put,
    registerFor,
    registerAt: (n) => ({
      parties: new Map(
        [...(entities.get('party')?.keys() ?? [])].flatMap((id) => {
          const facts = partyAt(id, n);
          return facts ? [[id, facts]] : [];
        }),
      ),
      branches: new Set(
        [...(entities.get('branch')?.keys() ?? [])]
          .filter((id) => at('branch', id, n))
          .map((id) => id.replace(':', ' ')),
      ),
      services: servicesAt(n),
      mandates: [...(entities.get('mandate')?.keys() ?? [])].sort().flatMap((id) => mandateAt(id, n)),
    }),
    forget(entity, id, n) {
      // What was put together for revisions before the last change of services that is kept.
      while ((serviceChanges[1] ?? n + 1) <= n) servicesSince.delete(serviceChanges.shift() ?? 0);
      const versions = entities.get(entity)?.get(id) ?? [];
      const held = versions.findLastIndex((version) => version.n <= n);
      if (held > 0) versions.splice(0, held);
    },
    until(n) {
      const copy = [...entities].map(([entity, byId]): [string, Map<string, Version[]>] => [
        entity,
        new Map([...byId].map(([id, versions]) => [id, versions.filter((version) => version.n <= n)])),
      ]);
      return makeVersions(new Map(copy));
    },
  };
}

/** A mandate as the oracle scans it. */
function toMandate(row: FactRow<'mandate'>): MandateRow {
  return {
    facts: row.facts,
    represented: row.represented,
    delegate: row.delegate,
    services: row.service_uuids,
    sets: row.sets,
    ...(row.owner_id !== null && { owner: row.owner_id }),
    everything: row.all_services,
  };
}

function endsOf({ represented, delegate, facts: { derived_from, joint } }: MandateRow): PartyId[] {
  return [represented, delegate, ...(derived_from ? [derived_from.delegate] : []), ...(joint?.with ?? [])];
}

function makeIndex() {
  const lists = new Map<string, Set<string>>();
  return {
    add(key: string, id: string): void {
      const list = lists.get(key) ?? new Set();
      lists.set(key, list.add(id));
    },
    of: (key: string): Iterable<string> => lists.get(key) ?? [],
  };
}
