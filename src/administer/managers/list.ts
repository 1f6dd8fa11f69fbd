import type { Acting } from '../acting.ts';
import { representedOf } from '../grants/sides.ts';
import type { LifeRow } from '../life/lock.ts';
import type { PartyRef } from '../party-ref.ts';
import { managedServices } from './limits.ts';

export interface ManagersWish {
  party: PartyRef;
  /** Mandate id after which to go on. */
  after?: string | undefined;
  limit: number;
}

export interface Manager {
  mandate_id: string;
  basis: 'manager' | 'legal_representative';
  manager: unknown;
  status: string;
  loa: string;
  branches: unknown;
  services: unknown;
  valid_from: string;
  valid_until?: string;
}

/** Who manages for a party: managers, and who represents it by law (R92). Those who have ended are not among them. */
export async function listManagers(acting: Acting, wish: ManagersWish): Promise<Manager[]> {
  const { partyId } = await representedOf(acting, wish.party);
  await acting.authorise({ name: 'party.view', party: partyId });
  const { rows } = await acting.client.query<{ row: LifeRow; view: Omit<Manager, 'services'> }>(
    `select to_jsonb(m) as row, jsonb_strip_nulls(jsonb_build_object('mandate_id', m.mandate_id,
       'basis', case when m.kind = 'statutory' then 'legal_representative' else 'manager' end,
       'manager', party_view(m.delegate), 'status', m.status, 'loa', m.loa,
       'branches', all_or(m.all_branches, m.branches)::jsonb,
       'valid_from', utc(m.valid_from), 'valid_until', utc(m.valid_until))) as view
     from mandates m
     where m.represented = $1 and m.kind in ('employee', 'statutory') and m.status in ('active', 'suspended', 'offered')
       and coalesce(m.valid_until > $2, true) and covers_service(m, $3) and ($4::uuid is null or m.mandate_id > $4)
     order by m.mandate_id limit $5`,
    [partyId, acting.now, acting.manage.serviceUuid, wish.after ?? null, wish.limit],
  );
  return rows.map(({ row, view }) => ({ ...view, services: row.kind === 'statutory' ? 'all' : managedServices(row) }));
}
