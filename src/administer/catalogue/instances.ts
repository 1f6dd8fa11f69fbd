import { AppError } from '../../domain/errors.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { refuseChanged } from '../if-match.ts';
import { written } from './dry-run.ts';
import { type Effects, effectsOf, type Terms } from './effects.ts';
import { type InstanceWish, instanceRow } from './instance-row.ts';
import { definitionOwners, ownerNamed } from './owners.ts';
import { notFound, said, updateRow, type View } from './rows.ts';
import { INSTANCE_COLUMNS, type InstanceTerms } from './terms.ts';

/** @throws AppError `not_found` */
export async function seeInstance(acting: Acting, serviceId: string): Promise<View> {
  await acting.authorise({ name: 'catalogue.view' });
  return viewInstance(acting, serviceId);
}

async function viewInstance({ client }: Acting, serviceId: string): Promise<View> {
  const { rows } = await client.query<{ view: View }>(
    'select instance_view(i) as view from service_instances i where service_id = $1',
    [serviceId],
  );
  const [found] = rows;
  if (found === undefined) throw notFound('service instance');
  return found.view;
}

/**
 * Offers a service that is defined already (R53). Mandates on the definition reach the new instance, and its owner
 * becomes one of the definition's: so this concerns the new owner, and all that the definition has.
 */
export async function defineInstance(acting: Acting, wish: InstanceWish & { service_uuid: string }): Promise<View> {
  const { client } = acting;
  const owner = await ownerNamed(acting, wish.owner, '/owner');
  const { rowCount } = await client.query('select from services where service_uuid = $1 for update', [
    wish.service_uuid,
  ]);
  if (rowCount !== 1) {
    throw new AppError('invalid_request', 'no such service', {
      faults: [{ at: '/service_uuid', message: 'no service is defined by this' }],
    });
  }
  await acting.authorise(
    { name: 'instance.define', owners: [owner.owner_id] },
    { name: 'service.change', owners: await definitionOwners(acting, wish.service_uuid) },
  );
  const row = instanceRow(wish, owner, '');
  return written(
    acting,
    false,
    async () => {
      await insertRows(client, 'service_instances', [row]);
    },
    async () => viewInstance(acting, wish.service_id),
  );
}

export interface ChangeInstance {
  serviceId: string;
  patch: InstanceTerms & { sub_services?: readonly string[] | undefined };
  ifMatch?: string;
  dryRun: boolean;
}

/**
 * Narrows an instance, closes it, or says what lies behind it as a portal (R45). It concerns its owner, and the owners
 * of what newly comes behind the portal: entitlement to theirs opens it. To open it again concerns those who offer the
 * service now.
 * @throws AppError `not_found` | `act_refused` | `precondition_failed`
 */
export async function changeInstance(
  acting: Acting,
  { serviceId, patch, ifMatch, dryRun }: ChangeInstance,
): Promise<{ instance: View; effects?: Effects }> {
  const { client } = acting;
  const { rows } = await client.query<{ service_uuid: string; owner_id: string; active: boolean }>(
    `select service_uuid, owner_id, i.active from service_instances i join services s using (service_uuid)
     where service_id = $1 for update of s, i`,
    [serviceId],
  );
  const [found] = rows;
  if (found === undefined) throw notFound('service instance');
  const joining = await subServiceOwners(acting, serviceId, patch.sub_services ?? []);
  await acting.authorise(
    { name: 'instance.change', owners: [...new Set([found.owner_id, ...joining])] },
    // Offering it again is as offering it anew: mandates reach it at once.
    ...(patch.active === true && !found.active
      ? [{ name: 'service.change' as const, owners: await definitionOwners(acting, found.service_uuid) }]
      : []),
  );
  await refuseChanged(client, { entity: 'service', id: serviceId, ifMatch });
  const before = await termsOf(acting, serviceId);
  const after = await written(
    acting,
    dryRun,
    async () => {
      await updateRow(
        client,
        'service_instances',
        { column: 'service_id', value: serviceId },
        said(patch, INSTANCE_COLUMNS),
      );
      if (patch.sub_services) await putBehind(acting, serviceId, patch.sub_services);
    },
    async () => ({ view: await viewInstance(acting, serviceId), terms: await termsOf(acting, serviceId) }),
  );
  if (!dryRun) return { instance: after.view };
  const effects = await effectsOf(acting, found.service_uuid, before, after.terms);
  return { instance: after.view, effects };
}

/** Owners of the services that are to come behind a portal, and are not yet. */
async function subServiceOwners({ client }: Acting, portal: string, named: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ service_id: string; owner_id: string; there: boolean }>(
    `select i.service_id, i.owner_id,
       exists (select from portal_services p where p.portal = $1 and p.sub_service = i.service_id) as there
     from service_instances i where i.service_id = any ($2)`,
    [portal, named],
  );
  const faults = named.flatMap((id, at) =>
    rows.some(({ service_id }) => service_id === id)
      ? []
      : [{ at: `/sub_services/${at}`, message: 'no service instance is known by this' }],
  );
  if (faults.length > 0) throw new AppError('invalid_request', 'unknown sub-services', { faults });
  return rows.filter(({ there }) => !there).map(({ owner_id }) => owner_id);
}

async function putBehind({ client }: Acting, portal: string, named: readonly string[]): Promise<void> {
  await client.query('delete from portal_services where portal = $1 and sub_service <> all ($2)', [portal, named]);
  await client.query(
    `insert into portal_services (portal, sub_service) select $1, one from unnest($2::text[]) as one
     on conflict do nothing`,
    [portal, named],
  );
}

/** Terms that hold at an instance: its own, and else those of its definition. */
async function termsOf({ client }: Acting, serviceId: string): Promise<Terms> {
  const { rows } = await client.query<Terms>(
    `select s.active and i.active as active, coalesce(i.loa, s.loa) as loa, coalesce(i.kinds, s.kinds) as kinds,
       coalesce(i.grounds, s.grounds) as grounds, coalesce(i.chains, s.chains) as chains,
       coalesce(i.branches, s.branches) as branches, s.operations
     from service_instances i join services s using (service_uuid) where i.service_id = $1`,
    [serviceId],
  );
  const [terms] = rows;
  if (terms === undefined) throw notFound('service instance');
  return terms;
}
