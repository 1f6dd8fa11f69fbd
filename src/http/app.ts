import { Hono } from 'hono';
import { AppError } from '../domain/errors.ts';
import type { EvaluateAuthzen } from '../evaluate/authzen.ts';
import type { Evaluate } from '../evaluate/call.ts';
import { makeBarePoint, makeEvaluationDoor, makeMandatePoint } from './authzen.ts';
import { makeDecisionDoor } from './decision.ts';
import { makeDiscovery } from './discovery.ts';
import { makeEvaluationsDoor } from './evaluations.ts';
import { makeHostCheck } from './hosts.ts';
import { openApi } from './openapi.ts';
import { type Bindings, makeRespond, type RespondDeps } from './respond.ts';

export interface AppDeps extends Pick<RespondDeps, 'identify' | 'log' | 'onProblem'> {
  /** What answers: the mandates of the register, or a bundle that wants the bare AuthZEN request. */
  policy: { input: 'mandates'; evaluate: Evaluate } | { input: 'authzen'; evaluate: EvaluateAuthzen };
  /** Lower case, without port; besides the loopback names. */
  allowedHosts?: readonly string[];
  /** Base URL without a slash at the end; without it there is no AuthZEN discovery. */
  publicUrl?: string;
}

export type App = Hono<{ Bindings: Bindings }>;

/** The decision port. No I/O of its own; `app.request(path, init, { connection })` is all that a test needs. */
export function createApp(deps: AppDeps): App {
  const { policy, publicUrl, log } = deps;
  const app: App = new Hono();
  const checkHost = makeHostCheck(deps.allowedHosts ?? []);
  const { respond, publish, refuse } = makeRespond({ ...deps, checkHost });
  const point = policy.input === 'mandates' ? makeMandatePoint(policy.evaluate) : makeBarePoint(policy.evaluate);

  app.post('/access/v1/evaluation', respond(makeEvaluationDoor(point)));
  app.post('/access/v1/evaluations', respond(makeEvaluationsDoor(point, log)));
  // The short form speaks of mandates; beside a foreign policy it does not exist.
  if (policy.input === 'mandates') app.post('/v1/decision', respond(makeDecisionDoor(policy.evaluate)));
  if (publicUrl !== undefined) app.get('/.well-known/authzen-configuration', publish(makeDiscovery(publicUrl)));
  app.get('/v1/openapi.json', publish(openApi));

  // Not a second handler on each path: with one alone Hono answers without composing a chain.
  const methods = new Map(app.routes.map(({ path, method }) => [path, method]));
  app.notFound((c) => {
    const allow = methods.get(c.req.path);
    if (allow !== undefined) return refuse(c, new AppError('method_not_allowed', 'another method'), { allow });
    return refuse(c, new AppError('not_found', 'no such address'));
  });
  app.onError((error, c) => refuse(c, error));
  return app;
}
