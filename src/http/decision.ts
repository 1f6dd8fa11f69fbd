import type { Evaluate } from '../evaluate/call.ts';
import { after } from './after.ts';
import { decisionText } from './answer.ts';
import type { Door } from './exchange.ts';
import { refuse } from './fields.ts';
import { type Handles, NO_HANDLES } from './handles.ts';
import { readDecision } from './read-decision.ts';
import { requireRights } from './rights.ts';
import { decisionRequest } from './schemas.ts';

/** POST /v1/decision: the short form, for people and scripts. */
export function makeDecisionDoor(evaluate: Pick<Evaluate, 'one'>, handles: Pick<Handles, 'opener'> = NO_HANDLES): Door {
  return function decision(body, call) {
    const question = readDecision(body, handles.opener(call.caller));
    if (question === undefined) throw refuse(decisionRequest, body);
    requireRights(question, call.caller);
    return after(evaluate.one(question, call), decisionText);
  };
}
