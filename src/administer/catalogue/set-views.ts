import type { Acting } from '../acting.ts';
import { notFound, type View } from './rows.ts';

/** One page of the service sets, by name (R40, R41). Versions that wait are shown to systems only. */
export async function listSets(
  acting: Acting,
  filters: { service_uuid?: string; oin?: string },
  page: { limit: number; after?: readonly [name: string, id: string] },
): Promise<View[]> {
  await acting.authorise({ name: 'catalogue.view' });
  const { rows } = await acting.client.query<{ view: View }>(
    `select set_view(t) as view from service_sets t
     where ($1::uuid is null or exists (select from service_set_members m where m.set_id = t.set_id
         and m.service_uuid = $1 and coalesce(m.until_version > t.version, true)))
       and ($2::text is null or t.owner_id = (select owner_id from service_owners where oin = $2))
       and ($3::text is null or (t.name collate "C", t.set_id) > ($3 collate "C", $4::uuid))
     order by t.name collate "C", t.set_id limit $5`,
    [filters.service_uuid, filters.oin, page.after?.[0], page.after?.[1], page.limit],
  );
  return rows.map(({ view }) => forCaller(acting, view));
}

/** @throws AppError `not_found` */
export async function seeSet(acting: Acting, setId: string): Promise<View> {
  await acting.authorise({ name: 'catalogue.view' });
  return forCaller(acting, await viewSet(acting, setId));
}

/** What a set held at a version that it has had. @throws AppError `not_found` */
export async function seeVersion(acting: Acting, setId: string, version: number): Promise<View> {
  await acting.authorise({ name: 'catalogue.view' });
  const { rows } = await acting.client.query<{ view: View }>(
    `select jsonb_build_object('set_id', t.set_id, 'version', $2::integer, 'members', set_members(t.set_id, $2)) as view
     from service_sets t where t.set_id = $1 and $2::integer <= t.version`,
    [setId, version],
  );
  const [found] = rows;
  if (found === undefined) throw notFound('version of a set');
  return found.view;
}

export async function viewSet({ client }: Acting, setId: string): Promise<View> {
  const { rows } = await client.query<{ view: View }>(
    'select set_view(t) as view from service_sets t where set_id = $1',
    [setId],
  );
  const [found] = rows;
  if (found === undefined) throw notFound('service set');
  return found.view;
}

function forCaller({ session }: Acting, view: View): View {
  if (session.system) return view;
  const { draft: _, ...rest } = view;
  return rest;
}
