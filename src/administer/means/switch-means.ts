import type { PartyId } from '../../domain/facts.ts';
import type { Act, Acting } from '../acting.ts';
import { authoriseMeans } from './authorise-means.ts';
import { type MeansView, meansAfter, noSuchMeans } from './view-means.ts';

/** Usable from now on, in every decision (R71). @throws AppError `not_found` | `act_refused` */
export const activateMeans = (acting: Acting, meansId: string) => switchMeans(acting, meansId, true);

/** From now on no decision accepts it, whatever its holder may do (R71). @throws AppError `not_found` | `act_refused` */
export const deactivateMeans = (acting: Acting, meansId: string) => switchMeans(acting, meansId, false);

/** The same again changes nothing. */
async function switchMeans(acting: Acting, meansId: string, active: boolean): Promise<MeansView> {
  const { rows } = await acting.client.query<{ person: PartyId; owner: PartyId | null }>(
    `select party_id as person, means_owner as owner from aliases
     where alias = decode($1, 'hex') and scheme = 'pseudonym' for update`,
    [meansId],
  );
  const [means] = rows;
  if (means === undefined) throw noSuchMeans();
  const name: Act['name'] = active ? 'means.activate' : 'means.deactivate';
  await authoriseMeans(acting, name, means);
  await acting.client.query(`update aliases set means_active = $2 where alias = decode($1, 'hex')`, [meansId, active]);
  return meansAfter(acting, meansId);
}
