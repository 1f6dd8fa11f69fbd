import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting, MandateRow } from '../acting.ts';
import { lockLives } from '../life/lock.ts';

export interface AnswerWish {
  reconfirmationId: string;
  /** `confirmed`: they stay; `deregistered`: they are revoked. */
  answer: 'confirmed' | 'deregistered';
  /** Of the set, those that are revoked; default all. */
  mandates?: readonly string[];
}

interface Asked {
  represented: PartyId;
  mandates: string[];
  settled_at: Date | null;
}

/**
 * The manager, or where his own authority is asked about the legal representative, confirms a set or ends it (R81-R83).
 * @throws AppError `not_found` | `conflict` when it was answered already | `invalid_request` | `act_refused`
 */
export async function answerReconfirmation(acting: Acting, wish: AnswerWish): Promise<{ revoked: string[] }> {
  const asked = await lockAsked(acting, wish.reconfirmationId);
  const foreign = (wish.mandates ?? []).filter((id) => !asked.mandates.includes(id));
  if (foreign.length > 0) {
    const faults = [{ at: '/mandates', message: 'names a mandate that the question was not about' }];
    throw new AppError('invalid_request', 'other mandates than asked about', { faults });
  }
  const rows = await lockLives(acting.client, asked.mandates);
  const standing = asked.mandates.flatMap((id) => standingOf(rows.get(id)));
  await acting.authorise(...standing.map((current) => ({ name: 'mandate.reconfirm' as const, current })), {
    name: 'party.view',
    party: asked.represented,
  });
  if (asked.settled_at !== null) throw new AppError('conflict', 'this has been settled already');
  const ending = wish.answer === 'confirmed' ? [] : standing.filter(isMeant(wish.mandates));
  const revoked = ending.map(({ mandate_id }) => mandate_id);
  await acting.client.query(`update mandates set status = 'revoked', status_cause = $2 where mandate_id = any ($1)`, [
    revoked,
    `reconfirmation ${wish.reconfirmationId}: deregistered`,
  ]);
  await acting.client.query(
    `update reconfirmations set settled_at = $2, settled_by = $3, outcome = $4 where reconfirmation_id = $1`,
    [wish.reconfirmationId, acting.now, acting.actor ?? null, wish.answer],
  );
  return { revoked };
}

async function lockAsked({ client }: Acting, id: string): Promise<Asked> {
  const { rows } = await client.query<Asked>(
    'select represented, mandates, settled_at from reconfirmations where reconfirmation_id = $1 for update',
    [id],
  );
  const [asked] = rows;
  if (asked === undefined) throw new AppError('not_found', 'no such reconfirmation');
  return asked;
}

function standingOf(row: MandateRow | undefined): MandateRow[] {
  return row && (row.status === 'active' || row.status === 'suspended') ? [row] : [];
}

function isMeant(named: readonly string[] | undefined): (row: MandateRow) => boolean {
  return ({ mandate_id }) => named === undefined || named.includes(mandate_id);
}
