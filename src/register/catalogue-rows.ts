import type { RegisterFile } from './file.ts';
import type { FileRow, RowTarget } from './write-rows.ts';

/** Rows of the catalogue in a register file, and where they go; `ownerId` gives an owner's id by OIN. */
export const catalogueTargets = {
  services: {
    table: 'services',
    key: ['service_uuid'],
    columns:
      'service_uuid name description consequence classification active loa kinds grounds domain chains branches operations follow_up'.split(
        ' ',
      ),
    open: { column: 'active', value: true },
  },
  instances: {
    table: 'service_instances',
    key: ['service_id'],
    columns: ['service_id', 'service_uuid', 'owner_id', 'active', 'loa', 'kinds', 'grounds', 'chains', 'branches'],
    open: { column: 'active', value: true },
  },
  portals: { table: 'portal_services', key: ['portal', 'sub_service'], columns: ['portal', 'sub_service'] },
  sets: { table: 'service_sets', key: ['set_id'], columns: ['set_id', 'name', 'owner_id', 'version'] },
  members: {
    table: 'service_set_members',
    key: ['set_id', 'service_uuid', 'since_version'],
    columns: ['set_id', 'service_uuid', 'since_version', 'until_version'],
  },
} satisfies Record<string, RowTarget>;

export type OwnerOf = (oin: string) => string | undefined;

export function serviceRows(file: RegisterFile): FileRow[] {
  return file.services.map(({ uuid, instances: _, ...terms }, i) => ({
    row: { service_uuid: uuid, ...terms },
    path: ['services', i],
  }));
}

export function instanceRows(file: RegisterFile, ownerOf: OwnerOf): FileRow[] {
  return file.services.flatMap(({ uuid, instances }, i) =>
    instances.map(({ owner, ...terms }, j) => ({
      row: { ...terms, service_uuid: uuid, owner_id: ownerOf(owner) },
      path: ['services', i, 'instances', j],
    })),
  );
}

export function portalRows(file: RegisterFile): FileRow[] {
  return file.portals.flatMap(({ service_id, sub_services }, i) =>
    sub_services.map((sub_service, j) => ({
      row: { portal: service_id, sub_service },
      path: ['portals', i, 'sub_services', j],
    })),
  );
}

export function setRows(file: RegisterFile, ownerOf: OwnerOf): FileRow[] {
  return file.sets.map(({ id, name, owner, version }, i) => ({
    row: { set_id: id, name, owner_id: ownerOf(owner), version },
    path: ['sets', i],
  }));
}

export function memberRows(file: RegisterFile): FileRow[] {
  return file.sets.flatMap(({ id, members }, i) =>
    members.map(({ service, since, until }, j) => ({
      row: { set_id: id, service_uuid: service, since_version: since, until_version: until },
      path: ['sets', i, 'members', j],
    })),
  );
}
