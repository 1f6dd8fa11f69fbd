import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Effects } from '../effects.ts';
import { DEFINITION_COLUMNS, INSTANCE_COLUMNS } from '../terms.ts';
import type { Plan } from './plan.ts';
import type { InstanceRow, RegisterState, ServiceRow } from './register-state.ts';

export interface DiffEntry {
  entity: 'owner' | 'service' | 'instance' | 'portal';
  /** OIN, ServiceUUID, or ServiceID. */
  id: string;
  name: string;
  change: 'added' | 'changed' | 'closed';
  fields: { field: string; before: unknown; after: unknown }[];
  /** What its owner has to fill in before anybody can be mandated for it. */
  to_do?: string[];
  /** What it does to mandates that are there. */
  effects?: Effects;
}

export interface CatalogueDiff {
  /** Digest of all that would be written: the same again applies, anything else is refused. */
  diff_id: string;
  summary: { added: number; changed: number; closed: number; unchanged: number };
  entries: DiffEntry[];
}

type Row = Readonly<Record<string, unknown>>;

/** What a plan changes, field by field; in the order owners, services, instances, portals, each by id. */
export function diffPlan(plan: Plan, state: RegisterState): CatalogueDiff {
  const oinOf = new Map(plan.owners.map(({ owner_id, oin }) => [owner_id, oin]));
  const all = [
    ...plan.owners.map(({ oin, name }) => compare('owner', oin, name, state.owners.get(oin), { name }, ['name'])),
    ...plan.services.map((one) => compareService(one, state.services.get(one.service_uuid))),
    ...plan.instances.map((one) => compareInstance(one, state.instances.get(one.service_id), plan, oinOf)),
    ...[...plan.portals].map(([portal, subs]) =>
      compare('portal', portal, portal, { sub_services: state.portals.get(portal) ?? [] }, { sub_services: subs }, [
        'sub_services',
      ]),
    ),
  ];
  const entries = all.filter((one) => one !== undefined).sort(inOrder);
  const count = (change: DiffEntry['change']) => entries.filter((one) => one.change === change).length;
  // Instances without anything behind them are no portals, changed or not.
  const portals = [...plan.portals].filter(([id, subs]) => subs.length > 0 || state.portals.has(id)).length;
  const total = plan.owners.length + plan.services.length + plan.instances.length + portals;
  return {
    diff_id: createHash('sha256').update(JSON.stringify(entries)).digest('hex'),
    summary: {
      added: count('added'),
      changed: count('changed'),
      closed: count('closed'),
      unchanged: total - entries.length,
    },
    entries,
  };
}

const ORDER: readonly DiffEntry['entity'][] = ['owner', 'service', 'instance', 'portal'];

function inOrder(a: DiffEntry, b: DiffEntry): number {
  return ORDER.indexOf(a.entity) - ORDER.indexOf(b.entity) || (a.id < b.id ? -1 : 1);
}

function compareService(row: ServiceRow, known: ServiceRow | undefined): DiffEntry | undefined {
  const entry = compare('service', row.service_uuid, row.name, rowOf(known), rowOf(row), DEFINITION_COLUMNS);
  if (entry?.change !== 'added') return entry;
  return { ...entry, to_do: ['consequence', 'kinds', 'grounds', 'domain', 'operations', 'follow_up'] };
}

function compareInstance(
  row: InstanceRow,
  known: InstanceRow | undefined,
  { services }: Plan,
  oinOf: ReadonlyMap<string, string>,
): DiffEntry | undefined {
  const name = services.find(({ service_uuid }) => service_uuid === row.service_uuid)?.name ?? row.service_id;
  const columns = known === undefined ? ['service_uuid', 'owner', ...INSTANCE_COLUMNS] : INSTANCE_COLUMNS;
  const after = { ...row, owner: oinOf.get(row.owner_id) };
  return compare('instance', row.service_id, name, rowOf(known), after, columns);
}

function rowOf(row: object | undefined): Row | undefined {
  return row === undefined ? undefined : { ...row };
}

function compare(
  entity: DiffEntry['entity'],
  id: string,
  name: string,
  before: Row | undefined,
  after: Row | undefined,
  columns: readonly string[],
): DiffEntry | undefined {
  const fields = columns.flatMap((field) => {
    const [was, is] = [before?.[field] ?? null, after?.[field] ?? null];
    return isDeepStrictEqual(was, is) ? [] : [{ field, before: was, after: is }];
  });
  if (before === undefined) return { entity, id, name, change: 'added', fields };
  if (fields.length === 0) return undefined;
  return { entity, id, name, change: before.active === true && after?.active === false ? 'closed' : 'changed', fields };
}
