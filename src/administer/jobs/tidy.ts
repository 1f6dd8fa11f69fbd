import { asJob, type Job } from './job.ts';

/** An Idempotency-Key is remembered this long. */
const REMEMBERED_HOURS = 24;

/** Forgets answers that nobody will ask for again. */
export const tidy: Job = {
  name: 'tidy',
  cron: '40 * * * *',
  says: `forgets Idempotency-Keys and tries of codes after ${REMEMBERED_HOURS} hours`,
  requirements: [],
  async run({ pool }, now) {
    const forgotten = await asJob(pool, 'tidy', 'older than a day', async (client) => {
      const { rowCount } = await client.query(
        'delete from idempotent_answers where created_at < $1::timestamptz - make_interval(hours => $2)',
        [now, REMEMBERED_HOURS],
      );
      await client.query("delete from code_tries where since < $1::timestamptz - interval '1 day'", [now]);
      return rowCount ?? 0;
    });
    return { forgotten };
  },
};
