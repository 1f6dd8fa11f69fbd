import { createHash } from 'node:crypto';
import type { PartyId } from '../domain/facts.ts';
import type { RecordKey, RecordKind } from './record.ts';

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
  names: (party: PartyId): RecordKey<'names'> => `names:${party}`,
  service: (serviceId: string): RecordKey<'service'> => `service:${serviceId}`,
  definition: (serviceUuid: string): RecordKey<'definition'> => `definition:${serviceUuid}`,
  branch: (party: PartyId, branch: string): RecordKey<'branch'> => `branch:${party}:${branch}`,
  mandates: (represented: PartyId, delegate: PartyId, scope: ScopeKey): RecordKey<'mandates'> =>
    `mandates:${represented}:${delegate}:${scope}`,
  links: (actor: PartyId): RecordKey<'links'> => `links:${actor}`,
};

/** The parts of a key, in the order in which `recordKey` takes them; undefined when it is no record key. */
export function parseRecordKey(key: RecordKey): { kind: RecordKind; parts: string[] } | undefined {
  const colon = key.indexOf(':');
  const kind = key.slice(0, colon);
  const rest = key.slice(colon + 1);
  if (kind === 'mandates') {
    const [represented = '', delegate = '', scope = ''] = rest.split(':');
    return { kind, parts: [represented, delegate, scope] };
  }
  if (kind === 'branch') return { kind, parts: [rest.slice(0, 36), rest.slice(37)] };
  return isKind(kind) ? { kind, parts: [rest] } : undefined;
}

const ONE_PART: readonly string[] = ['alias', 'party', 'names', 'service', 'definition', 'links'];

function isKind(text: string): text is RecordKind {
  return ONE_PART.includes(text);
}
