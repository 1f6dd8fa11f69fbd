import { createHash } from 'node:crypto';
import type { PartyId } from '../domain/facts.ts';
import type { RecordKey } from './record.ts';

/**
 * A scope key says under which part of its scope a mandate is found: `s` a ServiceUUID, `t` a service set, `o` an
 * owner, `e` everything, `c` one case. Case mandates stand only under their cases, so that 20,000 of them between
 * one pair cost nothing to a question about another case.
 */
export type ScopeKey = string;

export const scopeKey = {
  service: (serviceUuid: string): ScopeKey => `s${serviceUuid}`,
  set: (setId: string): ScopeKey => `t${setId}`,
  owner: (ownerId: string): ScopeKey => `o${ownerId}`,
  everything: 'e' as ScopeKey,
  /** The case id is free text of the service owner: hashed, so that it can neither collide with nor break a key. */
  case: (serviceId: string, caseId: string): ScopeKey =>
    `c${createHash('sha256').update(`${serviceId}#${caseId}`).digest('hex').slice(0, 32)}`,
};

/** Builds record keys. Parts are fixed-length or come last, so that two keys never collide. */
export const recordKey = {
  alias: (hmac: string): RecordKey<'alias'> => `alias:${hmac}`,
  party: (party: PartyId): RecordKey<'party'> => `party:${party}`,
  service: (serviceId: string): RecordKey<'service'> => `service:${serviceId}`,
  definition: (serviceUuid: string): RecordKey<'definition'> => `definition:${serviceUuid}`,
  branch: (party: PartyId, branch: string): RecordKey<'branch'> => `branch:${party}:${branch}`,
  mandates: (represented: PartyId, delegate: PartyId, scope: ScopeKey): RecordKey<'mandates'> =>
    `mandates:${represented}:${delegate}:${scope}`,
  links: (actor: PartyId): RecordKey<'links'> => `links:${actor}`,
};
