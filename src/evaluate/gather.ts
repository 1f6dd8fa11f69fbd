import { AppError } from '../domain/errors.ts';
import type { Question } from '../domain/evaluation.ts';
import type { AliasFacts, PartyFacts, PartyId } from '../domain/facts.ts';
import { type Identifier, isPartyRef, type PartyName, type PartyRef } from '../domain/identifier.ts';
import { recordKey } from '../mandates/record-key.ts';
import type { Participant, PolicyInput } from '../policy/input.ts';
import type { Wanted } from './find-mandates.ts';
import { type Chains, type Direct, findChains, findDirect } from './find-paths.ts';
import { findServices, type ServicesFound } from './find-services.ts';
import { required } from './incomplete.ts';
import { planScopes } from './scopes.ts';
import { all, type Strand } from './strand.ts';

/** HMAC of an identifier, as in the keys of alias records. */
export type Alias = (identifier: Identifier) => string;

/** All that the policy reads but the clock, which is read when all of this is there. */
export type Gathered = Omit<PolicyInput, 'now'>;

/** More co-actors than these are refused: no joint authority needs them. */
const MAX_TOGETHER = 10;

/**
 * What is looked up for a question, in one place for every store. Two round trips when nothing is at hand (who and
 * what, then parties and mandates); a third for chains, a fourth for the parents of onward mandates in them; one
 * more when the service is asked for by ServiceUUID, and one for a portal.
 * Whatever is not found is left out of the input: what that means is the policy's to say. What a record names is found.
 * @throws AppError `invalid_request`, IncompleteError
 */
export function* gather(question: Question, alias: Alias): Strand<Gathered> {
  const together = question.together ?? [];
  if (together.length > MAX_TOGETHER) throw new AppError('invalid_request', `together takes at most ${MAX_TOGETHER}`);
  const people = [question.actor, question.represented, ...(question.via ? [question.via] : [])];
  const [aliases, services] = yield* all<[(AliasFacts | null)[], ServicesFound]>([
    findAliases([...people, ...together.map(({ id }) => id)], alias),
    findServices(question.service),
  ]);
  const [actor, represented] = aliases;
  const via = question.via && (aliases[2] ?? undefined);
  const others = aliases.slice(people.length);
  const caseName = question.case === undefined ? undefined : `${services.name}#${question.case}`;
  const plan = planScopes(services.services, question.case);
  const wanted: Wanted = caseName === undefined ? { plan } : { plan, caseName };
  const ends = { actor: actor?.party_id, represented: represented?.party_id };
  const viaId = question.via ? (via?.party_id ?? null) : undefined;
  const [parties, direct, chains] = yield* all<[Parties, Direct, Chains]>([
    findParties([actor, represented, via, ...others], ends.represented, question.branch),
    findDirect(ends, wanted),
    findChains(ends, viaId, wanted),
  ]);
  const [actorParty, representedParty, viaParty, ...otherParties] = parties.parties;
  const found: Gathered = {
    request: requestOf(question, caseName),
    actor: participant(actor, actorParty, question.loa),
    represented: representedParty ? { party: representedParty } : {},
    together: together.map(({ loa }, index) => participant(others[index], otherParties[index], loa)),
    services: plan.services.map(({ service }, index) => ({
      service,
      direct: direct[index] ?? [],
      chains: chains.candidates[index] ?? [],
    })),
    via_needed: chains.viaNeeded,
  };
  if (question.branch !== undefined) found.represented.branch_registered = parties.branchRegistered;
  if (question.via) found.via = viaParty ? { party: viaParty } : {};
  if (services.missing) found.service_missing = services.missing;
  if (services.portal) found.portal = services.portal;
  return found;
}

function* findAliases(names: readonly PartyName[], alias: Alias): Strand<(AliasFacts | null)[]> {
  const found = yield names.map((name) =>
    isPartyRef(name) ? recordKey.party(name.party_id) : recordKey.alias(alias(name)),
  );
  // Records come back under the keys asked for: parties where a party was named, else aliases.
  return names.map((name, index) =>
    isPartyRef(name) ? asNamed(found[index] as PartyFacts | null, name) : (found[index] as AliasFacts | null),
  );
}

/** A person is not found as an organisation, nor the other way round. */
function asNamed(party: PartyFacts | null, { kind = party?.kind }: PartyRef): AliasFacts | null {
  return party?.kind === kind && party ? { party_id: party.party_id } : null;
}

interface Parties {
  parties: (PartyFacts | undefined)[];
  branchRegistered: boolean;
}

function* findParties(
  aliases: readonly (AliasFacts | null | undefined)[],
  represented: PartyId | undefined,
  branch: string | undefined,
): Strand<Parties> {
  const known = aliases.filter((facts) => facts != null);
  const keys = known.map(({ party_id }) => recordKey.party(party_id));
  const askBranch = branch !== undefined && represented !== undefined;
  const found = yield askBranch ? [...keys, recordKey.branch(represented, branch)] : keys;
  let next = 0;
  // As above: party keys, and one branch key behind them.
  const parties = aliases.map((facts) => (facts ? required(found[next++] as PartyFacts | null) : undefined));
  return { parties, branchRegistered: askBranch && found[next] === true };
}

function participant(
  alias: AliasFacts | null | undefined,
  party: PartyFacts | undefined,
  loa: string | undefined,
): Participant {
  const found: Participant = {};
  if (party) found.party = party;
  if (alias?.means) found.means = alias.means;
  if (loa !== undefined) found.loa = loa;
  return found;
}

function requestOf({ loa, min_loa, branch, operation }: Question, caseName: string | undefined): Gathered['request'] {
  const request: Gathered['request'] = {};
  if (loa !== undefined) request.loa = loa;
  if (min_loa !== undefined) request.min_loa = min_loa;
  if (branch !== undefined) request.branch = branch;
  if (operation !== undefined) request.operation = operation;
  if (caseName !== undefined) request.case = caseName;
  return request;
}
