import type { Caller } from '../domain/caller.ts';
import { AppError } from '../domain/errors.ts';
import type { Explanation } from '../domain/explanation.ts';
import type { Explain, ExplainWish } from '../evaluate/explain.ts';
import { toTime } from './answer.ts';
import type { Door } from './exchange.ts';
import { explainRequest } from './explain-schemas.ts';
import { isFields, refuse } from './fields.ts';
import { type Handles, NO_HANDLES } from './handles.ts';
import { readDecision } from './read-decision.ts';
import { requireRights } from './rights.ts';

/**
 * POST /v1/explain: why, for people. For callers with the right `details`; one at a time, so that no curiosity holds
 * up decisions.
 * @throws AppError `too_many_requests` while another is being answered
 */
export function makeExplainDoor(explain: Explain, handles: Pick<Handles, 'opener'> = NO_HANDLES): Door {
  let busy = false;
  return async function explainDoor(body, call) {
    // Who may not ask learns nothing, not even what is wrong with his question.
    if (!call.caller.rights.details) throw new AppError('forbidden', 'only callers with the right details may ask why');
    const wish = readWish(body, handles, call.caller);
    requireRights(wish.question, call.caller);
    if (busy) throw new AppError('too_many_requests', 'one explanation at a time');
    busy = true;
    try {
      return toAnswer(await explain(wish, call));
    } finally {
      busy = false;
    }
  };
}

function readWish(body: unknown, handles: Pick<Handles, 'opener'>, caller: Caller): ExplainWish {
  const { at, ...rest } = isFields(body) ? body : {};
  const question = readDecision(rest, handles.opener(caller));
  if (question === undefined || !explainRequest.shape.at.safeParse(at).success) throw refuse(explainRequest, body);
  return at === undefined ? { question } : { question, at: Date.parse(String(at)) };
}

/** Moments as text, as in every answer. */
function toAnswer({ at, verdict, ...rest }: Explanation): object {
  const { changes_at } = verdict;
  return {
    at: new Date(at).toISOString(),
    ...rest,
    verdict: { ...verdict, changes_at: changes_at === null ? null : toTime(changes_at) },
  };
}
