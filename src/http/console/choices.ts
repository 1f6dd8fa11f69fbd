import { type Identifier, parseIdentifier } from '../../domain/identifier.ts';
import type { FileParty, RegisterFile } from '../../register/file.ts';
import { listed } from './words.ts';

/** A natural person of the register file, and by what he can log in. */
export interface Person {
  key: string;
  name: string;
  eherkenning?: Identifier;
  digid?: Identifier;
}

/** A party for whom one can act. */
export interface Party {
  key: string;
  name: string;
  kind: 'organisation' | 'person';
  identifier: Identifier;
  branches: { number: string; name: string }[];
}

export interface Service {
  serviceId: string;
  name: string;
  owner: string;
}

/** What can be chosen on the page: everything goes by the keys of the register file, never by a personal number. */
export interface Choices {
  people: Person[];
  parties: Party[];
  services: Service[];
  operations: string[];
  cases: string[];
}

/** What a register file lets one choose. */
export function choicesOf(file: RegisterFile): Choices {
  const ownerName = new Map(file.service_owners.map(({ oin, name }) => [oin, name]));
  const services = file.services.flatMap(({ name, instances }) =>
    instances.map(({ service_id, owner }) => ({
      serviceId: service_id,
      name,
      owner: ownerName.get(owner) ?? owner,
    })),
  );
  const cases = file.mandates.flatMap(({ cases: limits }) => (limits === 'all' ? [] : limits.map((one) => one.case)));
  return {
    people: file.parties.filter(({ kind }) => kind === 'person').map(toPerson),
    parties: file.parties.flatMap(toParty),
    services,
    operations: [...new Set(file.services.flatMap(({ operations = [] }) => operations))],
    cases: [...new Set(cases)],
  };
}

/** `Korenbloem Station (000090000042)`; the number alone where it has no name. */
export function branchName(number: string, { parties }: Choices): string {
  const branch = parties.flatMap(({ branches }) => branches).find((one) => one.number === number);
  return branch?.name ? `${branch.name} (${number})` : number;
}

export function branchNames(numbers: readonly string[], choices: Choices): string {
  return listed(numbers.map((number) => branchName(number, choices)));
}

export function serviceName(serviceId: string, { services }: Choices): string {
  return services.find((one) => one.serviceId === serviceId)?.name ?? serviceId;
}

function toPerson({ key, name, identifiers, means }: FileParty): Person {
  const eherkenning = means.filter(({ active }) => active !== false).flatMap(({ id }) => toIdentifier(id))[0];
  const digid = identifiers.flatMap(toIdentifier).find(({ scheme }) => scheme === 'bsn');
  return { key, name, ...(eherkenning && { eherkenning }), ...(digid && { digid }) };
}

function toParty({ key, name, kind, identifiers, branches = [] }: FileParty): Party[] {
  const [identifier] = identifiers.flatMap(toIdentifier);
  if (identifier === undefined) return [];
  const named = branches.map(({ number, name: branchName = '' }) => ({ number, name: branchName }));
  return [{ key, name, kind, identifier, branches: named }];
}

function toIdentifier(urn: string): Identifier[] {
  const parsed = parseIdentifier(urn);
  return typeof parsed === 'string' ? [] : [parsed];
}
