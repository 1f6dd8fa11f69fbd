import type pg from 'pg';
import { NEVER_CHANGED } from '../if-match.ts';
import { viewMandates } from '../mandate-view.ts';

/** A mandate as the API answers it after a write. */
export interface MandateAnswer {
  mandate: unknown;
  /** Its own revision: the ETag. */
  etag: string;
}

/** A mandate that stopped along with another. */
export interface AlsoStopped {
  mandate_id: string;
  name: string;
  status: string;
}

/** What stopped along with a mandate. */
export interface Consequences {
  /** Passed on from it (R50), or meant to renew it: ended. */
  onward: AlsoStopped[];
  /** Of co-holders (R51), or meant to renew it: waiting until somebody has looked. */
  suspended: AlsoStopped[];
}

/** What this transaction stopped beside the mandate itself. */
export async function consequencesOf(client: pg.ClientBase, mandateId: string): Promise<Consequences> {
  const { rows } = await client.query<AlsoStopped & { onward: boolean }>(
    `select m.mandate_id, m.name, m.status, true as onward from mandates m
     where (m.derived_from = $1 or m.renews = $1) and m.xmin = pg_current_xact_id()::xid and is_final(m.status)
     union all
     select m.mandate_id, m.name, m.status, false from mandates m
     where m.renews = $1 and m.joint_required is null and m.xmin = pg_current_xact_id()::xid and m.status = 'suspended'
     union all
     select m.mandate_id, m.name, m.status, false from mandates t
       join mandates m on m.represented = t.represented and m.joint_required is not null and m.mandate_id <> t.mandate_id
     where t.mandate_id = $1 and m.xmin = pg_current_xact_id()::xid and m.status = 'suspended'
     order by 1`,
    [mandateId],
  );
  const plain = ({ mandate_id, name, status }: AlsoStopped) => ({ mandate_id, name, status });
  return {
    onward: rows.filter(({ onward }) => onward).map(plain),
    suspended: rows.filter(({ onward }) => !onward).map(plain),
  };
}

/**
 * The mandate as it now stands, with the revision that this transaction gives it. The last thing a use case does:
 * drawing the revision makes all other writers wait.
 */
export async function answerMandate(client: pg.ClientBase, mandateId: string): Promise<MandateAnswer> {
  const [view] = await viewMandates(client, [mandateId]);
  await client.query('set constraints all immediate');
  const { rows } = await client.query<{ revision: string | null }>(
    `select entity_revision('mandate', $1) as revision`,
    [mandateId],
  );
  const etag = rows[0]?.revision ?? NEVER_CHANGED;
  return { mandate: typeof view === 'object' ? { ...view, revision: etag } : view, etag };
}
