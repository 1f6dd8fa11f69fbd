import { AppError, type Fault } from '../../domain/errors.ts';
import type { PartyId, PartyKind } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { type PartyRef, partyOf } from '../party-ref.ts';
import type { PartyWish } from './wish.ts';

/** A party that a request names, as far as a new mandate needs it. */
export interface Side {
  partyId: PartyId;
  kind: PartyKind;
  name: string;
  branch?: string;
}

/**
 * The party for whom something is granted. Who it is not known to learns no more than a stranger.
 * @throws AppError `act_refused`
 */
export async function representedOf(acting: Acting, ref: PartyRef): Promise<Side> {
  const partyId = 'partyId' in ref ? ref.partyId : await acting.find(ref.identifier);
  const [side] = partyId === undefined ? [] : await readSides(acting, [partyId]);
  if (side === undefined) {
    throw new AppError('act_refused', 'the rules do not allow this', { reasons: ['not_representative'] });
  }
  return side;
}

/**
 * The other sides that a request names, in its order; what is wrong with them goes to `faults`. A person by his
 * citizen service number needs his date of birth as well, but for himself and for systems, which know it anyway.
 */
export async function findSides(
  acting: Acting,
  wishes: readonly PartyWish[],
  at: string,
  faults: Fault[],
): Promise<Side[]> {
  const ids: (PartyId | undefined)[] = [];
  for (const [i, wish] of wishes.entries()) {
    const found = await partyOf(acting, wish.party, `${at}/${i}/party`).catch(gather(faults));
    if (found !== undefined && !(await isMeant(acting, wish, found))) {
      faults.push({ at: `${at}/${i}/party`, message: 'no party is known by this' });
      ids.push(undefined);
    } else ids.push(found);
  }
  const known = new Map((await readSides(acting, ids.filter(isText))).map((side) => [side.partyId, side]));
  refuseDoubles(ids, at, faults);
  const sides: Side[] = [];
  for (const [i, id] of ids.entries()) {
    const side = id === undefined ? undefined : known.get(id);
    const branch = wishes[i]?.branch;
    if (side === undefined) continue;
    if (branch !== undefined && !(await hasBranch(acting, side.partyId, branch))) {
      faults.push({ at: `${at}/${i}/branch`, message: 'is no branch of this party' });
    }
    sides.push({ ...side, ...(branch !== undefined && { branch }) });
  }
  return sides;
}

/** Turns a refused input into its faults; whatever else was thrown goes on. */
function gather(faults: Fault[]) {
  return (thrown: unknown): undefined => {
    if (!(thrown instanceof AppError) || thrown.code !== 'invalid_request') throw thrown;
    faults.push(...thrown.faults);
  };
}

const isText = (value: string | undefined): value is string => value !== undefined;

async function isMeant(acting: Acting, { party, birth_date }: PartyWish, found: PartyId): Promise<boolean> {
  const byNumber = 'identifier' in party && party.identifier.scheme === 'bsn';
  if (birth_date === undefined) return !byNumber || found === acting.actor || acting.session.system !== undefined;
  const { rowCount } = await acting.client.query('select from parties where party_id = $1 and birth_date = $2', [
    found,
    birth_date,
  ]);
  return rowCount === 1;
}

function refuseDoubles(ids: readonly (PartyId | undefined)[], at: string, faults: Fault[]): void {
  ids.forEach((id, i) => {
    if (id !== undefined && ids.indexOf(id) < i) faults.push({ at: `${at}/${i}/party`, message: 'is named twice' });
  });
}

export async function readSides({ client }: Pick<Acting, 'client'>, ids: readonly PartyId[]): Promise<Side[]> {
  const { rows } = await client.query<Side>(
    `select p.party_id as "partyId", p.kind::text as kind, p.name::text as name
     from unnest($1::uuid[]) with ordinality as asked (party_id, place) join parties p using (party_id) order by place`,
    [ids],
  );
  return rows;
}

/** Of the party's own, or `0000` and its KvK number (R24, R26). */
export async function hasBranch({ client }: Pick<Acting, 'client'>, party: PartyId, branch: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from branches where branch = $2 and party_id = $1
     union all select from aliases where party_id = $1 and scheme = 'kvk' and '0000' || public_value = $2 limit 1`,
    [party, branch],
  );
  return rowCount === 1;
}
