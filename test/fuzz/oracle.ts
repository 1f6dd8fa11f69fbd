import type { AdminWorld } from '../support/admin.ts';

interface Touched {
  who: string;
  act: string;
  mandate: string;
  ends: string[];
}

/**
 * Another opinion on who may touch a mandate, without any rule of the product: the person who acted is one of its ends,
 * or stood as somebody who represents one of them by law or by a mandate when the act began, or had been given a
 * mandate by such a one. Systems are the register's own.
 */
export async function makeOracle({ pool }: AdminWorld) {
  const newest = async () => {
    const { rows } = await pool.query<{ revision: string }>(
      'select coalesce(max(revision), 0) as revision from changes',
    );
    return rows[0]?.revision ?? '0';
  };
  /** For each person those for whom he holds anything, at two removes. */
  const reaches = async () => {
    const { rows } = await pool.query<{ who: string; whom: string }>(
      `select m.delegate as who, m.represented as whom from mandates m
       union select n.delegate, m.represented from mandates m join mandates n on n.represented = m.delegate`,
    );
    return new Set(rows.map(({ who, whom }) => `${who} ${whom}`));
  };

  let before = await newest();
  let reach = await reaches();

  return {
    /** Acts since the last call that nobody should have been able to do. */
    async unauthorised(): Promise<string[]> {
      const { rows } = await pool.query<Touched>(
        `select acted_by ->> 'who' as who, acted_by ->> 'act' as act, entity_id as mandate,
           array[coalesce(after, before) ->> 'represented', coalesce(after, before) ->> 'delegate'] as ends
         from changes where entity = 'mandate' and revision > $1 and acted_by ->> 'channel' = 'admin'
           and acted_by ->> 'who' not like 'system:%' and coalesce(after ->> 'derived_from', '') = ''
           and coalesce(after ->> 'status_cause', '') not like 'intervention%'`,
        [before],
      );
      const wrong = rows.filter(({ who, ends }) => !ends.some((end) => end === who || reach.has(`${who} ${end}`)));
      if (rows.length > 0) reach = await reaches();
      before = await newest();
      return wrong.map(({ who, act, mandate }) => `${act} by ${who} on mandate ${mandate}`);
    },
  };
}
