import { AppError } from '../../src/domain/errors.ts';
import type { AuthzenRequest, AuthzenResponse, EvaluateAuthzen } from '../../src/http/authzen.ts';

/**
 * The eight decisions of AuthZEN's certification fixture, in TypeScript: tests of HTTP need no policy engine.
 * The bundle under examples/authzen-fixture says the same in Rego.
 */
export const fixture: EvaluateAuthzen = {
  one: decide,
  async many(items, semantic) {
    const answers: (AuthzenResponse | AppError)[] = [];
    for (const item of items) {
      const answer = item instanceof AppError ? item : decide(item);
      answers.push(answer);
      const allowed = !(answer instanceof AppError) && answer.decision;
      if (semantic === (allowed ? 'permit_on_first_permit' : 'deny_on_first_deny')) break;
    }
    return answers;
  },
};

function decide({ subject, action, resource }: AuthzenRequest): AuthzenResponse {
  const { role, status, soft } = { ...subject.properties, ...resource.properties, ...action.properties } as Record<
    string,
    unknown
  >;
  if (action.name === 'read') return { decision: true };
  if (action.name === 'delete') return { decision: subject.id === 'alice' && soft === true };
  if (action.name === 'write' && status === 'archived') return { decision: role === 'admin' };
  return { decision: action.name === 'write' && subject.id === 'alice' };
}
