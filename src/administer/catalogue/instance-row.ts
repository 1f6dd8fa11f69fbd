import { AppError } from '../../domain/errors.ts';
import type { Owner } from './owners.ts';
import { said } from './rows.ts';
import { INSTANCE_COLUMNS, type InstanceTerms } from './terms.ts';

export interface InstanceWish extends InstanceTerms {
  /** `urn:etoegang:DV:<OIN of the owner>:services:<number>` */
  service_id: string;
  /** OIN; by default that of the organisation that calls. */
  owner?: string | undefined;
}

/** The row of a new instance; a ServiceID carries the OIN of its owner, so that nobody takes another's. */
export function instanceRow(
  wish: InstanceWish & { service_uuid: string },
  { owner_id, oin }: Owner,
  at: string,
): Record<string, unknown> {
  if (!wish.service_id.startsWith(`urn:etoegang:DV:${oin}:services:`)) {
    const message = `must begin with urn:etoegang:DV:${oin}:services:`;
    throw new AppError('invalid_request', 'a ServiceID of another owner', {
      faults: [{ at: `${at}/service_id`, message }],
    });
  }
  const open = { active: true, loa: null, kinds: null, grounds: null, chains: null, branches: null };
  const { service_id, service_uuid } = wish;
  return { service_id, service_uuid, owner_id, ...open, ...said(wish, INSTANCE_COLUMNS) };
}
