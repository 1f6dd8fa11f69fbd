import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { AdminVerdict } from '../../domain/administration.ts';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { viewMandates } from '../mandate-view.ts';
import type { Side } from './sides.ts';
import type { Authority, Columns } from './wish.ts';

/** Where mandates come from that were made here. */
export const SOURCE = 'admin';

const BLANK: Columns = {
  ground: null,
  delegate_branch: null,
  services: [],
  sets: [],
  owner_id: null,
  all_services: false,
  reach: null,
  substitution: false,
  derived_from: null,
  joint_required: null,
  joint_with: [],
  valid_until: null,
  granted_by: null,
  granted_under: null,
  survivor: false,
  renews: null,
  evidence: [],
  channel: 'digital',
  source: SOURCE,
  follow_up: null,
  reads_messages: false,
  lapses_at: null,
};

/** A whole new row, not yet written. */
export function newRow(represented: Side, delegate: Side, columns: Columns): MandateRow {
  const reach = columns.kind === 'employee' ? (columns.reach ?? 'own') : (columns.reach ?? null);
  return {
    ...BLANK,
    ...columns,
    mandate_id: randomUUID(),
    represented: represented.partyId,
    represented_kind: represented.kind,
    delegate: delegate.partyId,
    delegate_kind: delegate.kind,
    delegate_branch: delegate.branch ?? null,
    reach,
  };
}

export async function insertMandates(client: pg.ClientBase, rows: readonly MandateRow[]): Promise<void> {
  for (const row of rows) {
    const names = namesOf(client, row);
    await client.query(
      `insert into mandates (${names}) select ${names} from jsonb_populate_record(null::mandates, $1)`,
      [JSON.stringify(row)],
    );
  }
}

/** A draft comes back from the database with its names: they are quoted like any other text from there. */
function namesOf(client: pg.ClientBase, columns: Columns): string {
  return Object.keys(columns)
    .map((name) => client.escapeIdentifier(name))
    .join(', ');
}

/** Sets columns of a mandate that is locked. */
export async function updateMandate(client: pg.ClientBase, id: string, columns: Columns): Promise<void> {
  const names = namesOf(client, columns);
  await client.query(
    `update mandates set (${names}) = (select ${names} from jsonb_populate_record(null::mandates, $2))
     where mandate_id = $1`,
    [id, JSON.stringify(columns)],
  );
}

/** The mandates as they now stand, with their revisions: these are drawn here, so let nothing be written after it. */
export async function answerMandates({ client }: Acting, ids: readonly string[]): Promise<unknown[]> {
  await client.query('set constraints all immediate');
  return viewMandates(client, ids);
}

/**
 * Refuses an input with all that is wrong with it, but to nobody who has no business with that party: he would learn
 * who is known here.
 * @throws AppError `invalid_request` | `act_refused`
 */
export async function refuseFaults(acting: Acting, party: PartyId, faults: readonly Fault[]): Promise<void> {
  if (faults.length === 0) return;
  if (acting.session.system === undefined) await acting.authorise({ name: 'party.view', party });
  throw new AppError('invalid_request', 'what is asked has faults', { faults });
}

/** Who grants: the person who acts, or the organisation that a system is (R16); what the law gives may have none. */
export async function grantorOf(acting: Acting, kind: unknown): Promise<PartyId | null> {
  if (acting.actor !== undefined) return acting.actor;
  const oin = acting.session.system?.oin;
  const found = oin === undefined ? undefined : await acting.find({ scheme: 'oin', value: oin });
  // Of those who cannot be a grantor the rules say so themselves, and the register after them.
  const isGrantor = acting.session.system?.role === 'service_owner';
  if (found !== undefined || kind === 'statutory' || !isGrantor) return found ?? null;
  throw new AppError('conflict', 'whoever grants must be a party of the register itself');
}

/**
 * On whose authority: what a curator, a liquidator or an appointee grants outlives an intervention (R115), and what is
 * granted for somebody under curatele or bewind is not his own (R118).
 */
export async function grantedUnder(
  client: pg.ClientBase,
  { authority }: AdminVerdict,
  { kind, represented }: Columns,
): Promise<Authority | null> {
  if (kind === 'statutory') return null;
  const { rows } = await client.query<{ under: Authority | null }>(
    `select coalesce(case when ground in ('bankruptcy_curator', 'liquidator', 'curatele', 'bewind') then ground
       when kind = 'appointed' then 'appointed' end, granted_under) as under
     from mandates where mandate_id = any ($1) and represented = $2 order by array_position($1, mandate_id)`,
    [authority, represented],
  );
  return rows.find(({ under }) => under !== null)?.under ?? null;
}
