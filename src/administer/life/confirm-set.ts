import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { answerMandate, type MandateAnswer } from './answer.ts';
import { type OneMandate, openMandate, permit, refuseAlone } from './permit.ts';
import { hasEnded, updateMandate } from './rows.ts';

export interface SetConfirmation extends OneMandate {
  setId: string;
  /** The version that the grantor was shown; it must be the newest. */
  version: number;
}

/** A service that the set gained since the version confirmed before, in the citizen's words (R55). */
export interface AddedService {
  service_uuid: string;
  name: string;
  description: string;
  consequence: string;
}

export interface Confirmed extends MandateAnswer {
  added: AddedService[];
}

/** Additions to a set reach a mandate only now, when its grantor has seen what they mean (R46, R55). */
export async function confirmSet(acting: Acting, wish: SetConfirmation): Promise<Confirmed> {
  const { client } = acting;
  const current = await openMandate(acting, wish);
  const sets = current.sets.map(({ set, version }) => ({ set, version: set === wish.setId ? wish.version : version }));
  const mandate = { ...current, sets };
  const verdict = await permit(acting, wish, { name: 'mandate.confirm_set', current, mandate }, current.status);
  refuseAlone(verdict);
  if (hasEnded(current, acting.now)) throw new AppError('conflict', 'the mandate has ended: renew it');
  const before = current.sets.find(({ set }) => set === wish.setId)?.version;
  if (before === undefined) throw new AppError('conflict', 'the mandate does not cover this set');
  await requireNewest(acting, wish);
  const { rows: added } = await client.query<AddedService>(
    `select s.service_uuid, s.name, s.description, s.consequence
     from service_set_members x join services s using (service_uuid)
     where x.set_id = $1 and x.since_version > $2 and x.since_version <= $3 and coalesce(x.until_version > $3, true)
     order by s.name, s.service_uuid`,
    [wish.setId, before, wish.version],
  );
  await updateMandate(client, mandate);
  return { ...(await answerMandate(client, wish.mandateId)), added };
}

/** Nobody confirms what he was not shown. The set keeps its version until this transaction ends. */
async function requireNewest({ client }: Acting, { setId, version }: SetConfirmation): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    'select version from service_sets where set_id = $1 for share',
    [setId],
  );
  const newest = rows[0]?.version;
  if (newest === version) return;
  throw new AppError('conflict', `the set is at version ${newest}, not ${version}: look at it again`);
}
