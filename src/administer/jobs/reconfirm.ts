import type pg from 'pg';
import { asJob, type Job, type JobDeps } from './job.ts';

/** A set whose last activity lies so far back is asked about (R81, R82). */
const UNUSED_MONTHS = 24;
/** After so long without an answer the question is repeated, and after as long again the set ends (R83). */
const ANSWER_DAYS = 30;
const BATCH = 500;

/** Asks about sets of mandates that nobody used, asks again, and then revokes them. */
export const reconfirm: Job = {
  name: 'reconfirm',
  cron: '10 3 * * *',
  says: 'asks grantors to confirm mandates unused for 24 months; repeats; revokes what is not answered for',
  requirements: ['R81', 'R82', 'R83'],
  async run(deps, now) {
    const asked = await inBatches((limit) => askBatch(deps, now, limit));
    const used = await closeUsed(deps, now);
    const repeated = await repeat(deps, now);
    const revoked = await inBatches((limit) => revokeBatch(deps, now, limit));
    return { asked, used, repeated, revoked };
  },
};

async function inBatches(step: (limit: number) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const done = await step(BATCH);
    total += done;
    if (done < BATCH) return total;
  }
}

/**
 * A set is what one represented granted to one delegate at eh3 or eh4. The right to manage is a set of its own: about
 * that the legal representative is asked, unless he is that manager himself.
 */
const SILENT_SETS = `
  select m.represented, m.delegate, array_agg(m.mandate_id order by m.mandate_id) as mandates,
    case when manages.it then 'legal_representative' else 'manager' end as asked_of
  from mandates m
    cross join lateral (select m.all_services or $2::uuid = any (m.services)
      or m.owner_id in (select i.owner_id from service_instances i where i.service_uuid = $2) as it) as manages
  where m.status = 'active' and m.kind <> 'statutory' and m.loa in ('eh3', 'eh4')
    and m.valid_from <= $1 and m.valid_until > $1
    and not (manages.it and exists (select from mandates law where law.represented = m.represented
      and law.delegate = m.delegate and law.kind = 'statutory' and law.status = 'active'))
  group by m.represented, m.delegate, manages.it
  having max(last_activity(m)) <= $1::timestamptz - make_interval(months => ${UNUSED_MONTHS})`;

async function askBatch({ pool, manageService }: JobDeps, now: Date, limit: number): Promise<number> {
  return asJob(pool, 'reconfirm', 'unused for 24 months (R81)', async (client) => {
    const { rowCount } = await client.query(
      `insert into reconfirmations (represented, delegate, mandates, asked_of, asked_at, due_at)
       select s.represented, s.delegate, s.mandates, s.asked_of, $1, $1::timestamptz + make_interval(days => ${ANSWER_DAYS})
       from (${SILENT_SETS}) as s
       where not exists (select from reconfirmations r where r.represented = s.represented and r.delegate = s.delegate
         and r.asked_of = s.asked_of
         and (r.settled_at is null
           or r.outcome = 'confirmed' and r.settled_at > $1::timestamptz - make_interval(months => ${UNUSED_MONTHS})))
       limit $3
       on conflict do nothing`,
      [now, manageService, limit],
    );
    await tell(client, 'reconfirmation_asked', 'r.asked_at = $1 and r.settled_at is null', now);
    return rowCount ?? 0;
  });
}

/** Whoever manages for the represented reads it. */
async function tell(client: pg.ClientBase, kind: string, which: string, now: Date): Promise<void> {
  await client.query(
    `insert into notices (party_id, kind, occasion, details, created_at)
     select r.represented, $2, r.reconfirmation_id::text, jsonb_build_object('reconfirmation_id', r.reconfirmation_id,
       'asked_of', r.asked_of, 'mandates', cardinality(r.mandates), 'due_at', utc(r.due_at)), $1
     from reconfirmations r where ${which}
     on conflict do nothing`,
    [now, kind],
  );
}

/** Of reconfirmations as `r`: one of its mandates was used since the question. */
const USED_SINCE =
  'exists (select from mandate_uses u where u.mandate_id = any (r.mandates) and u.last_used_at >= r.asked_at)';

/** What was used, or ended, since it was asked about needs no answer any more. */
async function closeUsed({ pool }: JobDeps, now: Date): Promise<number> {
  return asJob(pool, 'reconfirm', 'used after all', async (client) => {
    const { rowCount } = await client.query(
      `update reconfirmations r
       set settled_at = $1, outcome = case when exists (
         select from mandates m where m.mandate_id = any (r.mandates) and not is_final(m.status)) then 'used' else 'ended' end
       where settled_at is null and (
         not exists (select from mandates m where m.mandate_id = any (r.mandates) and not is_final(m.status))
         or ${USED_SINCE})`,
      [now],
    );
    return rowCount ?? 0;
  });
}

async function repeat({ pool }: JobDeps, now: Date): Promise<number> {
  return asJob(pool, 'reconfirm', 'no answer yet', async (client) => {
    const { rowCount } = await client.query(
      `update reconfirmations
       set repeated_at = $1, due_at = $1::timestamptz + make_interval(days => ${ANSWER_DAYS})
       where settled_at is null and repeated_at is null and due_at <= $1`,
      [now],
    );
    await tell(client, 'reconfirmation_repeated', 'r.repeated_at = $1 and r.settled_at is null', now);
    return rowCount ?? 0;
  });
}

async function revokeBatch({ pool }: JobDeps, now: Date, limit: number): Promise<number> {
  return asJob(pool, 'reconfirm', 'no answer to a repeated question (R83)', async (client) => {
    const { rows } = await client.query<{ reconfirmation_id: string; mandates: string[] }>(
      `update reconfirmations set settled_at = $1, outcome = 'unanswered'
       where reconfirmation_id in (select reconfirmation_id from reconfirmations r
         where settled_at is null and repeated_at is not null and due_at <= $1 and not ${USED_SINCE}
         order by due_at limit $2 for update skip locked)
       returning reconfirmation_id, mandates`,
      [now, limit],
    );
    for (const { reconfirmation_id, mandates } of rows) await revokeUnused(client, reconfirmation_id, mandates);
    return rows.length;
  });
}

async function revokeUnused(client: pg.ClientBase, cause: string, mandates: readonly string[]): Promise<void> {
  await client.query(
    `update mandates set status = 'revoked', status_cause = $2
     where mandate_id in (select mandate_id from mandates where mandate_id = any ($1)
       and status in ('active', 'suspended') order by mandate_id for update)`,
    [mandates, `reconfirmation ${cause} was not answered`],
  );
}
