import type pg from 'pg';
import type { AdminVerdict } from '../domain/administration.ts';
import { AppError } from '../domain/errors.ts';
import type { PartyId } from '../domain/facts.ts';
import type { Found } from '../mandates/lookups.ts';
import { makePostgresLookups } from '../mandates/postgres-lookups.ts';
import type { RecordKey } from '../mandates/record.ts';
import type { ActMandate, AdminInput } from '../policy/admin-input.ts';
import type { Engine } from '../policy/engine.ts';
import type { Participant } from '../policy/input.ts';
import type { Act, MandateRow, Session } from './acting.ts';
import type { Caller } from './caller.ts';
import { readParty, readSide, representativesOf, type SideDeps } from './sides.ts';
import { askTogether } from './together.ts';

export interface AuthoriseDeps {
  client: pg.ClientBase;
  policy: Engine<AdminVerdict>;
  session: Session;
  caller: Caller;
  /** Who calls, as the register knows him by now. */
  callAgain(): Promise<Caller>;
  /** The register's own service *manage mandates*. */
  manage: { serviceId: string; serviceUuid: string };
  /** Reads do not lock. */
  locks: boolean;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Who calls and what time it is, when what the acts rest on can change no more. */
type Settled = Omit<AuthoriseDeps, 'now' | 'callAgain'> & { now: number };

/** The facts of so many acts are in memory at a time. */
const TOGETHER = 200;

/** Asks the policy about each act, on facts that stay as they are until this transaction ends. */
export async function authoriseActs(asked: AuthoriseDeps, acts: readonly Act[]): Promise<AdminVerdict[]> {
  const deps = await settle(asked, acts);
  const verdicts: AdminVerdict[] = [];
  const refused = new Set<string>();
  for (let from = 0; from < acts.length; from += TOGETHER) {
    const gather = makeGather(deps, makeSideDeps(deps));
    for (const input of await Promise.all(acts.slice(from, from + TOGETHER).map(gather))) {
      const verdict = deps.policy.decide(input);
      verdicts.push(verdict);
      for (const reason of verdict.reasons) refused.add(reason);
    }
  }
  if (refused.size > 0 || verdicts.some(({ allow }) => !allow)) {
    throw new AppError('act_refused', 'the rules do not allow this', { reasons: [...refused].sort() });
  }
  return verdicts;
}

/** Whether the policy would let somebody else do this, whose login and signature were judged when he did. */
export async function mightStill(asked: AuthoriseDeps, person: PartyId, act: Act): Promise<boolean> {
  const lookups = makePostgresLookups(asked.client);
  const callAgain = async (): Promise<Caller> => ({
    participant: { party: await readParty({ lookups }, person), loa: 'eh4' },
  });
  const { requestId } = asked.session;
  const session: Session = { requestId, signature: { fingerprint: 'judged before' } };
  try {
    const verdicts = await authoriseActs({ ...asked, session, caller: await callAgain(), callAgain }, [act]);
    return verdicts.every(({ holders_required }) => holders_required === null);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'act_refused') return false;
    throw thrown;
  }
}

/**
 * Waiting for a lock takes time: meanwhile the caller may have come under curatele, his means may have been switched
 * off, or his mandate may have ended.
 */
async function settle({ now, callAgain, ...deps }: AuthoriseDeps, acts: readonly Act[]): Promise<Settled> {
  if (!deps.locks) return { ...deps, now: now() };
  await lockFor(deps, acts);
  const caller = await callAgain();
  if (caller.participant?.party?.party_id !== deps.caller.participant?.party?.party_id) {
    throw new AppError('act_refused', 'whoever logged in is somebody else by now', { reasons: ['not_representative'] });
  }
  return { ...deps, caller, now: now() };
}

/** Reads together what several sides ask for. */
function makeSideDeps({ client, manage, now }: Settled): SideDeps {
  const lookups = makePostgresLookups(client);
  const read = askTogether<RecordKey, Found>((keys) => lookups.read(keys), String);
  return {
    lookups: { peek: lookups.peek, read: (keys) => Promise.all(keys.map(read)) },
    representatives: askTogether(
      (asked) => representativesOf(client, asked),
      ({ party, actor }) => `${party} ${actor}`,
    ),
    manageService: manage.serviceId,
    now,
  };
}

/** What is the same for several acts is read once. */
function makeGather(deps: Settled, sideDeps: SideDeps): (act: Act) => Promise<AdminInput> {
  const { caller, session, manage, now } = deps;
  const sides = new Map<string, ReturnType<typeof readSide>>();
  const mandatesOf = askTogether<Act, MandatesOfAct>(
    (acts) => readMandates(deps, acts),
    () => `${places++}`,
  );
  let places = 0;
  // Who logged in for one party manages for no other, whoever else stands on the mandate; for himself he may speak.
  const own = [caller.boundTo, caller.participant?.party?.party_id];
  const isHis = (party: PartyId) => caller.boundTo === undefined || own.includes(party);
  const side = (party: PartyId, asked: Participant | undefined, together: readonly Participant[] = []) => {
    const who = isHis(party) ? asked : undefined;
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
    const [represented, delegate, mandates] = await Promise.all([
      ends.represented && side(ends.represented, who, together),
      ends.delegate && side(ends.delegate, who),
      mandatesOf(act),
    ]);
    const facts = factsOf(act, mandates);
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

interface MandatesOfAct {
  current?: ActMandate;
  mandate?: ActMandate;
  parent?: ActMandate;
}

function factsOf(act: Act, mandates: MandatesOfAct): AdminInput['act'] {
  const { current, mandate, party, owners, together, newcomer, name, ...facts } = act;
  return { name, ...facts, ...(owners && { owners: [...owners] }), ...mandates };
}

/** The mandates of each act as the rules read them. */
async function readMandates({ client }: Settled, acts: readonly Act[]): Promise<MandatesOfAct[]> {
  const asked = acts.map(({ current, mandate }) => ({
    current: current ?? null,
    mandate: mandate ?? null,
    parent: (mandate ?? current)?.derived_from ?? null,
  }));
  const { rows } = await client.query<{ found: MandatesOfAct }>(
    `select jsonb_strip_nulls(jsonb_build_object(
       'current', case when one.act -> 'current' <> 'null' then
         act_mandate(jsonb_populate_record(null::mandates, one.act -> 'current')) end,
       'mandate', case when one.act -> 'mandate' <> 'null' then
         act_mandate(jsonb_populate_record(null::mandates, one.act -> 'mandate')) end,
       'parent', (select act_mandate(p) from mandates p where p.mandate_id = (one.act ->> 'parent')::uuid))) as found
     from jsonb_array_elements($1::jsonb) with ordinality as one (act, place)
     order by place`,
    [JSON.stringify(asked)],
  );
  return rows.map(({ found }) => found);
}

/**
 * The parties concerned, so that no intervention comes between; the means by which he logged in; then the actor's own
 * mandates for them, so that none of his authority ends between. In one order everywhere, lest two of these wait for each other.
 */
async function lockFor({ client, caller }: Pick<Settled, 'client' | 'caller'>, acts: readonly Act[]): Promise<void> {
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
  if (caller.means) await client.query(`select from aliases where alias = decode($1, 'hex') for share`, [caller.means]);
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
