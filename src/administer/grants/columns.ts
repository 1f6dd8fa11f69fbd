import type { Fault } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { findSides, hasBranch } from './sides.ts';
import type { Columns, Limit, MandateWish, Said } from './wish.ts';

/**
 * The columns of `mandates` that a wish speaks of; what it leaves open is absent. References are looked up, and all
 * that is wrong with them goes to `faults`.
 */
export async function columnsOf(
  acting: Acting,
  wish: Said<MandateWish>,
  represented: PartyId,
  faults: Fault[],
): Promise<Columns> {
  const { name, kind, ground, loa, reach, substitution, survivor, follow_up, reads_messages, evidence } = wish;
  const said = { name, kind, ground, loa, reach, substitution, survivor, follow_up, reads_messages, evidence };
  return {
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    ...(await scopeColumns(acting, wish, faults)),
    ...limitColumns('operations', wish.operations),
    ...(await branchColumns(acting, wish.branches, represented, faults)),
    ...(await caseColumns(acting, wish.cases, faults)),
    ...(await jointColumns(acting, wish.joint, faults)),
    ...(wish.valid_from !== undefined && { valid_from: wish.valid_from }),
    ...(wish.valid_until !== undefined && { valid_until: wish.valid_until }),
  };
}

/** Whoever names any part of the scope names the whole of it. */
async function scopeColumns(acting: Acting, wish: Said<MandateWish>, faults: Fault[]): Promise<Columns> {
  const { services, sets, owner, all_services } = wish;
  if (services === undefined && sets === undefined && owner === undefined && all_services === undefined) return {};
  if (!services?.length && !sets?.length && owner === undefined && all_services !== true) {
    faults.push({ at: '', message: 'names no services, sets or owner: it would cover nothing' });
  }
  await refuseUnknownServices(acting, services ?? [], faults);
  return {
    services: services ?? [],
    sets: await confirmSets(acting, sets ?? [], faults),
    owner_id: owner === undefined ? null : await ownerId(acting, owner, faults),
    all_services: all_services ?? false,
  };
}

async function refuseUnknownServices({ client }: Acting, services: readonly string[], faults: Fault[]): Promise<void> {
  const { rows } = await client.query<{ service_uuid: string }>(
    'select service_uuid from services where service_uuid = any ($1)',
    [services],
  );
  const known = new Set(rows.map(({ service_uuid }) => service_uuid));
  services.forEach((service, i) => {
    if (!known.has(service)) faults.push({ at: `/services/${i}`, message: 'is no service of the register' });
  });
}

/** A set is confirmed in its newest version, or in the one that the grantor saw (R46, R55). */
async function confirmSets(
  { client }: Acting,
  sets: NonNullable<MandateWish['sets']>,
  faults: Fault[],
): Promise<{ set: string; version: number }[]> {
  const { rows } = await client.query<{ set_id: string; version: number }>(
    'select set_id, version from service_sets where set_id = any ($1) order by set_id for share',
    [sets.map(({ set_id }) => set_id)],
  );
  const newest = new Map(rows.map(({ set_id, version }) => [set_id, version]));
  return sets.map(({ set_id, version }, i) => {
    const last = newest.get(set_id);
    if (last === undefined) faults.push({ at: `/sets/${i}/set_id`, message: 'is no set of the register' });
    else if (version !== undefined && version > last) {
      faults.push({ at: `/sets/${i}/version`, message: `the set is at version ${last}` });
    }
    return { set: set_id, version: version ?? last ?? 1 };
  });
}

async function ownerId({ client }: Acting, oin: string, faults: Fault[]): Promise<string | null> {
  const { rows } = await client.query<{ owner_id: string }>('select owner_id from service_owners where oin = $1', [
    oin,
  ]);
  if (rows[0] === undefined) faults.push({ at: '/owner', message: 'is no service owner of the register' });
  return rows[0]?.owner_id ?? null;
}

function limitColumns(name: 'operations' | 'branches' | 'cases', limit: Limit | undefined): Columns {
  if (limit === undefined) return {};
  return limit === 'all' ? { [`all_${name}`]: true, [name]: [] } : { [`all_${name}`]: false, [name]: limit };
}

async function branchColumns(
  acting: Acting,
  branches: Limit | undefined,
  represented: PartyId,
  faults: Fault[],
): Promise<Columns> {
  for (const [i, branch] of (branches === 'all' ? [] : (branches ?? [])).entries()) {
    if (await hasBranch(acting, represented, branch)) continue;
    faults.push({ at: `/branches/${i}`, message: 'is no branch of the represented' });
  }
  return limitColumns('branches', branches);
}

async function caseColumns({ client }: Acting, cases: Limit | undefined, faults: Fault[]): Promise<Columns> {
  const named = cases === 'all' ? [] : (cases ?? []);
  const services = named.map((one) => one.split('#', 1)[0] ?? '');
  const { rows } = await client.query<{ service_id: string }>(
    'select service_id from service_instances where service_id = any ($1)',
    [services],
  );
  const known = new Set(rows.map(({ service_id }) => service_id));
  services.forEach((service, i) => {
    const rest = named[i]?.length ?? 0;
    if (!known.has(service) || rest <= service.length + 1) {
      faults.push({ at: `/cases/${i}`, message: 'must be a ServiceID of the register, # and a case' });
    }
  });
  return limitColumns('cases', cases);
}

async function jointColumns(acting: Acting, joint: MandateWish['joint'], faults: Fault[]): Promise<Columns> {
  if (joint === undefined) return {};
  const holders = await findSides(acting, joint.with, '/joint/with', faults);
  return { joint_required: joint.required, joint_with: holders.map(({ partyId }) => partyId) };
}
