import type pg from 'pg';
import { insertRows } from '../../../register/write-rows.ts';
import { updateRow } from '../rows.ts';
import { DEFINITION_COLUMNS, INSTANCE_COLUMNS } from '../terms.ts';
import type { CatalogueDiff, DiffEntry } from './diff.ts';
import type { Plan } from './plan.ts';

/** Writes what a diff says, and nothing else. */
export async function applyDiff(client: pg.ClientBase, { entries }: CatalogueDiff, plan: Plan): Promise<void> {
  const of = (entity: DiffEntry['entity'], isNew: boolean) =>
    entries.filter((one) => one.entity === entity && (one.change === 'added') === isNew);
  const ids = (entity: DiffEntry['entity']) => new Set(of(entity, true).map(({ id }) => id));
  const added = { owner: ids('owner'), service: ids('service'), instance: ids('instance') };
  await insertRows(
    client,
    'service_owners',
    plan.owners.filter(({ oin }) => added.owner.has(oin)),
  );
  await insertRows(
    client,
    'services',
    plan.services
      .filter(({ service_uuid }) => added.service.has(service_uuid))
      .map((row) => pick(row, ['service_uuid', ...DEFINITION_COLUMNS])),
  );
  for (const { id, fields } of of('service', false)) {
    await updateRow(client, 'services', { column: 'service_uuid', value: id }, patchOf(fields));
  }
  for (const { id, fields } of of('instance', false)) {
    await updateRow(client, 'service_instances', { column: 'service_id', value: id }, patchOf(fields));
  }
  await insertRows(
    client,
    'service_instances',
    plan.instances
      .filter(({ service_id }) => added.instance.has(service_id))
      .map((row) => pick(row, ['service_id', 'service_uuid', 'owner_id', ...INSTANCE_COLUMNS])),
  );
  const portals = of('portal', false).map(({ id }) => ({ portal: id, subs: plan.portals.get(id) ?? [] }));
  // What is behind one portal may have been one itself: first all that goes.
  for (const { portal, subs } of portals) {
    await client.query('delete from portal_services where portal = $1 and sub_service <> all ($2)', [portal, subs]);
  }
  for (const { portal, subs } of portals) {
    await client.query(
      'insert into portal_services (portal, sub_service) select $1, unnest($2::text[]) on conflict do nothing',
      [portal, subs],
    );
  }
}

function patchOf(fields: DiffEntry['fields']): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ field, after }) => [field, after]));
}

function pick<T extends object>(row: T, columns: readonly (keyof T & string)[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((name) => [name, row[name]]));
}
