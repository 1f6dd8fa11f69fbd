import type { Question } from '../../domain/evaluation.ts';
import { parseIdentifier } from '../../domain/identifier.ts';

/** A body of `POST /v1/decision`, with its identifiers parsed. @throws Error when an identifier is none. */
export function readDecisionBody(body: Record<string, unknown>): Question {
  const together = body.together as { id: string; loa?: string }[] | undefined;
  const question = {
    ...body,
    actor: identifier(body.actor),
    represented: identifier(body.represented),
    ...(body.via !== undefined && { via: identifier(body.via) }),
    ...(together && { together: together.map((one) => ({ ...one, id: identifier(one.id) })) }),
  };
  return question as Question; // Cases and examples are written in this form; HTTP has its own, strict reader.
}

function identifier(urn: unknown) {
  const parsed = parseIdentifier(String(urn));
  if (typeof parsed === 'string') throw new Error(`${String(urn)}: ${parsed}`);
  return parsed;
}
