import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { hideUnseen } from '../life/permit.ts';
import { recordConsent } from './grant.ts';
import { hasTime, startNotBefore } from './period.ts';
import { answerMandates, grantedUnder, updateMandate } from './rows.ts';
import { lockMandate, refuseUnlessWaiting } from './standing.ts';

export interface ConsentWish {
  mandateId: string;
  /** Revision of the mandate as he saw it. */
  seen?: string | undefined;
}

interface Consent {
  party_id: PartyId;
  loa?: string;
}

/**
 * A co-grantor agrees (R51). With the last one whom the grantor's rules ask for the mandate is active, or, when it was
 * offered with a code, ready to be activated.
 * @throws AppError `not_found` | `act_refused` | `conflict` | `precondition_failed`
 */
export async function consent(acting: Acting, { mandateId, seen }: ConsentWish): Promise<unknown> {
  const current = await lockMandate(acting, mandateId);
  const together = await consentsTo(acting, mandateId);
  const mandate = { ...current, status: 'active', valid_from: startNotBefore(acting.now, current.valid_from) };
  const others = together.filter(({ party_id }) => party_id !== acting.actor);
  const [verdict] = await hideUnseen(acting, current, () =>
    acting.authorise({ name: 'mandate.consent', current, mandate, together: others }),
  );
  await refuseUnlessWaiting(acting, current, { act: 'mandate.consent', to: 'active', seen });
  if (together.length === 0) throw new AppError('conflict', 'the mandate waits for nobody to agree');
  if (together.some(({ party_id }) => party_id === acting.actor))
    throw new AppError('conflict', 'he has agreed already');
  if (!hasTime(acting.now, current)) throw new AppError('conflict', 'the mandate would have ended by now');
  await recordConsent(acting, mandateId);
  const isLast = verdict !== undefined && verdict.holders_required === null;
  if (isLast && !(await makeReady(acting, mandateId))) {
    const granted_under = (await grantedUnder(acting.client, verdict, current)) ?? current.granted_under;
    await updateMandate(acting.client, mandateId, {
      status: 'active',
      valid_from: mandate.valid_from,
      granted_under,
      lapses_at: null,
    });
  }
  const [view] = await answerMandates(acting, [mandateId]);
  return view;
}

/** Who has agreed so far, with the level of his login. */
export async function consentsTo({ client }: Acting, mandateId: string): Promise<Consent[]> {
  const { rows } = await client.query<{ party_id: PartyId; loa: string | null }>(
    'select party_id, loa from consents where mandate_id = $1 order by consented_at, party_id',
    [mandateId],
  );
  return rows.map(({ party_id, loa }) => ({ party_id, ...(loa !== null && { loa }) }));
}

/** Whether it waits for a code as well; from now on the code activates it. */
async function makeReady({ client }: Acting, mandateId: string): Promise<boolean> {
  const { rowCount } = await client.query('update offers set ready = true where mandate_id = $1', [mandateId]);
  return rowCount === 1;
}
