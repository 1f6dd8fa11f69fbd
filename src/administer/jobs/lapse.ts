import { asJob, type Job } from './job.ts';

/** Requests and offers end when nobody answered them in time (R65, R68). */
export const lapse: Job = {
  name: 'lapse',
  cron: '*/5 * * * *',
  says: 'lets requests and offers lapse that nobody answered in time',
  requirements: ['R65', 'R67'],
  async run({ pool }, now) {
    const lapsed = await asJob(pool, 'lapse', 'nobody answered in time', async (client) => {
      const { rowCount } = await client.query(
        `update mandates set status = 'lapsed', status_cause = 'nobody answered in time'
         where mandate_id in (select mandate_id from mandates
           where status in ('requested', 'offered') and lapses_at <= $1 order by mandate_id for update skip locked)`,
        [now],
      );
      return rowCount ?? 0;
    });
    return { lapsed };
  },
};
