import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';
import type { PartyId, PartyKind } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';
import { lockParty } from './lock-party.ts';
import { detailsAfter, type PartyDetails } from './party-details.ts';

export interface Branch {
  /** Twelve digits. */
  branch: string;
  name?: string;
}

type Owner = { partyId: PartyId; kind: PartyKind };

/**
 * Registers a branch, or gives it another name (R24-R26).
 * @throws AppError `not_found` | `act_refused` | `invalid_request` | `conflict` (of another party, or no KvK number)
 */
export async function putBranch(acting: Acting, partyId: PartyId, branch: Branch): Promise<PartyDetails> {
  const { kind } = await lockParty(acting.client, partyId);
  await acting.authorise({ name: 'party.change', party: partyId });
  await writeBranches(acting.client, { partyId, kind }, [branch], () => '{branch}');
  return detailsAfter(acting.client, partyId);
}

/**
 * Takes a branch away. Mandates that name it would silently cover nothing, so that they end or change first.
 * @throws AppError `not_found` | `act_refused` | `conflict` with how many mandates name it
 */
export async function removeBranch(acting: Acting, partyId: PartyId, branch: string): Promise<PartyDetails> {
  await lockParty(acting.client, partyId);
  await acting.authorise({ name: 'party.change', party: partyId });
  const { rowCount } = await acting.client.query(
    'select from branches where branch = $1 and party_id = $2 for update',
    [branch, partyId],
  );
  if (rowCount !== 1) throw new AppError('not_found', 'the party has no such branch');
  await refuseNamed(acting.client, partyId, branch);
  await acting.client.query('delete from branches where branch = $1 and party_id = $2', [branch, partyId]);
  return detailsAfter(acting.client, partyId);
}

/** `at` says where the nth branch stands in the request. */
export async function writeBranches(
  client: pg.ClientBase,
  { partyId, kind }: Owner,
  branches: readonly Branch[],
  at: (index: number) => string,
): Promise<void> {
  if (branches.length === 0) return;
  const kvk = await kvkOf(client, partyId);
  if (kind !== 'organisation' || kvk === undefined) {
    const faults = [{ at: at(0), message: 'only a party with a KvK number has branches' }];
    throw new AppError('conflict', 'a branch belongs to a KvK number', { faults });
  }
  const faults = branches.flatMap(({ branch }, i) =>
    branch === `0000${kvk}`
      ? [
          {
            at: at(i),
            message: '0000 and the KvK number stand for having no branches: that is never registered as one',
          },
        ]
      : [],
  );
  if (faults.length > 0) throw new AppError('invalid_request', 'that is no branch', { faults });
  for (const [i, { branch, name }] of branches.entries()) {
    const { rowCount } = await client.query(
      `insert into branches (branch, party_id, party_kind, name) values ($1, $2, $3, $4)
       on conflict (branch) do update set name = excluded.name where branches.party_id = excluded.party_id`,
      [branch, partyId, kind, name ?? null],
    );
    if (rowCount === 1) continue;
    const taken = [{ at: at(i), message: 'is a branch of another party' }];
    throw new AppError('conflict', 'a branch belongs to one party', { faults: taken });
  }
}

async function kvkOf(client: pg.ClientBase, partyId: PartyId): Promise<string | undefined> {
  const { rows } = await client.query<{ kvk: string }>(
    `select public_value as kvk from aliases where party_id = $1 and scheme = 'kvk' limit 1`,
    [partyId],
  );
  return rows[0]?.kvk;
}

/**
 * As represented (R21) or as the delegate's own branch (R34); what has ended names it for the record only.
 * @throws AppError `conflict`
 */
export async function refuseNamed(client: pg.ClientBase, partyId: PartyId, branch: string): Promise<void> {
  const { rows } = await client.query<{ naming: number }>(
    `select count(*)::integer as naming from mandates where not is_final(status)
       and (represented = $1 and $2 = any (branches) or delegate = $1 and delegate_branch = $2)`,
    [partyId, branch],
  );
  const naming = rows[0]?.naming ?? 0;
  if (naming === 0) return;
  const faults = [{ at: '{branch}', message: `${naming} mandate(s) name it: end or change them first` }];
  throw new AppError('conflict', 'mandates name this branch', { faults });
}
