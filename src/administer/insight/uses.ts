import type { Acting } from '../acting.ts';
import { seeMandate } from './mandate.ts';

export interface UsesWish {
  mandateId: string;
  /** Days in Europe/Amsterdam, both inclusive; by default the last 90. */
  from?: string;
  to?: string;
}

export interface Uses {
  last_used_at?: string;
  /** In the period asked for. */
  uses: number;
  days: { day: string; uses: number }[];
}

/**
 * When and how often a mandate was used, as far as sidecars have reported it.
 * @throws AppError `not_found`
 */
export async function readUses(acting: Acting, { mandateId, from, to }: UsesWish): Promise<Uses> {
  await seeMandate(acting, mandateId);
  const { rows } = await acting.client.query<{ last_used_at: string | null; days: Uses['days'] }>(
    `with today as (select ($4::timestamptz at time zone 'Europe/Amsterdam')::date as day)
     select (select utc(max(u.last_used_at)) from mandate_uses u where u.mandate_id = $1) as last_used_at,
       coalesce((select jsonb_agg(jsonb_build_object('day', to_char(u.day, 'YYYY-MM-DD'), 'uses', u.uses) order by u.day)
         from mandate_uses u, today
         where u.mandate_id = $1 and u.day >= coalesce($2::date, coalesce($3::date, today.day) - 89)
           and u.day <= coalesce($3::date, today.day)), '[]') as days`,
    [mandateId, from ?? null, to ?? null, acting.now],
  );
  const days = rows[0]?.days ?? [];
  const last = rows[0]?.last_used_at;
  return { ...(last && { last_used_at: last }), uses: days.reduce((sum, { uses }) => sum + uses, 0), days };
}
