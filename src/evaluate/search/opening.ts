import type { Caller } from '../../domain/caller.ts';
import { AppError } from '../../domain/errors.ts';
import type { Question } from '../../domain/evaluation.ts';
import type { PartyFacts, PartyKind } from '../../domain/facts.ts';
import { NOBODY } from '../../domain/identifier.ts';
import type { Lookups } from '../../mandates/lookups.ts';
import { MAX_INTERMEDIARIES } from '../find-paths.ts';
import type { Gathered } from '../gather.ts';
import { withoutDetails } from '../masking.ts';
import type { Outcome } from '../outcome.ts';
import type { Reading } from '../reading.ts';
import { type Asked, questionOf } from './asked.ts';
import { linksOf } from './candidates.ts';

export interface OpeningDeps {
  lookups: Pick<Lookups, 'read'>;
  readAll(questions: readonly Question[]): Promise<(Reading | AppError)[]>;
  decide(question: Question, reading: Reading, caller: Caller): Outcome;
}

/** What a search knows before it looks at anybody. */
export interface Opening {
  /** All that the question names, with nobody in the open place. */
  reading: Reading;
  /** What speaks against everybody alike, as this caller may read it. Not empty: nobody need be looked for. */
  reasons: readonly string[];
  /** What the policy adds that leaves some out and not others (`via_required`). */
  remarks: readonly string[];
  policyRevision: string;
}

/** No service has this name. */
const NO_SERVICE = 'urn:machtig:no-service';

/** Said of a party that nothing connects with the other: of that one alone. The second holds for chains only. */
const OF_THE_PATHS: ReadonlySet<string> = new Set(['no_mandate', 'via_required']);
const OF_NO_SERVICE: ReadonlySet<string> = new Set(['service_unknown']);

/**
 * Asks the policy about a stranger: somebody known, in no special state, with whom nothing connects the other. Besides
 * that, what it says against him holds for everybody (policies/authz/question): an unknown service, a login too weak.
 * So no rule about it stands here, and a question that nobody could be allowed costs one evaluation.
 * @throws AppError as an evaluation does
 */
export async function openSearch(asked: Asked, caller: Caller, deps: OpeningDeps): Promise<Opening> {
  const question = questionOf(asked, asked.search === 'action' ? NO_SERVICE : NOBODY);
  const [reading] = await deps.readAll([question]);
  if (reading === undefined || reading instanceof AppError) throw reading ?? new AppError('internal', 'no reading');
  const stranger = await withStranger(asked, reading.gathered, deps);
  const { answer } = deps.decide(question, { ...reading, gathered: stranger }, caller);
  if (answer instanceof AppError) throw answer;
  const { reasons } = caller.rights.details ? answer : withoutDetails(answer, stranger);
  const expected = asked.search === 'action' ? OF_NO_SERVICE : OF_THE_PATHS;
  return {
    reading,
    reasons: reasons.filter((reason) => !expected.has(reason)),
    remarks: reasons.filter((reason) => reason === 'via_required'),
    policyRevision: answer.policy_revision,
  };
}

async function withStranger(asked: Asked, found: Gathered, { lookups }: OpeningDeps): Promise<Gathered> {
  if (asked.search === 'action') return { ...found };
  const party = aStranger(asked.kind);
  if (asked.search === 'subject') return { ...found, actor: { ...found.actor, party } };
  const actor = found.actor.party?.party_id;
  const links = actor === undefined || found.via ? [] : await linksOf(actor, lookups);
  // Whether a branch is the represented's own, is asked of each.
  const { branch, ...request } = found.request;
  return { ...found, request, represented: { party }, via_needed: links.length > MAX_INTERMEDIARIES };
}

function aStranger(kind: PartyKind): PartyFacts {
  return { party_id: NOBODY, kind, states: [], has_branches: false };
}
