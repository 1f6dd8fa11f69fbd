import { asJob, type Job } from './job.ts';

/** A change asked on paper is due within two working days (R79): who asked is told when that was not kept. */
export const paperDeadlines: Job = {
  name: 'paper-deadlines',
  cron: '5 * * * *',
  says: 'tells the represented that his request on paper is overdue; counts those that are',
  requirements: ['R79'],
  async run({ pool }, now) {
    return asJob(pool, 'paper-deadlines', 'two working days have passed (R79)', async (client) => {
      const { rowCount } = await client.query(
        `insert into notices (party_id, kind, occasion, details, created_at)
         select p.represented, 'paper_request_overdue', p.paper_request_id::text,
           jsonb_build_object('due_at', utc(p.due_at)), $1
         from paper_requests p where p.outcome is null and p.due_at <= $1
         on conflict do nothing`,
        [now],
      );
      const { rows } = await client.query<{ overdue: number }>(
        'select count(*)::integer as overdue from paper_requests where outcome is null and due_at <= $1',
        [now],
      );
      return { told: rowCount ?? 0, overdue: rows[0]?.overdue ?? 0 };
    });
  },
};
