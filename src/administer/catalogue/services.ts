import { randomUUID } from 'node:crypto';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { refuseChanged } from '../if-match.ts';
import { written } from './dry-run.ts';
import { type Effects, effectsOf, type Terms } from './effects.ts';
import { type InstanceWish, instanceRow } from './instance-row.ts';
import { definitionOwners, type Owner, ownerNamed } from './owners.ts';
import { notFound, said, updateRow, type View } from './rows.ts';
import { DEFINITION_COLUMNS, type DefinitionTerms, type Patch } from './terms.ts';

export interface ServiceFilters {
  /** Offered by this owner. */
  oin?: string;
  active?: boolean;
  /** For which such a mandate can be given. */
  kind?: string;
  /** Part of its name. */
  name?: string;
  /** How its place in a national list begins (R54). */
  classification?: string;
}

/** One page of the definitions, by name (R44, R55). */
export async function listServices(
  acting: Acting,
  { oin, active, kind, name, classification }: ServiceFilters,
  page: { limit: number; after?: readonly [name: string, uuid: string] },
): Promise<View[]> {
  await acting.authorise({ name: 'catalogue.view' });
  const { rows } = await acting.client.query<{ view: View }>(
    `select service_view(s) as view from services s
     where ($1::text is null or exists (select from service_instances i join service_owners o using (owner_id)
         where i.service_uuid = s.service_uuid and o.oin = $1))
       and ($2::boolean is null or s.active = $2)
       and ($3::text is null or s.active and $3 = any (s.kinds))
       and ($4::text is null or strpos(lower(s.name), lower($4)) > 0)
       and ($8::text is null or starts_with(lower(s.classification), lower($8)))
       and ($5::text is null or (s.name collate "C", s.service_uuid) > ($5 collate "C", $6::uuid))
     order by s.name collate "C", s.service_uuid limit $7`,
    [oin, active, kind, name, page.after?.[0], page.after?.[1], page.limit, classification],
  );
  return rows.map(({ view }) => view);
}

/** @throws AppError `not_found` */
export async function seeService(acting: Acting, serviceUuid: string): Promise<View> {
  await acting.authorise({ name: 'catalogue.view' });
  return viewService(acting, serviceUuid);
}

async function viewService({ client }: Acting, serviceUuid: string): Promise<View> {
  const { rows } = await client.query<{ view: View }>(
    'select service_view(s) as view from services s where service_uuid = $1',
    [serviceUuid],
  );
  const [found] = rows;
  if (found === undefined) throw notFound('service');
  return found.view;
}

export interface DefineService extends Omit<DefinitionTerms, 'active'> {
  service_uuid?: string | undefined;
  instances: readonly InstanceWish[];
}

/**
 * Defines a service, with the instances that offer it (R44, R53). The act concerns the owners of all of them; one that
 * nobody offers yet is defined for all (R53, R54), and names no owner.
 */
export async function defineService(acting: Acting, wish: DefineService): Promise<View> {
  const { instances, service_uuid = randomUUID(), ...terms } = wish;
  const owners: Owner[] = [];
  for (const [i, { owner }] of instances.entries()) {
    owners.push(await ownerNamed(acting, owner, `/instances/${i}/owner`));
  }
  await acting.authorise({ name: 'service.define', owners: [...new Set(owners.map(({ owner_id }) => owner_id))] });
  const rows = instances.flatMap((one, i) => {
    const owner = owners[i];
    return owner ? [instanceRow({ ...one, service_uuid }, owner, `/instances/${i}`)] : [];
  });
  return written(
    acting,
    false,
    async () => {
      await insertRows(acting.client, 'services', [{ ...terms, service_uuid, active: true }]);
      await insertRows(acting.client, 'service_instances', rows);
    },
    async () => viewService(acting, service_uuid),
  );
}

export interface ChangeService {
  serviceUuid: string;
  patch: Patch<DefinitionTerms>;
  ifMatch?: string;
  dryRun: boolean;
}

/**
 * Changes a definition, or closes it (`active: false`: mandates stay, decisions deny). The act concerns all its owners:
 * what several share, none of them changes alone. A dry run tells what it does to mandates that are there.
 * @throws AppError `not_found` | `act_refused` | `precondition_failed`
 */
export async function changeService(
  acting: Acting,
  { serviceUuid, patch, ifMatch, dryRun }: ChangeService,
): Promise<{ service: View; effects?: Effects }> {
  // Whoever offers it from now on waits: he would be one of those whom the change concerns.
  const locked = await acting.client.query('select from services where service_uuid = $1 for update', [serviceUuid]);
  if (locked.rowCount !== 1) throw notFound('service');
  await acting.authorise({ name: 'service.change', owners: await definitionOwners(acting, serviceUuid) });
  await refuseChanged(acting.client, { entity: 'definition', id: serviceUuid, ifMatch });
  const before = await viewService(acting, serviceUuid);
  const after = await written(
    acting,
    dryRun,
    async () => {
      await updateRow(
        acting.client,
        'services',
        { column: 'service_uuid', value: serviceUuid },
        said(patch, DEFINITION_COLUMNS),
      );
    },
    async () => viewService(acting, serviceUuid),
  );
  if (!dryRun) return { service: after };
  const effects = await effectsOf(acting, serviceUuid, termsOf(before), termsOf(after));
  return { service: after, effects };
}

/** The view carries all terms. */
function termsOf(view: View): Terms {
  return view as unknown as Terms;
}
