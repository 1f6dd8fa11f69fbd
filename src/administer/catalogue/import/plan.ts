import type { Fault } from '../../../domain/errors.ts';
import type { CatalogueFile, FileDefinition, FileInstance, FileProvider } from '../xml/catalogue-file.ts';
import { definitionFrom, instanceFrom } from './plan-terms.ts';
import type { InstanceRow, RegisterState, ServiceRow } from './register-state.ts';

/** The catalogue of these providers as it is to be: whole rows. */
export interface Plan {
  owners: { owner_id: string; oin: string; name: string }[];
  services: ServiceRow[];
  instances: InstanceRow[];
  /** Of every portal of the file: all that lies behind it. */
  portals: Map<string, string[]>;
}

/**
 * What the register would hold after the file: everything that it names, and closed what its providers no longer offer.
 * @param ownerId gives an owner that is new its id
 */
export function planImport(
  file: CatalogueFile,
  state: RegisterState,
  ownerId: (oin: string) => string,
): { plan: Plan; faults: Fault[] } {
  const faults = file.providers.flatMap((provider) => faultsIn(provider, file, state));
  if (faults.length > 0) return { plan: { owners: [], services: [], instances: [], portals: new Map() }, faults };
  const owners = file.providers.map(({ oin, name }) => ({
    oin,
    name: state.owners.get(oin)?.name ?? name,
    owner_id: state.owners.get(oin)?.owner_id ?? ownerId(oin),
  }));
  const providerIds = new Set(owners.map(({ owner_id }) => owner_id));
  const offered = file.providers.flatMap(({ instances }) => instances);
  const definitions = file.providers.flatMap((provider) => provider.definitions);
  const named = definitions.map((one) =>
    definitionFrom(one, { chains: chainsOf(one, offered, providerIds, state) }, state.services.get(one.service_uuid)),
  );
  const services = new Map([...state.services, ...named.map((one): [string, ServiceRow] => [one.service_uuid, one])]);
  const instances = file.providers.flatMap((provider, i) =>
    provider.instances.flatMap((one) => {
      const [owner, definition] = [owners[i], services.get(one.service_uuid)];
      // Both are there: a fault would have said so.
      return owner && definition
        ? [instanceFrom(one, owner.owner_id, definition, state.instances.get(one.service_id))]
        : [];
    }),
  );
  const ids = new Set(offered.map(({ service_id }) => service_id));
  const dropped = [...state.instances.values()].filter(
    ({ service_id, owner_id }) => providerIds.has(owner_id) && !ids.has(service_id),
  );
  const all = [...instances, ...dropped.map((one) => ({ ...one, active: false }))];
  return {
    plan: {
      owners,
      services: [...services.values()].map((one) => closedWith(one, all, state)),
      instances: all,
      portals: new Map(offered.map((one) => [one.service_id, resolvePortal(one, offered, state).sort()])),
    },
    faults,
  };
}

/** Chains are open where an instance of the file says so, or where the instances of others rely on it. */
function chainsOf(
  { service_uuid }: FileDefinition,
  offered: readonly FileInstance[],
  providers: ReadonlySet<string>,
  state: RegisterState,
): boolean {
  const own = offered.filter((one) => one.service_uuid === service_uuid);
  if (own.some(({ chains }) => chains === true)) return true;
  const known = state.services.get(service_uuid)?.chains ?? false;
  // What these providers offer beside the file is about to be closed.
  const others = [...state.instances.values()].some(
    (one) => one.active && one.service_uuid === service_uuid && !providers.has(one.owner_id),
  );
  return known && (others || own.every(({ chains }) => chains === undefined));
}

/** A definition that was offered, and that nobody offers any longer, is closed. */
function closedWith(service: ServiceRow, planned: readonly InstanceRow[], state: RegisterState): ServiceRow {
  const after = new Map([...state.instances, ...planned.map((one): [string, InstanceRow] => [one.service_id, one])]);
  const instances = [...after.values()].filter(({ service_uuid }) => service_uuid === service.service_uuid);
  const wasOffered = [...state.instances.values()].some(
    ({ service_uuid, active }) => service_uuid === service.service_uuid && active,
  );
  return wasOffered && !instances.some(({ active }) => active) ? { ...service, active: false } : service;
}

function resolvePortal({ portal_for }: FileInstance, offered: readonly FileInstance[], state: RegisterState): string[] {
  const found = portal_for.flatMap(({ name }) => subServices(name, offered, state));
  return [...new Set(found)];
}

/** A sub-service is named by ServiceID, by the UUID of an instance in the file, or by that of its definition. */
function subServices(name: string, offered: readonly FileInstance[], state: RegisterState): string[] {
  if (state.instances.has(name) || offered.some(({ service_id }) => service_id === name)) return [name];
  const uuid = name.toLowerCase();
  const byInstance = offered.filter(({ own_uuid }) => own_uuid === uuid);
  const found = byInstance.length > 0 ? byInstance : offered.filter(({ service_uuid }) => service_uuid === uuid);
  return found.map(({ service_id }) => service_id);
}

/** What only the register can tell is wrong with a file. */
function faultsIn(provider: FileProvider, file: CatalogueFile, state: RegisterState): Fault[] {
  const offered = file.providers.flatMap(({ instances }) => instances);
  const defined = new Set(file.providers.flatMap(({ definitions }) => definitions.map((one) => one.service_uuid)));
  const ownerId = state.owners.get(provider.oin)?.owner_id;
  const unoffered = provider.definitions.flatMap(({ service_uuid, at }) =>
    offered.some((one) => one.service_uuid === service_uuid)
      ? []
      : [{ at, message: 'ServiceDefinition has no ServiceInstance that offers it' }],
  );
  const instances = provider.instances.flatMap((one): Fault[] => {
    const known = state.instances.get(one.service_id);
    const faults: [boolean, string][] = [
      [
        !defined.has(one.service_uuid) && !state.services.has(one.service_uuid),
        'is an instance of no service that is known',
      ],
      [
        known !== undefined && known.service_uuid !== one.service_uuid,
        'has a ServiceID that the register knows as another service; give it a new one',
      ],
      [known !== undefined && known.owner_id !== ownerId, 'has a ServiceID of another organisation'],
    ];
    const wrong = faults
      .filter(([is]) => is)
      .map(([, message]) => ({ at: one.at, message: `ServiceInstance ${message}` }));
    const lost = one.portal_for.flatMap(({ name, at }) =>
      subServices(name, offered, state).length > 0
        ? []
        : [{ at, message: 'PortalForService names no service that is known' }],
    );
    return [...wrong, ...lost];
  });
  return [...unoffered, ...instances];
}
