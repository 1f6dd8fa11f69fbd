import type pg from 'pg';
import { AppError } from '../domain/errors.ts';
import type { PartyFacts, PartyId } from '../domain/facts.ts';
import { findMandates } from '../evaluate/find-mandates.ts';
import { findServices } from '../evaluate/find-services.ts';
import { planScopes } from '../evaluate/scopes.ts';
import { runReading, type Strand } from '../evaluate/strand.ts';
import type { Lookups } from '../mandates/lookups.ts';
import { recordKey } from '../mandates/record-key.ts';
import type { ManagedParty } from '../policy/admin-input.ts';
import type { Participant, PathMandate } from '../policy/input.ts';
import { gatherManaging } from './managing.ts';

export interface SideDeps {
  lookups: Lookups;
  /** Those who represent a party by law, and for whom the actor holds a mandate himself. */
  representatives(of: { party: PartyId; actor: PartyId }): Promise<readonly PartyId[]>;
  /** ServiceID of *manage mandates*. */
  manageService: string;
  now: number;
}

/** Who manages whom, as far as this actor is concerned. Systems have no `actor`. */
export async function readSide(
  deps: SideDeps,
  party: PartyId,
  actor: Participant | undefined,
  together: readonly Participant[],
): Promise<ManagedParty> {
  const represented = await readParty(deps, party);
  if (actor?.party === undefined) return { party: represented, representatives: [] };
  const known = { ...actor, party: actor.party };
  const ask = (whom: PartyFacts) =>
    runReading(
      gatherManaging({ actor: known, represented: whom, together, service: deps.manageService, now: deps.now }),
      deps.lookups,
    );
  const managing = await ask(represented);
  const representatives: ManagedParty['representatives'] = [];
  for (const id of await deps.representatives({ party, actor: actor.party.party_id })) {
    const asked = await ask(await readParty(deps, id));
    for (const mandate of await mandatesBetween(deps, party, id)) representatives.push({ mandate, managing: asked });
  }
  return { party: represented, managing, representatives };
}

/** @throws AppError `not_found`: ends of mandates are always there, a party that a path names may be none */
export async function readParty({ lookups }: Pick<SideDeps, 'lookups'>, party: PartyId): Promise<PartyFacts> {
  const [facts] = await lookups.read([recordKey.party(party)]);
  if (!facts) throw new AppError('not_found', 'no such party');
  return facts as PartyFacts; // Under a party key stands a party.
}

/** For each pair; at most twenty. */
export async function representativesOf(
  client: pg.ClientBase,
  asked: readonly { party: PartyId; actor: PartyId }[],
): Promise<PartyId[][]> {
  const { rows } = await client.query<{ found: PartyId[] }>(
    `select array(select distinct law.delegate from mandates law
         join mandates own on own.represented = law.delegate and own.delegate = asked.actor and own.status = 'active'
       where law.represented = asked.party and law.kind = 'statutory' and law.status = 'active'
         and law.delegate <> asked.actor
       order by 1 limit 20) as found
     from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (party, actor, place) order by place`,
    [asked.map(({ party }) => party), asked.map(({ actor }) => actor)],
  );
  return rows.map(({ found }) => found);
}

async function mandatesBetween(deps: SideDeps, grantor: PartyId, delegate: PartyId): Promise<PathMandate[]> {
  const found = await runReading(findBetween(deps.manageService, grantor, delegate), deps.lookups);
  return found.filter(({ kind }) => kind === 'statutory');
}

function* findBetween(service: string, grantor: PartyId, delegate: PartyId): Strand<PathMandate[]> {
  const services = yield* findServices(service);
  const { found } = yield* findMandates([{ grantor, delegate }], { plan: planScopes(services.services, undefined) });
  return found[0]?.[0] ?? [];
}
