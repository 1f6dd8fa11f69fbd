import type { Client, Pool } from 'pg';
import type { Dice } from '../support/dice.ts';

/** What may be changed, by the keys of its rows. */
export interface Candidates {
  mandates: string[];
  /** Mandates that hang on no other and on which no other hangs. */
  plain: string[];
  parties: string[];
  means: Buffer[];
  instances: string[];
  branches: { branch: string; party_id: string }[];
}

export interface Act {
  client: Client;
  candidates: Candidates;
  dice: Dice;
  newId: () => string;
}

/** @returns false when it changed nothing */
type Doing = (act: Act) => Promise<boolean>;

/** Many enough that questions meet them, few enough that it happens often. */
const MANY = 500;

/** @param many of each kind at most */
export async function findCandidates(client: Pool, many = MANY): Promise<Candidates> {
  const idsOf = async <T>(sql: string): Promise<T[]> =>
    (await client.query<{ id: T }>({ text: sql })).rows.map(({ id }) => id);
  const { rows: branches } = await client.query<{ branch: string; party_id: string }>(
    `select branch::text, party_id from branches order by branch, party_id limit ${many}`,
  );
  const usable = `from mandates m where status in ('active', 'suspended')`;
  return {
    mandates: await idsOf(`select mandate_id as id ${usable} order by mandate_id limit ${many}`),
    plain: await idsOf(`select mandate_id as id ${usable} and derived_from is null and joint_required is null
      and not exists (select from mandates c where c.derived_from = m.mandate_id) order by mandate_id limit ${many}`),
    parties: await idsOf(`select party_id as id from parties order by party_id limit ${many}`),
    means: await idsOf(`select alias as id from aliases where scheme = 'pseudonym' order by alias limit ${many}`),
    instances: await idsOf(`select service_id as id from service_instances order by service_id limit ${many}`),
    branches,
  };
}

/** What is broken is mended whenever it is met; what is whole is broken less often, so that most stays whole. */
const breaks = (dice: Dice) => dice.next() < 0.3;

const toggleMandate: Doing = async ({ client, candidates, dice }) => {
  const { rowCount } = await client.query(
    `update mandates set status = case status when 'active' then 'suspended' else 'active' end
     where mandate_id = $1 and (status = 'suspended' or status = 'active' and $2)`,
    [dice.pick(candidates.mandates), breaks(dice)],
  );
  return rowCount !== 0;
};

/** Ends a mandate for good and grants the same again under another id: a cache that keeps both says two. */
const revokeAndGrant: Doing = async ({ client, candidates, dice, newId }) => {
  const place = Math.floor(dice.next() * candidates.plain.length);
  const [old, id] = [candidates.plain[place], newId()];
  await client.query(`update mandates set status = 'revoked' where mandate_id = $1 and status <> 'revoked'`, [old]);
  await client.query(
    `insert into mandates select (jsonb_populate_record(m, $2::jsonb)).* from mandates m where mandate_id = $1`,
    [old, JSON.stringify({ mandate_id: id, status: 'active', status_since: new Date(), status_cause: null })],
  );
  candidates.plain[place] = id;
  candidates.mandates.push(id);
  return true;
};

const SINCE = '2026-01-01T00:00:00Z';

const toggleState: Doing = async ({ client, candidates, dice }) => {
  const party = dice.pick(candidates.parties);
  const taken = await client.query(`delete from party_states where party_id = $1 and source = 'rig'`, [party]);
  if (taken.rowCount !== 0) return true;
  if (!breaks(dice)) return false;
  await client.query(
    `insert into party_states (party_id, party_kind, state, since, source)
     select party_id, kind, $2, $3, 'rig' from parties where party_id = $1`,
    [party, dice.pick(['bankrupt', 'bankrupt', 'wsnp']), SINCE],
  );
  return true;
};

const toggleMeans: Doing = async ({ client, candidates, dice }) => {
  const sql = 'update aliases set means_active = not means_active where alias = $1 and (not means_active or $2)';
  const { rowCount } = await client.query(sql, [dice.pick(candidates.means), breaks(dice)]);
  return rowCount !== 0;
};

const toggleInstance: Doing = async ({ client, candidates, dice }) => {
  const sql = 'update service_instances set active = not active where service_id = $1 and (not active or $2)';
  const { rowCount } = await client.query(sql, [dice.pick(candidates.instances), breaks(dice)]);
  return rowCount !== 0;
};

const toggleBranch: Doing = async ({ client, candidates, dice }) => {
  const { branch, party_id } = dice.pick(candidates.branches);
  const made = await client.query('insert into branches (branch, party_id) values ($1, $2) on conflict do nothing', [
    branch,
    party_id,
  ]);
  if (made.rowCount !== 0) return true;
  if (!breaks(dice)) return false;
  await client.query('delete from branches where branch = $1 and party_id = $2', [branch, party_id]);
  return true;
};

/** Each as often as it stands here. */
export type Acts = readonly Doing[];

const MANDATES: Acts = Array.from({ length: 6 }, () => toggleMandate);
const OTHERS: Acts = [toggleState, toggleState, toggleMeans, toggleMeans];

export const ACTS: Acts = [...MANDATES, revokeAndGrant, revokeAndGrant, ...OTHERS, toggleInstance, toggleBranch];

const TRIES = 50;

/** Until it met something that it changes. */
const surely =
  (act: Doing): Doing =>
  async (given) => {
    for (let tries = 0; tries < TRIES; tries++) if (await act(given)) return true;
    return false;
  };

/**
 * For runs of hours: each changes something. Nothing that was granted is ever gone, so that grants are few;
 * so are changes of services, which bear upon very many questions.
 */
export const LASTING_ACTS: Acts = [
  ...Array.from({ length: 8 }, () => [...MANDATES, ...OTHERS, toggleBranch]).flat(),
  ...[toggleInstance, revokeAndGrant, revokeAndGrant],
].map(surely);
