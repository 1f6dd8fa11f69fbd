import { createHash } from 'node:crypto';
import type { MandateFacts, PartyFacts, ServiceFacts, ServiceTerms } from '../../domain/facts.ts';
import type { MandateRow, Register } from './register.ts';
import type { RegisterFile } from './register-file.ts';

type Party = RegisterFile['parties'][number];
type Mandate = RegisterFile['mandates'][number];
type Service = RegisterFile['services'][number];
type Terms = Partial<Pick<Service, 'active' | 'loa' | 'kinds' | 'grounds' | 'chains' | 'branches'>>;

const KVK = 'urn:nl:kvk:';

/** A UUID that depends on its name alone. */
export function namedUuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Facts straight from a register file, without a database: what the SQL views must say too. */
export function registerFacts(file: RegisterFile): Register {
  const ids = new Map(file.parties.map((party) => [party.key, namedUuid(`party ${party.key}`)]));
  const idOf = (key: string): string => found(ids.get(key), `party ${key}`);
  return {
    parties: new Map(file.parties.map((party) => [idOf(party.key), partyFacts(idOf(party.key), party)])),
    aliases: new Map(file.parties.flatMap((party) => aliases(idOf(party.key), party))),
    branches: new Set(file.parties.flatMap((p) => p.branches.map(({ number }) => `${idOf(p.key)} ${number}`))),
    services: new Map(services(file).map((facts) => [facts.service_id, facts])),
    mandates: file.mandates.map((mandate) => mandateRow(mandate, file, idOf)),
  };
}

export function ownerId(oin: string): string {
  return namedUuid(`owner ${oin}`);
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the register file has no ${what}`);
  return value;
}

function partyFacts(id: string, party: Party): PartyFacts {
  const kvk = party.identifiers.find((urn) => urn.startsWith(KVK));
  return {
    party_id: id,
    kind: party.kind,
    states: party.states.map(({ state, since, until }) => ({ state, since, ...(until !== undefined && { until }) })),
    ...(party.birth_date !== undefined && { birth_date: party.birth_date }),
    ...(kvk !== undefined && { kvk: kvk.slice(KVK.length) }),
    has_branches: party.branches.length > 0,
  };
}

function aliases(id: string, party: Party): [string, { party_id: string; means?: { active: boolean } }][] {
  return [
    ...party.identifiers.map((urn): [string, { party_id: string }] => [urn, { party_id: id }]),
    ...party.means.map(({ id: urn, active }): [string, { party_id: string; means: { active: boolean } }] => [
      urn,
      { party_id: id, means: { active } },
    ]),
  ];
}

function services(file: RegisterFile): ServiceFacts[] {
  return file.services.flatMap((service) =>
    service.instances.map((instance) => ({
      service_id: instance.service_id,
      service_uuid: service.uuid,
      owner: ownerId(instance.owner),
      domain: service.domain,
      definition: terms(service, {}),
      instance: terms(service, { ...(instance as Terms), active: instance.active ?? true }),
      sets: setsWith(service.uuid, file),
      sub_services: file.portals.find((portal) => portal.service_id === instance.service_id)?.sub_services ?? [],
      follow_up: service.follow_up,
    })),
  );
}

function terms(service: Service, own: Terms): ServiceTerms {
  return {
    active: own.active ?? service.active,
    loa: own.loa ?? service.loa,
    kinds: asSet(own.kinds ?? service.kinds),
    grounds: asSet(own.grounds ?? service.grounds),
    chains: own.chains ?? service.chains,
    branches: own.branches ?? service.branches,
  };
}

function asSet<T extends string>(names: readonly T[]): Partial<Record<T, true>> {
  const set: Partial<Record<T, true>> = {};
  for (const name of names) set[name] = true;
  return set;
}

function setsWith(service: string, file: RegisterFile): Record<string, number> {
  const now = file.sets.flatMap((set) =>
    set.members
      .filter((member) => member.service === service && member.since <= set.version)
      .filter((member) => member.until === undefined || member.until > set.version)
      .map((member): [string, number] => [set.id, member.since]),
  );
  return Object.fromEntries(now);
}

function mandateRow(mandate: Mandate, file: RegisterFile, idOf: (key: string) => string): MandateRow {
  return {
    represented: idOf(mandate.represented),
    delegate: idOf(mandate.delegate),
    services: mandate.services,
    sets: mandate.sets,
    ...(mandate.owner !== undefined && { owner: ownerId(mandate.owner) }),
    everything: mandate.all_services,
    facts: { ...mandateFacts(mandate), ...relations(mandate, file, idOf) },
  };
}

function mandateFacts(mandate: Mandate): Omit<MandateFacts, 'scope'> {
  const { ground, valid_until, granted_under, follow_up, cases } = mandate;
  const reach = mandate.reach ?? (mandate.kind === 'employee' ? 'own' : undefined);
  return {
    mandate_id: mandate.id,
    kind: mandate.kind,
    status: mandate.status,
    valid_from: mandate.valid_from,
    loa: mandate.loa,
    operations: mandate.operations,
    branches: mandate.branches,
    cases: cases === 'all' ? 'all' : cases.map((one) => `${one.service}#${one.case}`),
    granted_at: mandate.granted_at ?? mandate.valid_from,
    ...(ground !== undefined && { ground }),
    ...(valid_until !== undefined && { valid_until }),
    ...(reach !== undefined && { reach }),
    ...(granted_under !== undefined && { granted_under }),
    ...(follow_up !== undefined && { follow_up }),
    ...(mandate.survivor && { survivor: true as const }),
    ...(mandate.reads_messages && { reads_messages: true as const }),
    ...(mandate.substitution && { substitution: true as const }),
  };
}

function relations(
  mandate: Mandate,
  file: RegisterFile,
  idOf: (key: string) => string,
): Pick<MandateFacts, 'joint' | 'derived_from'> {
  const { joint, derived_from } = mandate;
  const parent = file.mandates.find((one) => one.id === derived_from);
  return {
    ...(joint !== undefined && { joint: { required: joint.required, with: joint.with.map(idOf) } }),
    ...(derived_from !== undefined && {
      derived_from: { mandate_id: derived_from, delegate: idOf(found(parent, `mandate ${derived_from}`).delegate) },
    }),
  };
}
