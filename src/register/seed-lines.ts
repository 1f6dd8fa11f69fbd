import type { Identifier } from '../domain/identifier.ts';
import type { Keys } from '../store/keys.ts';
import { type SeedDelegate, type SeedMandate, seedEmployee, seedMandate } from './seed-mandates.ts';
import type { SeedWorld } from './seed-world.ts';

/** One table of the seeded register as lines for COPY, in its text format: tabs between columns, \N for null. */
export interface SeedTable {
  table: string;
  columns: string;
  /** About how many lines there will be. */
  lines: number;
  generate(): Generator<string>;
}

const NULL = '\\N';

/** The tables of parties and mandates, in the order in which they must be filled. */
export function seedTables(world: SeedWorld, keys: Keys): SeedTable[] {
  const persons = Math.floor(world.mandates * 0.6);
  return [
    {
      table: 'parties',
      columns: 'party_id, kind, name, birth_date',
      lines: world.parties + persons,
      generate: () => parties(world),
    },
    {
      table: 'aliases',
      columns: 'alias, key_id, party_id, party_kind, scheme, public_value, means_active, sealed',
      lines: world.parties * 1.4 + persons,
      generate: () => aliases(world, keys),
    },
    { table: 'branches', columns: 'branch, party_id', lines: world.parties * 0.7, generate: () => branches(world) },
    {
      table: 'party_states',
      columns: 'party_id, party_kind, state, since, cause',
      lines: world.parties * 0.01,
      generate: () => states(world),
    },
    { table: 'mandates', columns: MANDATE_COLUMNS, lines: world.mandates, generate: () => mandates(world) },
  ];
}

/** Persons known by their means alone: delegates that are no party of the world themselves. */
function* employees(world: SeedWorld): Generator<[party: number, employee: number]> {
  for (let party = 0; party < world.parties; party++) {
    let relative = false;
    for (let k = 0; k < world.countOf(party); k++) {
      const employee = seedEmployee(world, party, k);
      if (employee === k) yield [party, k];
      else if (employee !== undefined) relative = true;
    }
    if (relative) yield [party, 1000];
  }
}

function* parties(world: SeedWorld): Generator<string> {
  for (let party = 0; party < world.parties; party++) {
    if (world.isPerson(party)) yield `${world.idOf(party)}\tperson\tBurger ${party}\t${world.birthDateOf(party)}\n`;
    else yield `${world.idOf(party)}\torganisation\t${nameOf(world, party)} ${party}\t${NULL}\n`;
  }
  for (const [party, employee] of employees(world)) {
    yield `${world.employeeId(party, employee)}\tperson\tMedewerker ${party}-${employee}\t${NULL}\n`;
  }
}

function nameOf(world: SeedWorld, party: number): string {
  return party < world.intermediaries ? 'Administratiekantoor' : 'Onderneming';
}

function* aliases(world: SeedWorld, keys: Keys): Generator<string> {
  const line = (identifier: Identifier, id: string, kind: string, shown: string, active: string) => {
    const alias = keys.alias(identifier);
    return `\\\\x${alias}\t${keys.keyId}\t${id}\t${kind}\t${identifier.scheme}\t${shown}\t${active}\t${sealed(identifier, alias, keys)}\n`;
  };
  for (let party = 0; party < world.parties; party++) {
    const [id, identifier, rsin] = [world.idOf(party), world.identifierOf(party), world.rsinOf(party)];
    if (world.isPerson(party)) yield line(identifier, id, 'person', NULL, NULL);
    else yield line(identifier, id, 'organisation', identifier.value, NULL);
    if (rsin) yield line(rsin, id, 'organisation', rsin.value, NULL);
  }
  for (const [party, employee] of employees(world)) {
    const active = flag(world.meansActive(party, employee));
    yield line(world.employeeMeans(party, employee), world.employeeId(party, employee), 'person', NULL, active);
  }
}

/** Means are not: nobody is shown one again, and there are many more of them. */
function sealed(identifier: Identifier, alias: string, keys: Keys): string {
  return identifier.scheme === 'bsn' && keys.canSeal ? `\\\\x${keys.seal(identifier, alias).toString('hex')}` : NULL;
}

function* branches(world: SeedWorld): Generator<string> {
  for (let party = 0; party < world.parties; party++) {
    const id = world.idOf(party);
    for (const branch of world.branchesOf(party)) yield `${branch}\t${id}\n`;
  }
}

function* states(world: SeedWorld): Generator<string> {
  for (let party = 0; party < world.parties; party++) {
    const found = world.stateOf(party);
    const kind = world.isPerson(party) ? 'person' : 'organisation';
    if (found) yield `${world.idOf(party)}\t${kind}\t${found.state}\t${found.year}-07-01\tvoorbeeld\n`;
  }
}

const MANDATE_COLUMNS =
  'mandate_id, name, kind, ground, represented, represented_kind, delegate, delegate_kind, status, status_since, services, sets, owner_id, all_services, all_operations, operations, all_branches, branches, all_cases, cases, loa, reach, substitution, derived_from, parent_delegate, joint_required, joint_with, valid_from, valid_until, granted_by, granted_at, channel, source';

function* mandates(world: SeedWorld): Generator<string> {
  for (let party = 0; party < world.parties; party++) {
    const id = world.idOf(party);
    const kind = world.isPerson(party) ? 'person' : 'organisation';
    for (let k = 0; k < world.countOf(party); k++) {
      yield mandateLine(world, party, id, kind, seedMandate(world, party, k));
    }
  }
}

function mandateLine(world: SeedWorld, party: number, id: string, kind: string, mandate: SeedMandate): string {
  const [delegate, delegateKind] = endOf(world, party, mandate.delegate);
  const { scope, derivedFrom, jointWith } = mandate;
  const { services, sets, owners } = world.catalogue;
  const listed = scope.sets.map((set) => `{"set":"${sets[set]?.id}","version":1}`);
  const joint = jointWith === undefined ? undefined : world.employeeId(party, jointWith);
  const statutory = mandate.kind === 'statutory';
  return `${[
    ...[mandate.id, `${mandate.kind} ${party}`, mandate.kind, mandate.ground ?? NULL, id, kind, delegate, delegateKind],
    ...[mandate.status, `${mandate.validFrom}`],
    `{${scope.services.map((service) => services[service]?.uuid).join(',')}}`,
    `[${listed.join(',')}]`,
    scope.owner === undefined ? NULL : owners[scope.owner]?.id,
    flag(scope.all),
    ...limits(mandate.operations),
    ...limits(mandate.branches),
    ...limits(mandate.cases),
    ...[mandate.loa, mandate.reach ?? NULL, flag(mandate.substitution)],
    ...[derivedFrom?.id ?? NULL, derivedFrom ? world.idOf(derivedFrom.delegate) : NULL],
    ...[joint ? '2' : NULL, joint ? `{${joint}}` : '{}'],
    ...[mandate.validFrom, mandate.validUntil],
    ...[statutory ? NULL : id, mandate.validFrom, 'digital', 'seed'],
  ].join('\t')}\n`;
}

function endOf(world: SeedWorld, party: number, delegate: SeedDelegate): [id: string, kind: string] {
  if ('employee' in delegate) return [world.employeeId(party, delegate.employee), 'person'];
  return [world.idOf(delegate.party), world.isPerson(delegate.party) ? 'person' : 'organisation'];
}

function limits(given: 'all' | string[]): [all: string, list: string] {
  return given === 'all' ? ['t', '{}'] : ['f', `{${given.join(',')}}`];
}

function flag(value: boolean): string {
  return value ? 't' : 'f';
}
