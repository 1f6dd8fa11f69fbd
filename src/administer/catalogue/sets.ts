import { randomUUID } from 'node:crypto';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { refuseChanged } from '../if-match.ts';
import { written } from './dry-run.ts';
import { callingOwner, definitionOwners, ownerNamed } from './owners.ts';
import { notFound, updateRow, type View } from './rows.ts';
import { lockSet, propose } from './set-versions.ts';
import { viewSet } from './set-views.ts';

export interface ComposeSet {
  name: string;
  /** OIN; by default that of the organisation that calls. */
  owner?: string | undefined;
  /** ServiceUUIDs. */
  members: readonly string[];
}

/**
 * Makes a set (R42). It begins empty, at version 1; what is to be in it joins in version 2, at once when it is all of
 * this owner, otherwise when every owner concerned has consented.
 */
export async function composeSet(acting: Acting, { name, owner: oin, members }: ComposeSet): Promise<View> {
  const { owner_id } = await ownerNamed(acting, oin, '/owner');
  await acting.authorise({ name: 'set.compose', owners: [owner_id] });
  const set_id = randomUUID();
  return written(
    acting,
    false,
    async () => {
      await insertRows(acting.client, 'service_sets', [{ set_id, name, owner_id, version: 1 }]);
      if (members.length > 0) {
        await propose(acting, { setId: set_id, additions: members, at: '/members' });
      }
    },
    async () => viewSet(acting, set_id),
  );
}

/** @throws AppError `not_found` | `act_refused` | `precondition_failed` */
export async function renameSet(
  acting: Acting,
  { setId, name, ifMatch }: { setId: string; name: string; ifMatch?: string },
): Promise<View> {
  const { owner_id } = await lockSet(acting, setId);
  await acting.authorise({ name: 'set.change', owners: [owner_id] });
  await refuseChanged(acting.client, { entity: 'set', id: setId, ifMatch });
  return written(
    acting,
    false,
    async () => {
      await updateRow(acting.client, 'service_sets', { column: 'set_id', value: setId }, { name });
    },
    async () => viewSet(acting, setId),
  );
}

export interface RemoveMember {
  setId: string;
  serviceUuid: string;
  ifMatch?: string;
  dryRun: boolean;
}

/**
 * Takes a service out of a set, at once and for all mandates, without anybody's consent: by the owner of the set, or by
 * any owner of the service (R42). The set gets a new version; one that waits becomes the version after it.
 */
export async function removeMember(
  acting: Acting,
  { setId, serviceUuid, ifMatch, dryRun }: RemoveMember,
): Promise<{ set: View; active_mandates?: number }> {
  const { client } = acting;
  const { owner_id } = await lockSet(acting, setId);
  const concerned = [owner_id, ...(await definitionOwners(acting, serviceUuid))];
  const own = await callingOwner(acting);
  // One of them is enough; to whoever is none of them, all are named.
  const owners = own !== undefined && concerned.includes(own) ? [own] : [...new Set(concerned)];
  await acting.authorise({ name: 'set.change', owners });
  await refuseChanged(client, { entity: 'set', id: setId, ifMatch });
  const set = await written(
    acting,
    dryRun,
    async () => {
      await client.query('update service_sets set version = version + 1 where set_id = $1', [setId]);
      const { rowCount } = await client.query(
        `update service_set_members m set until_version = t.version from service_sets t
       where t.set_id = m.set_id and m.set_id = $1 and m.service_uuid = $2 and m.until_version is null`,
        [setId, serviceUuid],
      );
      if (rowCount !== 1) throw notFound('member of the set');
    },
    async () => viewSet(acting, setId),
  );
  if (!dryRun) return { set };
  return { set, active_mandates: await countMandates(acting, setId, serviceUuid) };
}

/** Active mandates that the service reaches through this set. */
async function countMandates({ client, now }: Acting, setId: string, serviceUuid: string): Promise<number> {
  const { rows } = await client.query<{ mandates: string }>(
    `select count(*) as mandates from mandates m, jsonb_array_elements(m.sets) as c
     where m.status = 'active' and coalesce(m.valid_until > $3, true) and m.sets <> '[]' and c ->> 'set' = $1
       and exists (select from service_set_members x join service_sets t using (set_id)
         where x.set_id = $1::uuid and x.service_uuid = $2 and x.since_version <= (c ->> 'version')::integer
           and coalesce(x.until_version > t.version, true))`,
    [setId, serviceUuid, now],
  );
  return Number(rows[0]?.mandates ?? 0);
}
