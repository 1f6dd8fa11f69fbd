import type { Fault } from '../../domain/errors.ts';
import type { Acting, MandateRow } from '../acting.ts';
import type { PartyRef } from '../party-ref.ts';
import { columnsOf } from './columns.ts';
import type { Granted } from './grant.ts';
import { meaningOf, nameOf } from './meaning.ts';
import { DAY_MS, periodColumns, WAITING_DAYS } from './period.ts';
import { answerMandates, insertMandates, newRow, refuseFaults } from './rows.ts';
import { findSides, representedOf, type Side } from './sides.ts';
import type { MandateWish, PartyWish } from './wish.ts';

export interface RequestWish extends MandateWish {
  /** Of whom it is asked. */
  represented: readonly PartyWish[];
  /** Who wants to act: whoever asks, or an organisation that he manages. */
  delegate: PartyRef;
  delegate_branch?: string | undefined;
  /** Until when it waits (exclusive); thirty days when absent. */
  lapses_at?: string | undefined;
}

/** Nobody keeps a request waiting longer. */
const MOST_DAYS = 90;

/**
 * A mandate request (machtigingsclaim, R63, R66): the intended delegate prepares mandates, one for each represented,
 * which count for nothing until those approve them.
 * @throws AppError `act_refused` | `invalid_request` with all faults
 */
export async function requestMandates(acting: Acting, wish: RequestWish): Promise<Granted> {
  const faults: Fault[] = [];
  const delegate = await delegateOf(acting, wish);
  const asked = await findSides(acting, wish.represented, '/represented', faults);
  const rows: MandateRow[] = [];
  for (const represented of asked) rows.push(await requestedRow(acting, wish, represented, delegate, faults));
  await refuseFaults(acting, delegate.partyId, faults);
  await acting.authorise(...rows.map((mandate) => ({ name: 'mandate.request', mandate }) as const));
  await insertMandates(acting.client, rows);
  const ids = rows.map(({ mandate_id }) => mandate_id);
  const [first] = rows;
  const meaning = first === undefined ? [] : await meaningOf(acting.client, first);
  return { mandates: await answerMandates(acting, ids), meaning };
}

async function delegateOf(acting: Acting, wish: RequestWish): Promise<Side> {
  const side = await representedOf(acting, wish.delegate);
  return wish.delegate_branch === undefined ? side : { ...side, branch: wish.delegate_branch };
}

async function requestedRow(
  acting: Acting,
  wish: RequestWish,
  represented: Side,
  delegate: Side,
  faults: Fault[],
): Promise<MandateRow> {
  const found: Fault[] = [];
  const columns = await columnsOf(acting, wish, represented.partyId, found);
  const period = await periodColumns(acting, columns, found);
  const row = newRow(represented, delegate, {
    ...columns,
    ...period,
    status: 'requested',
    granted_at: acting.now.toISOString(),
    lapses_at: lapseOf(acting.now, wish.lapses_at, found).toISOString(),
  });
  for (const fault of found) if (!faults.some(({ at }) => at === fault.at)) faults.push(fault);
  if (row.name !== undefined) return row;
  return { ...row, name: nameOf(delegate.name, represented.name, await meaningOf(acting.client, row)) };
}

function lapseOf(now: Date, wished: string | undefined, faults: Fault[]): Date {
  const lapses = wished === undefined ? new Date(now.getTime() + WAITING_DAYS * DAY_MS) : new Date(wished);
  if (lapses <= now || lapses.getTime() > now.getTime() + MOST_DAYS * DAY_MS) {
    faults.push({ at: '/lapses_at', message: `must lie in the future, by at most ${MOST_DAYS} days` });
  }
  return lapses;
}
