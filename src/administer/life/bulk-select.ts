import { AppError } from '../../domain/errors.ts';
import type { MandateKind } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { readSides } from '../grants/sides.ts';
import type { PartyRef } from '../party-ref.ts';
import { isRefusal } from './permit.ts';

/** Which mandates a bulk act is about: at least one end is named. */
export interface BulkFilter {
  represented?: PartyRef | undefined;
  delegate?: PartyRef | undefined;
  kind?: MandateKind | undefined;
  /** Named outright in its scope. */
  service?: string | undefined;
  set?: string | undefined;
  branch?: string | undefined;
}

/** So many at once; more is refused as a whole. */
export const MAX_BULK = 10_000;

/**
 * Ids of the mandates that are not over, in order. Whoever may see neither of the parties that he names is refused
 * before anything is counted.
 * @throws AppError `invalid_request` | `act_refused`
 */
export async function selectMandates(acting: Acting, filter: BulkFilter, active: boolean): Promise<string[]> {
  if (filter.represented === undefined && filter.delegate === undefined) {
    const faults = [{ at: '/filter', message: 'names neither a represented nor a delegate' }];
    throw new AppError('invalid_request', 'the filter is too wide', { faults });
  }
  const represented = filter.represented && (await knownParty(acting, filter.represented));
  const delegate = filter.delegate && (await knownParty(acting, filter.delegate));
  await authoriseSight(acting, represented, delegate);
  // To nobody is told whether the register knows a number: there is just nothing between the two.
  if (represented === null || delegate === null) return [];
  const { rows } = await acting.client.query<{ mandate_id: string }>(
    `select mandate_id from mandates m
     where ($1::uuid is null or m.represented = $1) and ($2::uuid is null or m.delegate = $2)
       and (m.status = 'active' or m.status = 'suspended' and not $3)
       and (not $3 or m.valid_until is null or m.valid_until > $4)
       and ($5::text is null or m.kind = $5) and ($6::uuid is null or $6 = any (m.services))
       and ($7::text is null or m.sets @> jsonb_build_array(jsonb_build_object('set', $7)))
       and ($8::text is null or $8 = any (m.branches))
     order by mandate_id limit ${MAX_BULK + 1}`,
    [
      represented ?? null,
      delegate ?? null,
      active,
      acting.now,
      filter.kind ?? null,
      filter.service ?? null,
      filter.set ?? null,
      filter.branch ?? null,
    ],
  );
  if (rows.length > MAX_BULK) {
    const faults = [{ at: '/filter', message: `finds more than ${MAX_BULK} mandates` }];
    throw new AppError('invalid_request', 'too many mandates at once', { faults });
  }
  return rows.map(({ mandate_id }) => mandate_id);
}

/** Null: one that nobody knows. */
async function knownParty(acting: Acting, ref: PartyRef): Promise<string | null> {
  return 'partyId' in ref ? ref.partyId : ((await acting.find(ref.identifier)) ?? null);
}

/** One of the two ends must be his to see. @throws AppError `act_refused` */
async function authoriseSight(acting: Acting, ...named: (string | null | undefined)[]): Promise<void> {
  const ends = (
    await readSides(
      acting,
      named.filter((end) => typeof end === 'string'),
    )
  ).map(({ partyId }) => partyId);
  if (ends.length === 0) {
    throw new AppError('act_refused', 'the rules do not allow this', { reasons: ['not_representative'] });
  }
  for (const [place, party] of ends.entries()) {
    try {
      await acting.authorise({ name: 'party.view', party });
      return;
    } catch (refusal) {
      // The other end may be his.
      if (place === ends.length - 1 || !isRefusal(refusal)) throw refusal;
    }
  }
}
