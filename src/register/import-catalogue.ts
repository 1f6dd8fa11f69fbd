import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Fault } from '../domain/errors.ts';
import {
  catalogueTargets,
  instanceRows,
  memberRows,
  type OwnerOf,
  portalRows,
  serviceRows,
  setRows,
} from './catalogue-rows.ts';
import type { RegisterFile } from './file.ts';
import type { Path } from './places.ts';
import type { RowWriter } from './write-rows.ts';

/** Writes owners, services, instances, portals and sets; answers who owns what, for the mandates. */
export async function importCatalogue(client: pg.ClientBase, file: RegisterFile, writer: RowWriter): Promise<OwnerOf> {
  const ownerOf = await importOwners(client, file, writer);
  await writer.write(catalogueTargets.services, serviceRows(file));
  await writer.write(catalogueTargets.instances, instanceRows(file, ownerOf));
  await endPortals(client, file);
  await writer.write(catalogueTargets.portals, portalRows(file));
  await writer.write(catalogueTargets.sets, setRows(file, ownerOf));
  await writer.write(catalogueTargets.members, memberRows(file));
  return ownerOf;
}

async function importOwners(client: pg.ClientBase, file: RegisterFile, writer: RowWriter): Promise<OwnerOf> {
  const { rows } = await client.query<{ oin: string; owner_id: string }>('select oin, owner_id from service_owners');
  const owners = new Map(rows.map(({ oin, owner_id }) => [oin, owner_id]));
  const write = file.service_owners.map(({ oin, name }, i) => {
    const owner_id = owners.get(oin) ?? randomUUID();
    owners.set(oin, owner_id);
    return { row: { owner_id, oin, name }, path: ['service_owners', i] };
  });
  await writer.write({ table: 'service_owners', key: ['owner_id'], columns: ['owner_id', 'oin', 'name'] }, write);
  return (oin) => owners.get(oin);
}

/** A portal in the file has the sub-services that the file names, and no others. */
async function endPortals(client: pg.ClientBase, file: RegisterFile): Promise<void> {
  for (const { service_id, sub_services } of file.portals) {
    await client.query('delete from portal_services where portal = $1 and sub_service <> all ($2)', [
      service_id,
      sub_services,
    ]);
  }
}

/** Owners that neither the file nor the register knows. */
export function ownerFaults(file: RegisterFile, ownerOf: OwnerOf, placeOf: (path: Path) => string): Fault[] {
  const named: [string | undefined, Path][] = [
    ...file.services.flatMap(({ instances }, i) =>
      instances.map(({ owner }, j): [string, Path] => [owner, ['services', i, 'instances', j, 'owner']]),
    ),
    ...file.sets.map(({ owner }, i): [string, Path] => [owner, ['sets', i, 'owner']]),
    ...file.mandates.map(({ owner }, i): [string | undefined, Path] => [owner, ['mandates', i, 'owner']]),
  ];
  return named
    .filter(([oin]) => oin !== undefined && ownerOf(oin) === undefined)
    .map(([, path]) => ({ at: placeOf(path), message: 'names a service owner that is not known' }));
}
