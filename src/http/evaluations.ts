import { AppError } from '../domain/errors.ts';
import type { Call } from '../evaluate/call.ts';
import { type AuthzenPoint, type AuthzenResponse, type ItemBody, traced } from './authzen.ts';
import type { Door } from './exchange.ts';
import { type Fields, isFields, refuse } from './fields.ts';
import { ERROR_CLASSES } from './problem.ts';
import type { Report } from './report.ts';
import { evaluationsFrame } from './schemas.ts';

const PATH = '/access/v1/evaluations';

/** POST /access/v1/evaluations; without items it is the single evaluation. */
export function makeEvaluationsDoor(point: AuthzenPoint, report: Report): Door {
  return async function evaluations(body, call) {
    const frame = evaluationsFrame.safeParse(body);
    if (!frame.success || !isFields(body)) throw refuse(evaluationsFrame, body);
    const { evaluations: items = [], options } = frame.data;
    const tracedCall = traced(body, call);
    if (items.length === 0) return point.one(body, tracedCall);
    const complete = items.map(
      (item, index): ItemBody => ({ body: withDefaults(item, body), at: `/evaluations/${index}` }),
    );
    const answers = await point.many(complete, options?.evaluations_semantic ?? 'execute_all', tracedCall);
    const texts = answers.map((answer) => (answer instanceof AppError ? toItemError(answer, call, report) : answer));
    return `{"evaluations":[${texts.join(',')}]}`;
  };
}

/** Entities replace defaults whole: one that has lost its id must not be taken for somebody else. */
function withDefaults(item: unknown, defaults: Fields): unknown {
  if (!isFields(item)) return item;
  const { subject = defaults.subject, action = defaults.action } = item;
  const { resource = defaults.resource, context = defaults.context } = item;
  return { subject, action, resource, ...(context !== undefined && { context }) };
}

/** An item that could not be decided: never an allow, and told apart from a denial by `context.error`. */
function toItemError(error: AppError, { requestId = '' }: Call, report: Report): AuthzenResponse {
  const { status, detail } = ERROR_CLASSES[error.code];
  report(error, { path: PATH, status, code: error.code, requestId });
  const errors = error.faults.length > 0 ? { errors: error.faults } : {};
  return JSON.stringify({
    decision: false,
    context: { error: { status, code: error.code, message: detail, ...errors } },
  });
}
