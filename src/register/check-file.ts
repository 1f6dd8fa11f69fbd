import { type Identifier, parseIdentifier, partyKindOf } from '../domain/identifier.ts';
import type { FileParty, RegisterFile } from './file.ts';
import type { Path } from './places.ts';

export interface FileFault {
  path: Path;
  message: string;
}

/** What a file of the right form can still have wrong in itself: doubles, dangling names, identifiers of the wrong kind. */
export function checkFile(file: RegisterFile): FileFault[] {
  const faults: FileFault[] = [];
  const add = (path: Path, message: string) => faults.push({ path, message });
  checkDoubles(file, add);
  checkNames(file, add);
  file.parties.forEach((party, index) => {
    checkParty(party, ['parties', index], add);
  });
  return faults;
}

type Add = (path: Path, message: string) => void;

function checkDoubles(file: RegisterFile, add: Add): void {
  const once = (what: string) => {
    const seen = new Set<string>();
    return (name: string, path: Path) => {
      if (seen.has(name)) add(path, `stands more than once: each ${what} may stand once`);
      seen.add(name);
    };
  };
  const owner = once('service owner');
  file.service_owners.forEach(({ oin }, i) => owner(oin, ['service_owners', i, 'oin']));
  const definition = once('service');
  const instance = once('ServiceID');
  file.services.forEach(({ uuid, instances }, i) => {
    definition(uuid, ['services', i, 'uuid']);
    instances.forEach(({ service_id }, j) => instance(service_id, ['services', i, 'instances', j, 'service_id']));
  });
  const portal = once('portal');
  file.portals.forEach(({ service_id }, i) => portal(service_id, ['portals', i, 'service_id']));
  const set = once('set');
  file.sets.forEach(({ id, members }, i) => {
    set(id, ['sets', i, 'id']);
    const member = once('member from one version');
    members.forEach(({ service, since }, j) => member(`${service} ${since}`, ['sets', i, 'members', j]));
  });
  const mandate = once('mandate id');
  file.mandates.forEach(({ id }, i) => mandate(id, ['mandates', i, 'id']));
  checkPartyDoubles(file, once);
}

function checkPartyDoubles(file: RegisterFile, once: (what: string) => (name: string, path: Path) => void): void {
  const key = once('key');
  const identifier = once('identifier');
  const branch = once('branch');
  file.parties.forEach((party, i) => {
    key(party.key, ['parties', i, 'key']);
    party.identifiers.forEach((urn, j) => identifier(urn, ['parties', i, 'identifiers', j]));
    party.means.forEach(({ id }, j) => identifier(id, ['parties', i, 'means', j, 'id']));
    party.branches?.forEach(({ number }, j) => branch(number, ['parties', i, 'branches', j, 'number']));
  });
}

function checkNames(file: RegisterFile, add: Add): void {
  const parties = new Set(file.parties.map(({ key }) => key));
  const known = (key: string | undefined, path: Path) => {
    if (key !== undefined && !parties.has(key)) add(path, `names a party that is not in this file`);
  };
  file.mandates.forEach((mandate, i) => {
    known(mandate.represented, ['mandates', i, 'represented']);
    known(mandate.delegate, ['mandates', i, 'delegate']);
    known(mandate.granted_by, ['mandates', i, 'granted_by']);
    mandate.joint?.with.forEach((key, j) => known(key, ['mandates', i, 'joint', 'with', j]));
  });
  file.parties.forEach((party, i) => {
    party.means.forEach(({ owner }, j) => known(owner, ['parties', i, 'means', j, 'owner']));
  });
}

function checkParty(party: FileParty, path: Path, add: Add): void {
  if (party.identifiers.length + party.means.length === 0) add(path, 'needs at least one identifier or means');
  party.identifiers.forEach((urn, i) => {
    const { scheme } = identifierOf(urn);
    const at = [...path, 'identifiers', i];
    if (scheme === 'pseudonym') add(at, 'a pseudonym names a means: write it under means');
    else if (partyKindOf(scheme) !== party.kind) add(at, `urn:nl:${scheme} names no ${party.kind}`);
  });
  party.means.forEach(({ id }, i) => {
    if (party.kind !== 'person') add([...path, 'means', i], 'only persons have means');
    else if (identifierOf(id).scheme !== 'pseudonym') add([...path, 'means', i, 'id'], 'must be a pseudonym');
  });
  if (party.birth_date !== undefined && party.kind !== 'person') add([...path, 'birth_date'], 'only persons have one');
  if (party.branches !== undefined && party.kind !== 'organisation') {
    add([...path, 'branches'], 'only organisations have branches');
  }
}

/** The file's form has been checked: its identifiers parse. */
export function identifierOf(urn: string): Identifier {
  const parsed = parseIdentifier(urn);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}
