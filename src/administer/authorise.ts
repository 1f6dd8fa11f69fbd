import type pg from 'pg';
import type { AdminVerdict } from '../domain/administration.ts';
import { AppError } from '../domain/errors.ts';
import type { PartyId } from '../domain/facts.ts';
import { makePostgresLookups } from '../mandates/postgres-lookups.ts';
import type { ActMandate, AdminInput } from '../policy/admin-input.ts';
import type { Engine } from '../policy/engine.ts';
import type { Participant } from '../policy/input.ts';
import type { Act, MandateRow, Session } from './acting.ts';
import type { Caller } from './caller.ts';
import { readParty, readSide, type SideDeps } from './sides.ts';

export interface AuthoriseDeps {
  client: pg.ClientBase;
  policy: Engine<AdminVerdict>;
  session: Session;
  caller: Caller;
  /** The register's own service *manage mandates*. */
  manage: { serviceId: string; serviceUuid: string };
  /** Reads do not lock. */
  locks: boolean;
  now: number;
}

/** Asks the policy about each act, on facts that stay as they are until this transaction ends. */
export async function authoriseActs(deps: AuthoriseDeps, acts: readonly Act[]): Promise<AdminVerdict[]> {
  if (deps.locks) await lockFor(deps, acts);
  const sideDeps: SideDeps = {
    client: deps.client,
    lookups: makePostgresLookups(deps.client),
    manageService: deps.manage.serviceId,
    now: deps.now,
  };
  const gather = makeGather(deps, sideDeps);
  const verdicts: AdminVerdict[] = [];
  const refused = new Set<string>();
  for (const act of acts) {
    const verdict = deps.policy.decide(await gather(act));
    verdicts.push(verdict);
    for (const reason of verdict.reasons) refused.add(reason);
  }
  if (refused.size > 0 || verdicts.some(({ allow }) => !allow)) {
    throw new AppError('act_refused', 'the rules do not allow this', { reasons: [...refused].sort() });
  }
  return verdicts;
}

/** What is the same for several acts is read once. */
function makeGather(deps: AuthoriseDeps, sideDeps: SideDeps): (act: Act) => Promise<AdminInput> {
  const { caller, session, manage, now } = deps;
  const sides = new Map<string, ReturnType<typeof readSide>>();
  const side = (party: PartyId, who: Participant | undefined, together: readonly Participant[] = []) => {
    const name = [party, ...[who, ...together].map((one) => `${one?.party?.party_id} ${one?.loa}`)].join(' ');
    const known = sides.get(name) ?? readSide(sideDeps, party, who, together);
    sides.set(name, known);
    return known;
  };
  return async (act) => {
    const ends = endsOf(act);
    const together = await Promise.all((act.together ?? []).map((one) => coGrantor(sideDeps, one)));
    // On paper it is the signer who must be entitled (R90, R99).
    const signer = act.paper && { party_id: act.paper.signed_by, loa: act.paper.loa };
    const who = caller.participant ?? (signer && (await coGrantor(sideDeps, signer)));
    const represented = ends.represented && (await side(ends.represented, who, together));
    const delegate = ends.delegate && (await side(ends.delegate, who));
    const facts = await factsOf(deps, act);
    const passer = facts.parent && (await side(facts.parent.delegate, who));
    return {
      now,
      act: { ...facts, ...(session.signature && { signed: true }) },
      ...(caller.participant && { actor: caller.participant }),
      ...(caller.system && { system: caller.system }),
      manage_service: manage.serviceUuid,
      ...(represented && { represented }),
      ...(delegate && { delegate }),
      ...(passer && { parent_delegate: passer }),
    };
  };
}

async function coGrantor(deps: SideDeps, one: { party_id: PartyId; loa?: string }): Promise<Participant> {
  return { party: await readParty(deps, one.party_id), ...(one.loa !== undefined && { loa: one.loa }) };
}

function endsOf({ mandate, current, party }: Act): { represented?: PartyId; delegate?: PartyId } {
  const row = mandate ?? current;
  if (row) return { represented: row.represented, delegate: row.delegate };
  return party === undefined ? {} : { represented: party };
}

async function factsOf({ client }: AuthoriseDeps, act: Act): Promise<AdminInput['act']> {
  const { current, mandate, party, owners, together, name, ...facts } = act;
  const parentId = (mandate ?? current)?.derived_from;
  const rows = [current ?? null, mandate ?? null];
  const { rows: found } = await client.query<{ facts: ActMandate | null }>(
    `select case when one.row <> 'null' then act_mandate(jsonb_populate_record(null::mandates, one.row)) end as facts
     from jsonb_array_elements($1::jsonb) with ordinality as one (row, place)
     union all select (select act_mandate(m) from mandates m where m.mandate_id = $2)`,
    [JSON.stringify(rows), typeof parentId === 'string' ? parentId : null],
  );
  const [now, then, parent] = found.map((row) => row.facts ?? undefined);
  return {
    name,
    ...facts,
    ...(owners && { owners: [...owners] }),
    ...(now && { current: now }),
    ...(then && { mandate: then }),
    ...(parent && { parent }),
  };
}

/**
 * The parties concerned, so that no intervention comes between; then the actor's own mandates for them, so that none
 * of his authority ends between. In one order everywhere, lest two of these wait for each other.
 */
async function lockFor({ client, caller }: AuthoriseDeps, acts: readonly Act[]): Promise<void> {
  const parents = acts.flatMap(({ mandate, current }) => (mandate ?? current)?.derived_from ?? []);
  const { rows } = await client.query<{ delegate: PartyId }>(
    'select delegate from mandates where mandate_id = any ($1::uuid[])',
    [parents],
  );
  const ends = [...acts.flatMap((act) => Object.values(endsOf(act))), ...rows.map(({ delegate }) => delegate)];
  const person = caller.participant?.party?.party_id;
  const own = [...(person === undefined ? [] : [person]), ...acts.flatMap(({ paper }) => paper?.signed_by ?? [])];
  const parties = [...new Set([...ends, ...own])];
  await client.query('select from parties where party_id = any ($1) order by party_id for share', [parties]);
  if (own.length === 0) return;
  await client.query(
    `select from mandates where delegate = any ($1) and (represented = any ($2) or represented in (
       select law.delegate from mandates law
       where law.represented = any ($2) and law.kind = 'statutory' and law.status = 'active'))
     order by mandate_id for share`,
    [own, parties],
  );
}

/** Rows as they come from `to_jsonb(m)`. */
export async function lockMandates(client: pg.ClientBase, ids: readonly string[]): Promise<Map<string, MandateRow>> {
  const { rows } = await client.query<{ row: MandateRow }>(
    'select to_jsonb(m) as row from mandates m where mandate_id = any ($1) order by mandate_id for update',
    [ids],
  );
  return new Map(rows.map(({ row }) => [row.mandate_id, row]));
}
