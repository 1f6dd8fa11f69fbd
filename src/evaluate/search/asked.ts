import type { Question } from '../../domain/evaluation.ts';
import type { PartyKind } from '../../domain/facts.ts';

/** A question with one thing left open: who acts, for whom, or what. */
export type Asked =
  | { search: 'subject'; question: Omit<Question, 'actor'>; kind: PartyKind }
  | { search: 'resource'; question: Omit<Question, 'represented'>; kind: PartyKind }
  | { search: 'action'; question: Omit<Question, 'service' | 'operation'> };

export type SearchKind = Asked['search'];

/** The whole question with a candidate in the open place: a party's id, or a ServiceID; `part` limits it further. */
export function questionOf(asked: Asked, id: string, part?: string): Question {
  if (asked.search === 'subject') return { ...asked.question, actor: { party_id: id, kind: asked.kind } };
  if (asked.search === 'action') {
    return { ...asked.question, service: id, ...(part !== undefined && { operation: part }) };
  }
  const represented = { party_id: id, kind: asked.kind };
  return { ...asked.question, represented, ...(part !== undefined && { branch: part }) };
}
