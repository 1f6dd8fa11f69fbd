import type { PartyFacts, PartyId } from '../domain/facts.ts';
import type { Found } from '../mandates/lookups.ts';
import { recordKey } from '../mandates/record-key.ts';
import type { ChainCandidate, PathMandate } from '../policy/input.ts';
import { findMandates, type Wanted } from './find-mandates.ts';
import { required } from './incomplete.ts';
import type { Strand } from './strand.ts';

/** Beyond these second-link organisations the caller names the intermediary (`via`). */
export const MAX_INTERMEDIARIES = 64;
/** A portal with many services and an actor with many organisations multiply; beyond this `via` is needed too. */
const MAX_CHAIN_KEYS = 16_384;

export interface Ends {
  actor: PartyId | undefined;
  represented: PartyId | undefined;
}

/** Per service: the mandates represented → actor. */
export type Direct = PathMandate[][];

export function* findDirect({ actor, represented }: Ends, wanted: Wanted): Strand<Direct> {
  if (!actor || !represented || wanted.plan.services.length === 0) return [];
  const { found } = yield* findMandates([{ grantor: represented, delegate: actor }], wanted);
  return found[0] ?? [];
}

export interface Chains {
  /** Per service. */
  candidates: ChainCandidate[][];
  viaNeeded: boolean;
}

/**
 * @param via the intermediary the caller named: null when it is unknown, undefined when none was named.
 * @throws IncompleteError
 */
export function* findChains(ends: Ends, via: PartyId | null | undefined, wanted: Wanted): Strand<Chains> {
  const { actor, represented } = ends;
  const none: Chains = { candidates: [], viaNeeded: false };
  if (!actor || !represented || via === null || wanted.plan.services.length === 0) return none;
  const linked = via === undefined ? yield* findLinks(actor) : [via];
  const organisations = linked.filter((party) => party !== represented && party !== actor);
  if (organisations.length === 0) return none;
  const tooMany = organisations.length * wanted.plan.keys.length * 2 > MAX_CHAIN_KEYS;
  if (linked.length > MAX_INTERMEDIARIES || (via === undefined && tooMany)) return { candidates: [], viaNeeded: true };
  const pairs = organisations.flatMap((organisation) => [
    { grantor: represented, delegate: organisation },
    { grantor: organisation, delegate: actor },
  ]);
  const { found, extra } = yield* findMandates(pairs, wanted, organisations.map(recordKey.party));
  const parties = organisations.map((_, index) => partyOf(extra[index]));
  const candidates = wanted.plan.services.map((_, service) =>
    parties.flatMap((intermediary, index): ChainCandidate[] => {
      const [first, second] = [found[2 * index]?.[service] ?? [], found[2 * index + 1]?.[service] ?? []];
      return first.length > 0 && second.length > 0 ? [{ intermediary, first, second }] : [];
    }),
  );
  return { candidates, viaNeeded: false };
}

function* findLinks(actor: PartyId): Strand<readonly PartyId[]> {
  const [links] = yield [recordKey.links(actor)];
  return (links as PartyId[] | null | undefined) ?? [];
}

function partyOf(found: Found | undefined): PartyFacts {
  return required(found as PartyFacts | null | undefined);
}
