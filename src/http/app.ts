import { Hono } from 'hono';
import { AppError } from '../domain/errors.ts';
import type { EvaluateAuthzen } from '../evaluate/authzen.ts';
import type { Evaluate } from '../evaluate/call.ts';
import type { Explain } from '../evaluate/explain.ts';
import { makeBarePoint, makeEvaluationDoor, makeMandatePoint } from './authzen.ts';
import { makeDecisionDoor } from './decision.ts';
import { type Direct, makeDirect } from './direct.ts';
import { makeDiscovery, wellKnownPaths } from './discovery.ts';
import { makeEvaluationsDoor } from './evaluations.ts';
import { type Door, type Exchange, type ExchangeDeps, makeExchange } from './exchange.ts';
import { makeExplainDoor } from './explain.ts';
import type { Handles } from './handles.ts';
import { makeHostCheck } from './hosts.ts';
import { openApi } from './openapi.ts';
import { makeReport } from './report.ts';
import { type Bindings, makeRespond } from './respond.ts';
import { isOffered, makeSearchDoors, type SearchPoint } from './search.ts';

export interface AppDeps extends Pick<ExchangeDeps, 'identify' | 'log' | 'onProblem'> {
  /** What answers: the mandates of the register, or a bundle that wants the bare AuthZEN request. */
  policy:
    | { input: 'mandates'; evaluate: Evaluate; explain?: Explain }
    | { input: 'authzen'; evaluate: EvaluateAuthzen };
  /** Absent: nothing can be searched. */
  search?: SearchPoint;
  /** Makes parties that a search named without an identifier known to all doors. */
  handles?: Pick<Handles, 'opener'>;
  /** Lower case, without port; besides the loopback names. */
  allowedHosts?: readonly string[];
  /** Base URL without a slash at the end; without it there is no AuthZEN discovery. */
  publicUrl?: string;
  /** Pages at `/console/policy`, which only `dev` has. */
  console?: (exchange: Pick<Exchange, 'admit' | 'problem'>) => Hono<{ Bindings: Bindings }>;
}

export interface App extends Pick<Hono<{ Bindings: Bindings }>, 'fetch' | 'request'> {
  /** The same doors without Hono, for the listener. */
  direct: Direct;
}

/** The decision port. No I/O of its own; `app.request(path, init, { connection })` is all that a test needs. */
export function createApp(deps: AppDeps): App {
  const checkHost = makeHostCheck(deps.allowedHosts ?? []);
  const exchange = makeExchange({ ...deps, checkHost });
  const doors = makeDoors(deps);
  const app = new Hono<{ Bindings: Bindings }>();
  const { respond, publish, refuse } = makeRespond(exchange, checkHost);

  for (const [path, door] of doors) app.post(path, respond(door));
  if (deps.policy.input === 'mandates' && deps.policy.explain !== undefined) {
    app.post('/v1/explain', respond(makeExplainDoor(deps.policy.explain, deps.handles)));
  }
  if (deps.publicUrl !== undefined) {
    const discovery = makeDiscovery(deps.publicUrl, () => deps.search !== undefined && isOffered(deps.search));
    for (const path of wellKnownPaths(deps.publicUrl)) app.get(path, publish(discovery));
  }
  let description: object | undefined;
  app.get(
    '/v1/openapi.json',
    publish(() => (description ??= openApi())),
  );
  if (deps.console !== undefined) app.route('/console/policy', deps.console(exchange));

  const methods = new Map(app.routes.map(({ path, method }) => [path, method]));
  app.notFound((c) => {
    const allow = methods.get(c.req.path);
    if (allow !== undefined) return refuse(c, new AppError('method_not_allowed', 'another method'), { allow });
    return refuse(c, new AppError('not_found', 'no such address'));
  });
  app.onError((error, c) => refuse(c, error));
  return { fetch: app.fetch, request: app.request, direct: makeDirect(doors, exchange) };
}

function makeDoors({ policy, log, search, handles }: AppDeps): Map<string, Door> {
  const point =
    policy.input === 'mandates' ? makeMandatePoint(policy.evaluate, handles) : makeBarePoint(policy.evaluate);
  const doors = new Map([
    ['/access/v1/evaluation', makeEvaluationDoor(point)],
    ['/access/v1/evaluations', makeEvaluationsDoor(point, makeReport(log))],
  ]);
  // The short form speaks of mandates; beside a foreign policy it does not exist.
  if (policy.input === 'mandates') doors.set('/v1/decision', makeDecisionDoor(policy.evaluate, handles));
  for (const [path, door] of search ? makeSearchDoors(search) : []) doors.set(path, door);
  return doors;
}
