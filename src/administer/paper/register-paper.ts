import { randomUUID } from 'node:crypto';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { Loa, PartyId } from '../../domain/facts.ts';
import { insertRows } from '../../register/write-rows.ts';
import type { Acting } from '../acting.ts';
import { namedParty } from '../parties/named-party.ts';
import { personalNumberFaults } from '../parties/personal-number.ts';
import type { PartyRef } from '../party-ref.ts';
import { type PaperKind, type PaperView, readPaper } from './paper-request.ts';
import { dueAfter } from './working-days.ts';

/** Within so many working days a request on paper is settled (R79). */
const WORKING_DAYS = 2;
/** What came longer ago is a slip of the pen: nothing lies there for a year. */
const OLDEST_MS = 366 * 86_400_000;

export interface PaperWish {
  kind: PaperKind;
  represented: PartyRef;
  /** The manager or legal representative whose signature stands under it. */
  signedBy: PartyRef;
  /** In words; numbers of persons have no place in it. */
  asked: string;
  /** Those that it is about; none for a grant. */
  mandates: readonly string[];
  loa: Loa;
  receivedAt: Date;
  evidence: readonly { kind: string; reference?: string; checked_at?: string; valid_until?: string }[];
}

/**
 * Registers what came by post, with the moment until which it may wait (R79, R98, R99, R110).
 * @throws AppError `act_refused` | `invalid_request`
 */
export async function registerPaper(acting: Acting, wish: PaperWish): Promise<PaperView> {
  const represented = await namedParty(acting, wish.represented, '/represented');
  await acting.authorise({ name: 'paper.register', party: represented });
  const signedBy = await namedParty(acting, wish.signedBy, '/signed_by');
  const faults = [...faultsOf(acting, wish), ...(await mandateFaults(acting, represented, wish.mandates))];
  if (faults.length > 0) throw new AppError('invalid_request', 'the request cannot be registered so', { faults });
  const id = randomUUID();
  await insertRows(acting.client, 'paper_requests', [
    {
      paper_request_id: id,
      kind: wish.kind,
      represented,
      signed_by: signedBy,
      asked: wish.asked,
      mandates: wish.mandates,
      loa: wish.loa,
      received_at: wish.receivedAt,
      due_at: dueAfter(wish.receivedAt, WORKING_DAYS),
      evidence: wish.evidence,
      recorded_at: acting.now,
      settled_mandates: [],
    },
  ]);
  return readPaper(acting, id);
}

function faultsOf({ now }: Acting, { kind, asked, mandates, receivedAt, evidence }: PaperWish): Fault[] {
  const faults = personalNumberFaults([
    { at: '/asked', text: asked },
    ...evidence.map(({ reference }, i) => ({ at: `/evidence/${i}/reference`, text: reference })),
  ]);
  if (receivedAt > now) faults.push({ at: '/received_at', message: 'lies in the future' });
  if (receivedAt.getTime() < now.getTime() - OLDEST_MS) {
    faults.push({ at: '/received_at', message: 'lies more than a year back' });
  }
  if (kind === 'grant' && mandates.length > 0) faults.push({ at: '/mandates', message: 'a grant is about none yet' });
  if (kind !== 'grant' && mandates.length === 0) faults.push({ at: '/mandates', message: 'names none' });
  return faults;
}

async function mandateFaults({ client }: Acting, represented: PartyId, mandates: readonly string[]): Promise<Fault[]> {
  const { rows } = await client.query<{ mandate_id: string }>(
    'select mandate_id from mandates where mandate_id = any ($1) and represented = $2',
    [mandates, represented],
  );
  const own = new Set(rows.map(({ mandate_id }) => mandate_id));
  return mandates.flatMap((id, i) =>
    own.has(id) ? [] : [{ at: `/mandates/${i}`, message: 'is no mandate of the represented' }],
  );
}
