import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';

/** What is a service owner's own. */
export interface OwnerReach {
  ownerId: string;
  /** Definitions of its instances. */
  services: string[];
  /** ServiceIDs. */
  instances: string[];
  /** Sets that have, or ever had, one of its services: what a mandate covered before counts as well. */
  sets: string[];
}

/** @throws AppError `forbidden` when the system is no service owner of the register */
export async function readOwnerReach({ client, session }: Acting): Promise<OwnerReach> {
  const { rows } = await client.query<OwnerReach>(
    `select o.owner_id as "ownerId",
       array(select distinct i.service_uuid::text from service_instances i where i.owner_id = o.owner_id) as services,
       array(select i.service_id from service_instances i where i.owner_id = o.owner_id) as instances,
       array(select distinct x.set_id::text from service_set_members x join service_instances i using (service_uuid)
         where i.owner_id = o.owner_id) as sets
     from service_owners o where o.oin = $1`,
    [session.system?.oin ?? ''],
  );
  const [own] = rows;
  if (own === undefined) throw new AppError('forbidden', 'this system is no service owner of the register');
  return own;
}
