import type { PartyFacts, PartyId } from '../../domain/facts.ts';
import type { Lookups } from '../../mandates/lookups.ts';
import type { Reach } from '../../mandates/reach.ts';
import { recordKey } from '../../mandates/record-key.ts';
import { MAX_INTERMEDIARIES } from '../find-paths.ts';
import type { Gathered } from '../gather.ts';
import { planScopes } from '../scopes.ts';
import type { Asked } from './asked.ts';

export interface Sources {
  reach: Reach;
  lookups: Pick<Lookups, 'read'>;
}

/**
 * Everybody and everything of which the answer could be *allowed*, in no order and with doubles. Others cannot be:
 * `gather` would find no path for them. Which of them are, is the policy's to say.
 * @param found what was gathered for the question with nobody in the open place.
 */
export function candidatesOf(asked: Asked, found: Gathered, sources: Sources): AsyncIterable<readonly string[]> {
  if (asked.search === 'action') return sources.reach.services();
  const via = found.via?.party?.party_id;
  if (asked.search === 'resource') return clientsOf(found.actor.party?.party_id, via, sources);
  const services = found.services.map(({ service }) => service);
  const scopes = new Set(planScopes(services, asked.question.case).keys);
  return actorsFor(found.represented.party?.party_id, { via, scopes }, sources);
}

interface Under {
  via: PartyId | undefined;
  scopes: ReadonlySet<string>;
}

/** Himself, whoever has a mandate of his, and whoever has one of an organisation that has. */
async function* actorsFor(represented: PartyId | undefined, { via, scopes }: Under, { reach, lookups }: Sources) {
  if (represented === undefined) return;
  yield [represented];
  if (via !== undefined) yield* reach.delegates(via, scopes);
  for await (const chunk of reach.delegates(represented, scopes)) {
    yield chunk;
    if (via !== undefined) continue;
    const parties = await lookups.read(chunk.map(recordKey.party));
    // Party keys lead to parties.
    for (const party of parties as readonly (PartyFacts | null)[]) {
      if (party?.kind === 'organisation') yield* reach.delegates(party.party_id, scopes);
    }
  }
}

/** Himself, whoever gave him a mandate, and whoever gave one to an organisation for which he may serve clients. */
async function* clientsOf(actor: PartyId | undefined, via: PartyId | undefined, { reach, lookups }: Sources) {
  if (actor === undefined) return;
  yield [actor];
  yield* reach.represented(actor);
  const organisations = via === undefined ? await linksOf(actor, lookups) : [via];
  // Beyond this number no chain is looked at unless `via` is named, so that none can be found either.
  if (organisations.length > MAX_INTERMEDIARIES) return;
  for (const organisation of organisations) yield* reach.represented(organisation);
}

export async function linksOf(actor: PartyId, lookups: Pick<Lookups, 'read'>): Promise<readonly PartyId[]> {
  const [links] = await lookups.read([recordKey.links(actor)]);
  // As above: a key of links.
  return (links as PartyId[] | null | undefined) ?? [];
}
