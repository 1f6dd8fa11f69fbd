import { asJob, type Job } from './job.ts';

const BATCH = 1000;

/** Confirms every change of a mandate to both of its sides (R124). */
export const announce: Job = {
  name: 'announce',
  cron: '* * * * *',
  says: 'makes notices of what changed, for the represented and the delegate',
  requirements: ['R124'],
  async run({ pool }) {
    let written = 0;
    for (;;) {
      const [batch] = await asJob(pool, 'announce', 'a change', async (client) => {
        const { rows } = await client.query<{ seen: string; written: string }>('select * from write_notices($1)', [
          BATCH,
        ]);
        return rows;
      });
      written += Number(batch?.written ?? 0);
      if (Number(batch?.seen ?? 0) < BATCH) return { written };
    }
  },
};
