import { asJob, type Job } from './job.ts';

/** So many days before its end both sides of a mandate are told (R61). */
const DAYS_BEFORE = [60, 30, 7];

/** Tells grantor and delegate that a mandate is about to end, so that it can be renewed in time. */
export const endsSoon: Job = {
  name: 'ends-soon',
  cron: '20 4 * * *',
  says: `tells both sides ${DAYS_BEFORE.join(', ')} days before a mandate ends`,
  requirements: ['R61'],
  async run({ pool }, now) {
    const told = await asJob(pool, 'ends-soon', 'the end is near', async (client) => {
      // Only the nearest of the moments that have come: who was not told at 60 days is not told twice at 30.
      const { rowCount } = await client.query(
        `insert into notices (party_id, mandate_id, kind, occasion, details, created_at)
         select told.party_id, m.mandate_id, 'ends_soon', utc(m.valid_until) || ' ' || near.days,
           jsonb_build_object('valid_until', utc(m.valid_until), 'days', near.days), $1
         from mandates m
           cross join lateral (select min(d) as days from unnest($2::integer[]) as d
             where m.valid_until <= $1::timestamptz + make_interval(days => d)) as near
           cross join lateral (values (m.represented), (m.delegate)) as told (party_id)
         where m.status in ('active', 'suspended') and m.valid_until > $1
           and m.valid_until <= $1::timestamptz + make_interval(days => $3)
           and not exists (select from mandates r where r.renews = m.mandate_id and r.status = 'active')
         on conflict do nothing`,
        [now, DAYS_BEFORE, Math.max(...DAYS_BEFORE)],
      );
      return rowCount ?? 0;
    });
    return { told };
  },
};
