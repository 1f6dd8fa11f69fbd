import type { PartyFacts, ServiceFacts, ServiceTerms } from '../domain/facts.ts';
import type { Identifier } from '../domain/identifier.ts';
import type { Lookups } from '../mandates/lookups.ts';
import { makeMemoryStore } from '../mandates/memory.ts';
import type { Write } from '../mandates/projection.ts';
import { type FactRow, rowWrites } from '../mandates/writes.ts';
import type { SeedService } from '../register/seed-catalogue.ts';
import { seedCatalogueRows } from '../register/seed-catalogue-rows.ts';
import { type SeedMandate, seedEmployee, seedMandate } from '../register/seed-mandates.ts';
import type { SeedWorld } from '../register/seed-world.ts';
import { parseMoment } from './cases/amsterdam.ts';

/** HMAC of an identifier, or what stands for one. */
type Alias = (identifier: Identifier) => string;

/** A seeded register as a projection in this process, without a database: what the SQL views make of the same rows. */
export async function seededLookups(world: SeedWorld, alias: Alias): Promise<Lookups> {
  const { projection, lookups } = makeMemoryStore();
  const rebuild = await projection.rebuild({ layout: 1, keyId: 'seed', keyCheck: 'seed' }, 1);
  await rebuild.load([...seededWrites(world, alias)]);
  await rebuild.swap({ epoch: 1, n: 1 }, '');
  return lookups;
}

/** All that decisions may read of it. */
export function* seededWrites(world: SeedWorld, alias: Alias): Generator<Write> {
  yield* catalogueWrites(world);
  for (let party = 0; party < world.parties; party++) {
    yield* partyWrites(world, party, alias);
    const count = world.countOf(party);
    let relative = false;
    for (let k = 0; k < count; k++) {
      const employee = seedEmployee(world, party, k);
      if (employee === k) yield* employeeWrites(world, party, k, alias);
      else relative ||= employee !== undefined;
      yield* rowWrites.mandate(mandateRow(world, party, seedMandate(world, party, k)));
    }
    if (relative) yield* employeeWrites(world, party, 1000, alias);
  }
}

function partyWrites(world: SeedWorld, party: number, alias: Alias): Write[] {
  const party_id = world.idOf(party);
  const [identifier, rsin, state, branches] = [
    world.identifierOf(party),
    world.rsinOf(party),
    world.stateOf(party),
    world.branchesOf(party),
  ];
  const isPerson = world.isPerson(party);
  const facts: PartyFacts = {
    party_id,
    kind: isPerson ? 'person' : 'organisation',
    // Seeded states are spelled as the facts do.
    states: state
      ? [{ state: state.state, since: midnight(`${state.year}-07-01`) } as PartyFacts['states'][number]]
      : [],
    has_branches: branches.length > 0,
    ...(isPerson ? { birth_date: world.birthDateOf(party) } : { kvk: identifier.value }),
  };
  return [
    ...rowWrites.party({ party_id, facts }),
    ...[identifier, ...(rsin ? [rsin] : [])].flatMap((one) =>
      rowWrites.alias({ alias: alias(one), facts: { party_id } }),
    ),
    ...branches.flatMap((branch) => rowWrites.branch({ party_id, branch })),
  ];
}

function employeeWrites(world: SeedWorld, party: number, employee: number, alias: Alias): Write[] {
  const party_id = world.employeeId(party, employee);
  const means = { active: world.meansActive(party, employee) };
  return [
    ...rowWrites.party({ party_id, facts: { party_id, kind: 'person', states: [], has_branches: false } }),
    ...rowWrites.alias({ alias: alias(world.employeeMeans(party, employee)), facts: { party_id, means } }),
  ];
}

function mandateRow(world: SeedWorld, party: number, mandate: SeedMandate): FactRow<'mandate'> {
  const { catalogue } = world;
  const { scope, delegate } = mandate;
  const isEmployee = 'employee' in delegate;
  const toPerson = isEmployee || world.isPerson(delegate.party);
  const serves = mandate.reach === 'clients' || mandate.reach === 'both' || mandate.ground === 'signatory';
  return {
    mandate_id: mandate.id,
    represented: world.idOf(party),
    delegate: isEmployee ? world.employeeId(party, delegate.employee) : world.idOf(delegate.party),
    facts: mandateFacts(world, party, mandate),
    service_uuids: scope.services.flatMap((service) => catalogue.services[service]?.uuid ?? []),
    sets: scope.sets.flatMap((set) => (catalogue.sets[set] ? [{ set: catalogue.sets[set].id, version: 1 }] : [])),
    owner_id: scope.owner === undefined ? null : (catalogue.owners[scope.owner]?.id ?? null),
    all_services: scope.all,
    cases: mandate.cases === 'all' ? null : mandate.cases.flatMap((name) => caseRow(world, mandate, name)),
    second_link: toPerson && serves,
  };
}

/** Seeded case mandates name the service of their case. */
function caseRow({ catalogue }: SeedWorld, { scope }: SeedMandate, name: string) {
  const service = catalogue.services[scope.services[0] ?? -1];
  const at = name.indexOf('#');
  return service ? [{ service_id: name.slice(0, at), case: name.slice(at + 1), service_uuid: service.uuid }] : [];
}

function mandateFacts(world: SeedWorld, party: number, mandate: SeedMandate): FactRow<'mandate'>['facts'] {
  const { ground, reach, jointWith, derivedFrom } = mandate;
  const valid_from = midnight(mandate.validFrom);
  return {
    mandate_id: mandate.id,
    kind: mandate.kind,
    status: mandate.status,
    loa: mandate.loa,
    valid_from,
    valid_until: midnight(mandate.validUntil),
    granted_at: valid_from,
    operations: mandate.operations,
    branches: mandate.branches,
    cases: mandate.cases,
    ...(ground && { ground }),
    ...(reach && { reach }),
    ...(jointWith !== undefined && { joint: { required: 2, with: [world.employeeId(party, jointWith)] } }),
    ...(derivedFrom && {
      derived_from: { mandate_id: derivedFrom.id, delegate: world.idOf(derivedFrom.delegate) },
    }),
    ...(mandate.substitution && { substitution: true as const }),
  };
}

/** The columns of the catalogue's rows that are facts. */
interface ServiceRow extends Pick<ServiceTerms, 'active' | 'loa' | 'chains' | 'branches'> {
  service_uuid: string;
  kinds: string[];
  grounds: string[];
  domain: ServiceFacts['domain'];
  follow_up: ServiceFacts['follow_up'];
}

function catalogueWrites({ catalogue }: SeedWorld): Write[] {
  const tables = seedCatalogueRows(catalogue);
  const rowsOf = <T>(name: string) => (tables.find(({ table }) => table === name)?.rows ?? []) as unknown as T[]; // what seed writes
  const members = rowsOf<{ set_id: string; service_uuid: string; since_version: number }>('service_set_members');
  const terms = new Map(rowsOf<ServiceRow>('services').map((row) => [row.service_uuid, row]));
  return catalogue.services.flatMap((service) => {
    const row = terms.get(service.uuid);
    const sets = members.filter(({ service_uuid }) => service_uuid === service.uuid);
    return row
      ? serviceWrites(service, row, { ...catalogue, inSets: sets.map((m) => [m.set_id, m.since_version]) })
      : [];
  });
}

function serviceWrites(
  { uuid, owners }: SeedService,
  row: ServiceRow,
  catalogue: SeedWorld['catalogue'] & { inSets: [string, number][] },
): Write[] {
  const { active, loa, chains, branches, domain, follow_up } = row;
  const flags = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, true as const]));
  const definition: ServiceTerms = {
    active,
    loa,
    kinds: flags(row.kinds),
    grounds: flags(row.grounds),
    chains,
    branches,
  };
  const number = catalogue.services.findIndex((service) => service.uuid === uuid);
  const ids = owners.map((owner, i) => ({
    service_id: catalogue.serviceId(number, i),
    owner: catalogue.owners[owner]?.id ?? '',
  }));
  const subServices = (id: string) => catalogue.portals.find(({ portal }) => portal === id)?.subServices ?? [];
  return [
    ...ids.flatMap(({ service_id, owner }) => {
      const what = { service_id, service_uuid: uuid, owner, domain, definition, follow_up };
      const instance = { ...definition, active: true };
      const sub_services = [...subServices(service_id)].sort();
      const facts = { ...what, instance, sets: Object.fromEntries(catalogue.inSets), sub_services };
      return rowWrites.service({ service_id, facts });
    }),
    ...rowWrites.definition({ service_uuid: uuid, instances: ids.map(({ service_id }) => service_id).sort() }),
  ];
}

function midnight(day: string): number {
  const at = parseMoment(day);
  if (at === undefined) throw new Error(`${day} is no day`);
  return at;
}
