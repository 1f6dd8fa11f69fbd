import type { AdminVerdict } from '../../domain/administration.ts';
import type { Fault } from '../../domain/errors.ts';
import type { Acting, MandateRow } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { withIdentification } from './branch-evidence.ts';
import { columnsOf } from './columns.ts';
import { type Meaning, meaningOf, nameOf } from './meaning.ts';
import { DAY_MS, periodColumns, WAITING_DAYS } from './period.ts';
import { answerMandates, grantedUnder, grantorOf, insertMandates, newRow, refuseFaults } from './rows.ts';
import { findSides, representedOf, type Side } from './sides.ts';
import type { Columns, MandateWish, PartyWish } from './wish.ts';

export interface GrantWish extends MandateWish {
  represented: PartyRef;
  delegates: readonly PartyWish[];
  /** Channels over which a court's request was verified (R104). */
  verified_by?: readonly string[] | undefined;
  /** Show what would be granted, and grant nothing. */
  dry_run?: boolean | undefined;
}

export interface Granted {
  mandates: unknown[];
  /** What each service means, to be shown before confirming (R55). */
  meaning: Meaning[];
  /** Of each that waits for other grantors: how many there must be, and have agreed (R51). */
  consents?: { mandate_id: string; required: number; given: number }[];
}

/**
 * Grants one mandate to each delegate, all or nothing (R1, R2, R6, R39). Active at once (R62), or `offered` where the
 * grantor's rules ask for others to agree (R51).
 * @throws AppError `act_refused` | `invalid_request` with all faults
 */
export async function grantMandates(acting: Acting, wish: GrantWish): Promise<Granted> {
  const faults: Fault[] = [];
  const represented = await representedOf(acting, wish.represented);
  const delegates = await findSides(acting, wish.delegates, '/delegates', faults);
  const columns = await newColumns(acting, wish, represented, faults);
  await refuseFaults(acting, represented.partyId, faults);
  const rows = await named(acting, represented, delegates, await withIdentification(acting, represented, columns));
  const verified = wish.verified_by && { verified_by: [...wish.verified_by] };
  const acts = rows.map((mandate) => ({ name: 'mandate.grant', mandate, ...verified }) as const);
  const verdicts = await acting.authorise(...acts);
  return settleGrant(acting, rows, verdicts, wish.dry_run === true);
}

/** What a wish says, and what it leaves to us. */
export async function newColumns(
  acting: Acting,
  wish: MandateWish,
  { partyId }: Side,
  faults: Fault[],
): Promise<Columns> {
  const columns = await columnsOf(acting, wish, partyId, faults);
  const period = await periodColumns(acting, columns, faults);
  const grantor = { granted_by: await grantorOf(acting, wish.kind), granted_at: acting.now.toISOString() };
  return { ...columns, ...period, ...grantor, status: 'active' };
}

/** Rows for all delegates, with a name made up where none was given. */
export async function named(
  { client }: Acting,
  represented: Side,
  delegates: readonly Side[],
  columns: Columns,
): Promise<MandateRow[]> {
  const rows = delegates.map((delegate) => newRow(represented, delegate, columns));
  const [first] = rows;
  if (first === undefined || columns.name !== undefined) return rows;
  const meaning = await meaningOf(client, first);
  return rows.map((row, i) => ({ ...row, name: nameOf(delegates[i]?.name, represented.name, meaning) }));
}

/** Writes what was authorised, or tries to and takes it back. */
export async function settleGrant(
  acting: Acting,
  rows: readonly MandateRow[],
  verdicts: readonly AdminVerdict[],
  isDryRun: boolean,
): Promise<Granted> {
  const { client } = acting;
  const ids = rows.map(({ mandate_id }) => mandate_id);
  const [first] = rows;
  const meaning = first === undefined ? [] : await meaningOf(client, first);
  if (isDryRun) await client.query('savepoint dry_run');
  await writeGranted(acting, rows, verdicts);
  const consents = rows.flatMap(({ mandate_id }, i) => {
    const required = verdicts[i]?.holders_required ?? null;
    return required === null ? [] : [{ mandate_id, required, given: 1 }];
  });
  const waits = consents.length > 0 && { consents };
  if (!isDryRun) return { mandates: await answerMandates(acting, ids), meaning, ...waits };
  const { rows: views } = await client.query<{ view: unknown }>(
    'select mandate_view(m) as view from mandates m where mandate_id = any ($1) order by array_position($1, mandate_id)',
    [ids],
  );
  await client.query('rollback to savepoint dry_run');
  return { mandates: views.map(({ view }) => view), meaning, ...waits };
}

async function writeGranted(
  acting: Acting,
  rows: readonly MandateRow[],
  verdicts: readonly AdminVerdict[],
): Promise<void> {
  for (const [i, row] of rows.entries()) {
    const verdict = verdicts[i];
    if (verdict === undefined) continue;
    const granted_under = await grantedUnder(acting.client, verdict, row);
    await insertMandates(acting.client, [{ ...row, granted_under, ...waiting(acting, verdict) }]);
    if (verdict.holders_required !== null) await recordConsent(acting, row.mandate_id);
  }
}

/** Where others must agree as well, it waits for them, and lapses when they do not (R51). */
export function waiting({ now }: Acting, { holders_required }: AdminVerdict): Columns {
  if (holders_required === null) return {};
  return { status: 'offered', lapses_at: new Date(now.getTime() + WAITING_DAYS * DAY_MS).toISOString() };
}

export async function recordConsent({ client, actor, session, now }: Acting, mandateId: string): Promise<void> {
  await client.query('insert into consents (mandate_id, party_id, loa, consented_at) values ($1, $2, $3, $4)', [
    mandateId,
    actor,
    session.person?.loa ?? null,
    now,
  ]);
}
