import { partyKindOf } from '../../src/domain/identifier.ts';
import { identifierOf } from './facts.ts';
import { LEVELS, type PeerMandate, type PeerRegister } from './register.ts';

const OWNER = '00000003800000010000';

/** A register of the peers as `machtig import` takes it. */
export function registerFileOf(register: PeerRegister): object {
  const services = [...register.services.values()].map((service, index) => ({ ...service, uuid: uuidOf(index) }));
  const uuids = new Map(services.map(({ id, uuid }) => [id, uuid]));
  const mandates = [...register.mandates()];
  const urns = [...new Set(mandates.flatMap(({ represented, delegate }) => [represented, delegate]))];
  const keys = new Map(urns.map((urn, index) => [urn, `p${index}`]));
  return {
    source: 'peers',
    service_owners: [{ oin: OWNER, name: 'Dienstverlener' }],
    services: services.map(({ id, uuid, level, chains, branches }) => ({
      uuid,
      name: id,
      description: id,
      consequence: id,
      loa: LEVELS[level],
      kinds: ['employee', 'business', 'voluntary', 'statutory', 'appointed'],
      grounds: ['signatory'],
      domain: 'general',
      chains,
      branches,
      operations: ['view', 'submit'],
      follow_up: 'delegate',
      instances: [{ service_id: id, owner: OWNER }],
    })),
    parties: urns.map((urn) => partyOf(register, urn, keys.get(urn) ?? '')),
    mandates: mandates.map((mandate) => mandateOf(mandate, keys, uuids)),
  };
}

const uuidOf = (index: number) => `5e000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

function partyOf(register: PeerRegister, urn: string, key: string): object {
  const { scheme } = identifierOf(urn);
  const named = scheme === 'pseudonym' ? { means: [{ id: urn }] } : { identifiers: [urn] };
  const branches = register.branchesOf(urn).map((number) => ({ number }));
  return { key, kind: partyKindOf(scheme), name: key, ...named, ...(branches.length > 0 && { branches }) };
}

function mandateOf(mandate: PeerMandate, keys: ReadonlyMap<string, string>, uuids: ReadonlyMap<string, string>) {
  const { id, kind, status, represented, delegate, from, until, level, services, operations, branches, reach } =
    mandate;
  return {
    id,
    name: id,
    kind: kind === 'signatory' ? 'statutory' : kind,
    ...(kind === 'signatory' && { ground: 'signatory' }),
    represented: keys.get(represented),
    delegate: keys.get(delegate),
    status,
    ...(services === 'all' ? { all_services: true } : { services: services.map((service) => uuids.get(service)) }),
    operations,
    branches,
    cases: 'all',
    loa: LEVELS[level],
    ...(kind === 'employee' && { reach }),
    granted_by: keys.get(represented),
    valid_from: new Date(from).toISOString(),
    valid_until: new Date(until).toISOString(),
  };
}
