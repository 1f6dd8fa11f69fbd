import type pg from 'pg';
import type { Loa } from '../../../domain/facts.ts';
import type { DefinitionTerms } from '../terms.ts';
import type { CatalogueFile } from '../xml/catalogue-file.ts';

export type Kind = DefinitionTerms['kinds'][number];

export interface ServiceRow extends Omit<DefinitionTerms, 'classification' | 'operations'> {
  service_uuid: string;
  classification: string | null;
  operations: string[] | null;
  /** Ids of its owners. */
  owners: string[];
}

export interface InstanceRow {
  service_id: string;
  service_uuid: string;
  owner_id: string;
  active: boolean;
  loa: Loa | null;
  kinds: Kind[] | null;
  grounds: DefinitionTerms['grounds'] | null;
  chains: boolean | null;
  branches: boolean | null;
}

/** What the register holds of all that a catalogue file speaks about. */
export interface RegisterState {
  /** By OIN. */
  owners: ReadonlyMap<string, { owner_id: string; name: string }>;
  services: ReadonlyMap<string, ServiceRow>;
  /** Those of the file and of its providers, and all others of the same definitions. */
  instances: ReadonlyMap<string, InstanceRow>;
  /** Sub-services by portal, of the providers. */
  portals: ReadonlyMap<string, readonly string[]>;
}

/** Nobody else changes the catalogue until this transaction ends; deciding and mandating go on. */
export async function lockCatalogue(client: pg.ClientBase): Promise<void> {
  await client.query(
    'lock table service_owners, services, service_instances, portal_services in share row exclusive mode',
  );
}

export async function readState(client: pg.ClientBase, file: CatalogueFile): Promise<RegisterState> {
  const { rows: owners } = await client.query<{ oin: string; owner_id: string; name: string }>(
    'select oin, owner_id, name from service_owners where oin = any ($1)',
    [file.providers.map(({ oin }) => oin)],
  );
  const { rows: instances } = await client.query<InstanceRow>(
    `with named as (
       select service_uuid from service_instances
       where owner_id = any ($1) or service_id = any ($2) or service_uuid = any ($3::uuid[]))
     select service_id, service_uuid, owner_id, active, loa, kinds, grounds, chains, branches
     from service_instances where service_uuid in (select service_uuid from named)`,
    [owners.map(({ owner_id }) => owner_id), serviceIds(file), definitionIds(file)],
  );
  const { rows: services } = await client.query<ServiceRow>(
    `select service_uuid, name, description, consequence, classification, active, loa, kinds, grounds, domain, chains,
       branches, operations, follow_up, definition_owners(service_uuid) as owners
     from services where service_uuid = any ($1::uuid[])`,
    [[...definitionIds(file), ...instances.map(({ service_uuid }) => service_uuid)]],
  );
  const { rows: portals } = await client.query<{ portal: string; subs: string[] }>(
    `select portal, array_agg(sub_service order by sub_service) as subs from portal_services
     where portal = any ($1) group by portal`,
    [serviceIds(file)],
  );
  return {
    owners: new Map(owners.map(({ oin, ...owner }) => [oin, owner])),
    services: new Map(services.map((one) => [one.service_uuid, one])),
    instances: new Map(instances.map((one) => [one.service_id, one])),
    portals: new Map(portals.map(({ portal, subs }) => [portal, subs])),
  };
}

/** ServiceIDs of the file: its own, and those behind its portals. */
function serviceIds({ providers }: CatalogueFile): string[] {
  return providers.flatMap(({ instances }) =>
    instances.flatMap(({ service_id, portal_for }) => [service_id, ...portal_for.map(({ name }) => name)]),
  );
}

function definitionIds({ providers }: CatalogueFile): string[] {
  return providers.flatMap(({ definitions, instances }) => [
    ...definitions.map(({ service_uuid }) => service_uuid),
    ...instances.map(({ service_uuid }) => service_uuid),
  ]);
}
