import type { ActName, SystemRole } from '../../domain/administration.ts';
import type { PartyFacts, PartyId, ServiceFacts, ServiceTerms } from '../../domain/facts.ts';
import type { AdminInput } from '../../policy/admin-input.ts';
import type { MandateRow, Register } from './register.ts';

/** A mandate as a plain row, with what only managing asks of it. */
export interface ActRow extends MandateRow {
  channel: 'digital' | 'paper';
  evidence: string[];
  /** Capacity of whoever suspended it. */
  suspended_by?: string;
}

/** A register with everybody in it, and the service by which it is managed. */
export interface AdminWorld {
  register: Register;
  /** ServiceID. */
  manage: string;
  now: number;
}

export interface Login {
  party: PartyId;
  loa?: string;
  means?: { active: boolean };
}

/** One act that somebody wants to do. */
export interface AdminQuestion {
  act: ActName;
  actor?: Login;
  system?: { role: SystemRole; owner?: string };
  together: Login[];
  current?: ActRow;
  mandate?: ActRow;
  parent?: ActRow;
  party?: PartyId;
  about: Omit<AdminInput['act'], 'name' | 'current' | 'mandate' | 'parent'>;
}

export function partyOf({ register }: AdminWorld, id: PartyId): PartyFacts {
  const found = register.parties.get(id);
  if (found === undefined) throw new Error(`the world has no party ${id}`);
  return found;
}

/** The two ends, or the party that the act is about. */
export function endsOf({ mandate, current, party }: AdminQuestion): { represented?: PartyId; delegate?: PartyId } {
  const row = mandate ?? current;
  if (row) return { represented: row.represented, delegate: row.delegate };
  return party === undefined ? {} : { represented: party };
}

export function manageService({ register, manage }: AdminWorld): ServiceFacts {
  const service = register.services.get(manage);
  if (service === undefined) throw new Error('the world has no service by which it is managed');
  return service;
}

export interface Definition {
  uuid: string;
  domain: ServiceFacts['domain'];
  terms: ServiceTerms;
  /** Of its active instances, sorted. */
  owners: string[];
}

/** The definitions that a mandate covers by name, or by a set as it was confirmed and still is. */
export function definitionsOf({ register }: AdminWorld, row: ActRow): Definition[] {
  const all = [...register.services.values()];
  const inSet = (uuid: string) =>
    row.sets.some(({ set, version }) =>
      all.some((one) => one.service_uuid === uuid && (one.sets[set] ?? Number.POSITIVE_INFINITY) <= version),
    );
  const uuids = [...new Set(all.map((one) => one.service_uuid))].filter(
    (uuid) => row.services.includes(uuid) || inSet(uuid),
  );
  return uuids.sort().flatMap((uuid) => {
    const instances = all.filter((one) => one.service_uuid === uuid);
    const [first] = instances;
    const owners = [...new Set(instances.filter(({ instance }) => instance.active).map(({ owner }) => owner))].sort();
    return first ? [{ uuid, domain: first.domain, terms: first.definition, owners }] : [];
  });
}
