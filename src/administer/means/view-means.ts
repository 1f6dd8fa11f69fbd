import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';

/** A means by its opaque id, never by its pseudonym; the shape is `meansView` in src/http/admin/operations/party-schemas.ts. */
export interface MeansView extends Readonly<Record<string, unknown>> {
  /** HMAC of the pseudonym, 32 hex digits. */
  means_id: string;
  active: boolean;
  revision?: string;
}

/** @throws AppError `not_found` */
export async function viewMeans({ client }: Acting, meansId: string): Promise<MeansView> {
  const { rows } = await client.query<{ view: MeansView }>(
    `select means_view(a) as view from aliases a where a.alias = decode($1, 'hex') and a.scheme = 'pseudonym'`,
    [meansId],
  );
  const [found] = rows;
  if (found === undefined) throw noSuchMeans();
  return found.view;
}

/** One that was just written, with its new revision; the last thing a use case does. */
export async function meansAfter(acting: Acting, meansId: string): Promise<MeansView> {
  await acting.client.query('set constraints all immediate');
  return viewMeans(acting, meansId);
}

export const noSuchMeans = () => new AppError('not_found', 'there is no such means, or it may not be seen');
