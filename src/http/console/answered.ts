import type { Explanation } from '../../domain/explanation.ts';
import { type Choices, serviceName } from './choices.ts';
import type { Described } from './mandate-card.ts';
import type { PlainQuestion, Wish } from './wish.ts';

/** A question with all there is to say about it. */
export interface Answered {
  wish: Wish;
  question: PlainQuestion;
  /** The other moment for which it was asked. */
  at?: number;
  explanation: Explanation;
  described: Described;
  choices: Choices;
  names: Names;
}

/** What the sentence calls those whom the question is about. */
export interface Names {
  actor: string;
  party: string;
  service: string;
  operation?: string;
  branch?: string;
  /** Who act together with the actor. */
  others: string[];
}

export function namesOf(wish: Wish, choices: Choices): Names {
  const person = (key: string) => choices.people.find((one) => one.key === key)?.name ?? key;
  const party = choices.parties.find(({ key }) => key === wish.party);
  const branch = party?.branches.find(({ number }) => number === wish.branch);
  return {
    actor: person(wish.actor),
    party: party?.name ?? wish.party,
    service: serviceName(wish.service, choices),
    ...(wish.operation && { operation: wish.operation }),
    ...(wish.branch && { branch: branch?.name || wish.branch }),
    others: wish.together.map(person),
  };
}

/** All that an explanation names by id, to be described. */
export function idsOf({ paths, nearest }: Explanation): { mandates: string[]; parties: string[] } {
  const mandates = [...paths.flatMap((path) => path.mandates), ...nearest.flatMap(({ mandate }) => mandate ?? [])];
  const people = nearest.flatMap(({ to }) => to.split(', ').filter((id) => UUID.test(id)));
  const parties = [...paths.flatMap(({ intermediary }) => intermediary ?? []), ...people];
  return { mandates: [...new Set(mandates)], parties: [...new Set(parties)] };
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
