import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { grantedUnder, grantorOf } from '../grants/rows.ts';
import type { PartyWish } from '../grants/wish.ts';
import { type AlsoCounts, authoriseBulk, countConsequences, type Selection } from './bulk.ts';
import { lockRows } from './lock.ts';
import { refuseAlone } from './permit.ts';
import { insertMandates } from './rows.ts';
import { delegateOf, newDelegate, refuseUntransferable, takeover } from './transfer.ts';

export interface BulkRevocation {
  selection: Selection;
  /** `mandate.renounce`: the delegate lays them down himself. */
  act: 'mandate.revoke' | 'mandate.renounce';
  reason: string;
  verifiedBy?: readonly string[] | undefined;
}

export interface BulkRevoked extends AlsoCounts {
  revoked: number;
}

/** All that is selected, at once and for good, or nothing (R70, R77, R101-R104, R113). */
export async function revokeMany(acting: Acting, wish: BulkRevocation): Promise<BulkRevoked> {
  const ids = await authoriseBulk(acting, wish.selection, {
    name: wish.act,
    facts: () => (wish.verifiedBy ? { verified_by: [...wish.verifiedBy] } : {}),
  });
  await acting.client.query(
    `update mandates set status = 'revoked', status_cause = $2 where mandate_id = any ($1) and not is_final(status)`,
    [ids, wish.reason],
  );
  return { revoked: ids.length, ...(await countConsequences(acting.client, ids)) };
}

export interface BulkTransfer {
  selection: Selection;
  to: PartyWish;
  reason: string;
  evidence?: readonly object[] | undefined;
}

export interface BulkTransferred extends AlsoCounts {
  transferred: number;
}

const CHUNK = 200;

/** Everything that is selected goes to one other delegate, each for the time it has left, or nothing does. */
export async function transferMany(acting: Acting, wish: BulkTransfer): Promise<BulkTransferred> {
  const { client } = acting;
  const grantor = await grantorOf(acting, undefined);
  const side = await newDelegate(acting, wish.to, () =>
    authoriseBulk(acting, wish.selection, {
      name: 'mandate.transfer',
      facts: (current) => ({ mandate: takeover(acting, current, { side: delegateOf(current), grantor }) }),
      async allowed() {},
    }),
  );
  const takes = { side, grantor, evidence: wish.evidence };
  const under = new Map<string, string | null>();
  const authorities = new Map<string, string | null>();
  const ids = await authoriseBulk(acting, wish.selection, {
    name: 'mandate.transfer',
    facts: (current) => ({ mandate: takeover(acting, current, takes) }),
    async allowed(current, verdict) {
      refuseAlone(verdict);
      refuseUntransferable(acting, current, side);
      const by = `${current.represented} ${verdict.authority.join()}`;
      if (!authorities.has(by)) authorities.set(by, await grantedUnder(client, verdict, current));
      under.set(current.mandate_id, authorities.get(by) ?? null);
    },
  });
  await refuseFamilies(client, ids);
  const successors: string[] = [];
  for (let from = 0; from < ids.length; from += CHUNK) {
    const rows = await lockRows(client, ids.slice(from, from + CHUNK));
    const made = [...rows.values()].map((current) => ({
      ...takeover(acting, current, takes),
      granted_under: under.get(current.mandate_id) ?? null,
    }));
    await insertMandates(client, made);
    successors.push(...made.map(({ mandate_id }) => mandate_id));
  }
  await client.query(
    `update mandates m set status = 'revoked', status_cause = 'transferred to ' || t.successor || ': ' || $3
     from unnest($1::uuid[], $2::uuid[]) as t (mandate_id, successor)
     where m.mandate_id = t.mandate_id and not is_final(m.status)`,
    [ids, successors, wish.reason],
  );
  return { transferred: ids.length, ...(await countConsequences(client, ids)) };
}

/** An onward mandate ends with its parent: moved along with it, it would end at once. */
async function refuseFamilies(client: pg.ClientBase, ids: readonly string[]): Promise<void> {
  const { rowCount } = await client.query(
    `select from unnest($1::uuid[]) as child (id) join mandates m on m.mandate_id = child.id
       join unnest($1::uuid[]) as parent (id) on parent.id = m.derived_from limit 1`,
    [ids],
  );
  if (rowCount === 0) return;
  throw new AppError('conflict', 'a mandate and one passed on from it cannot be transferred together');
}
