import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Everything by which a mandate can cover a service. Looked up once: per row of 70,000 it would take seconds. */
export interface ServiceReach {
  serviceUuid: string;
  /** Owners of its instances. */
  owners: string[];
  /** Sets that it is in, each with the version in which it joined. */
  sets: string[];
  since: number[];
}

/**
 * The definition that a ServiceUUID or a ServiceID names; mandates hang on definitions.
 * @throws AppError `invalid_request` at `/service`
 */
export async function namedService(client: pg.ClientBase, name: string): Promise<ServiceReach> {
  const { rows } = await client.query<ServiceReach>(
    `select s.service_uuid as "serviceUuid",
       array(select distinct i.owner_id::text from service_instances i where i.service_uuid = s.service_uuid) as owners,
       array(select x.set_id::text ${MEMBERSHIPS}) as sets, array(select x.since_version ${MEMBERSHIPS}) as since
     from services s where s.service_uuid = ${
       UUID.test(name) ? '$1::uuid' : '(select i.service_uuid from service_instances i where i.service_id = $1)'
     }`,
    [name],
  );
  const [found] = rows;
  if (found !== undefined) return found;
  throw new AppError('invalid_request', 'the service is unknown', {
    faults: [{ at: '/service', message: 'no service is known by this' }],
  });
}

const MEMBERSHIPS = `from service_set_members x join service_sets t using (set_id)
  where x.service_uuid = s.service_uuid and x.since_version <= t.version and coalesce(x.until_version > t.version, true)
  order by x.set_id, x.since_version`;

/** That a mandate `m` covers it: by name, by owner, by all, or by a set as its grantor confirmed it (R46). */
export function coversService(
  { serviceUuid, owners, sets, since }: ServiceReach,
  value: (one: unknown) => string,
): string {
  return `(m.all_services or ${value(serviceUuid)} = any (m.services) or m.owner_id = any (${value(owners)}::uuid[])
    or m.sets <> '[]' and exists (select from jsonb_array_elements(m.sets) as s
      join unnest(${value(sets)}::text[], ${value(since)}::integer[]) as member (set, since)
        on member.set = s ->> 'set' and member.since <= (s ->> 'version')::integer))`;
}
