import { AppError } from '../domain/errors.ts';
import type { AuthzenRequest, EvaluateAuthzen } from '../evaluate/authzen.ts';
import type { Call, Evaluate, Semantic } from '../evaluate/call.ts';
import { isRefusal } from '../evaluate/call.ts';
import { after } from './after.ts';
import { authzenText } from './answer.ts';
import type { Door } from './exchange.ts';
import { isFields, refuse } from './fields.ts';
import { type Handles, NO_HANDLES } from './handles.ts';
import { toAppError } from './problem.ts';
import { readEvaluation } from './read-evaluation.ts';
import { requireRights } from './rights.ts';
import { authzenRequest, evaluationRequest } from './schemas.ts';

/** What goes out on the AuthZEN paths, as JSON: `{"decision":…,"context":{…}}`. */
export type AuthzenResponse = string;

type Later<T> = T | Promise<T>;

/** A use case behind the AuthZEN doors: `Evaluate` for mandates, `EvaluateAuthzen` for bundles with `input: authzen`. */
interface UseCase<Question, Answer> {
  one(question: Question, call: Call): Later<Answer>;
  many(items: readonly (Question | AppError)[], semantic: Semantic, call: Call): Promise<(Answer | AppError)[]>;
}

/** Bodies in, answers out: what both doors speak to. */
export interface AuthzenPoint {
  /** @throws AppError */
  one(body: unknown, call: Call): Later<AuthzenResponse>;
  /** @throws AppError for what concerns the whole call; the fault of one item stands in its place. */
  many(items: readonly ItemBody[], semantic: Semantic, call: Call): Promise<(AuthzenResponse | AppError)[]>;
}

/** One item of a batch with its defaults filled in, and where it stood in the request. */
export interface ItemBody {
  body: unknown;
  at: string;
}

/** Questions about mandates. */
export function makeMandatePoint(evaluate: Evaluate, handles: Pick<Handles, 'opener'> = NO_HANDLES): AuthzenPoint {
  return makePoint(
    evaluate,
    (body, call, at) => {
      const question = readEvaluation(body, handles.opener(call.caller));
      if (question === undefined) throw refuse(evaluationRequest, body, at);
      if (!isRefusal(question)) requireRights(question, call.caller);
      return question;
    },
    authzenText,
  );
}

/** Whatever a foreign policy asks; the answer is its own. */
export function makeBarePoint(evaluate: EvaluateAuthzen): AuthzenPoint {
  return makePoint(
    evaluate,
    (body, _call, at): AuthzenRequest => {
      const parsed = authzenRequest.safeParse(body);
      if (!parsed.success) throw refuse(authzenRequest, body, at);
      const { subject, action, resource, context } = parsed.data;
      return { subject, action, resource, ...(context && { context }) };
    },
    (answer) => JSON.stringify(answer),
  );
}

function makePoint<Question, Answer>(
  useCase: UseCase<Question, Answer>,
  read: (body: unknown, call: Call, at: string) => Question,
  show: (answer: Answer) => AuthzenResponse,
): AuthzenPoint {
  return {
    one(body, call) {
      return after(useCase.one(read(body, call, ''), call), show);
    },
    async many(items, semantic, call) {
      const questions = items.map(({ body, at }) => {
        try {
          return read(body, call, at);
        } catch (thrown) {
          return toAppError(thrown);
        }
      });
      const answers = await useCase.many(questions, semantic, call);
      return answers.map((answer) => (answer instanceof AppError ? answer : show(answer)));
    },
  };
}

/** POST /access/v1/evaluation */
export function makeEvaluationDoor(point: AuthzenPoint): Door {
  return (body, call) => point.one(body, traced(body, call));
}

/** The trace that the request's own context names goes before that of the header (AuthZEN NLGov). */
export function traced(body: unknown, call: Call): Call {
  const context = isFields(body) ? body.context : undefined;
  const traceparent = isFields(context) ? context.traceparent : undefined;
  return typeof traceparent === 'string' ? { ...call, traceparent } : call;
}
