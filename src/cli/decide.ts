import { readFile } from 'node:fs/promises';
import type { Caller } from '../domain/caller.ts';
import { makeEvaluateAuthzen } from '../evaluate/authzen.ts';
import type { Dossiers } from '../evaluate/dossier.ts';
import { makeEvaluate } from '../evaluate/evaluate.ts';
import type { Explain } from '../evaluate/explain.ts';
import { rememberAliases } from '../evaluate/remember.ts';
import type { AppDeps } from '../http/app.ts';
import { createApp } from '../http/app.ts';
import { ANONYMOUS, makeIdentify, parseCallers } from '../http/callers.ts';
import { createOps, serveOps } from '../http/ops.ts';
import { type Listening, serve } from '../http/serve.ts';
import { makeShed } from '../http/shed.ts';
import type { Freshness, Lookups } from '../mandates/lookups.ts';
import type { Reach } from '../mandates/reach.ts';
import type { Bundle } from '../policy/bundle.ts';
import { operationsNamed as operationsIn } from '../policy/conditions.ts';
import { type EngineOptions, makeEngine } from '../policy/engine.ts';
import { readAuthzenAnswer, readVerdict } from '../policy/result.ts';
import { makeValueInstance } from '../policy/value-instance.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Log } from '../process/log.ts';
import type { Metrics } from '../process/metrics.ts';
import type { Records } from '../records/entry.ts';
import { makeRecords, RECORDS_OFF, type RecordsFile } from '../records/records.ts';
import { makeUses, type UseSink } from '../records/uses.ts';
import type { ActivePolicy } from '../rollout/active.ts';
import type { RollOut } from '../rollout/roll-out.ts';
import type { Shadow } from '../rollout/shadow.ts';
import type { Keys } from '../store/keys.ts';
import type { Config } from './config.ts';
import { openBareSearch } from './open-bare-search.ts';
import { openExplain } from './open-explain.ts';
import { openSearch, requireSealKey } from './open-search.ts';
import { followPolicy } from './policy.ts';
import { openShadow } from './shadow.ts';
import { VERSION } from './version.ts';

/** Each waits with its question, some kilobytes: a store that has gone silent must not fill the memory. */
const UNANSWERED_AT_MOST = 4096;

/** What a process that decides is given; `data` differs between dev (in process) and sidecar (Redis). */
export interface DecideDeps {
  config: Config;
  data: {
    lookups: Lookups;
    /** Absent: nothing can be searched. Its lookups leave in place what decisions have at hand. */
    search?: { reach: Reach; lookups: Lookups };
    freshness: Freshness;
    cache: () => { hits: number; misses: number; bytes: number; entries: number };
    /** Told of the same changes as the cache, and as early. */
    dossiers?: Dossiers;
    useSink: UseSink;
  };
  keys: Pick<Keys, 'alias' | 'mac' | 'canSeal' | 'unseal'>;
  lifecycle: Lifecycle;
  log: Log;
  metrics: Metrics;
  /** The clock that decides: milliseconds since 1970. */
  now: () => number;
  /** Where several in one process ask the same policy. */
  rollOut?: RollOut;
  /** Where its health is told, if not at a port of its own. */
  serveOps?: typeof serveOps;
  /** Makes the page to try the policy, of what explains and of the rules in use; given in `dev` alone. */
  console?: (explain: Explain, policy: () => Pick<Bundle, 'rules' | 'revision'>) => NonNullable<AppDeps['console']>;
}

export interface Deciding extends Listening {
  opsUrl: string;
  /** Where the policy can be tried. */
  consoleUrl?: string;
  input: Bundle['input'];
  freshness: Freshness;
  policyRevision: string;
  /** Opens the records file again, after it was moved aside. */
  reopenRecords(): void;
}

/** Opens everything between the data and the doors; what is opened last is closed first. */
export async function openDecisions(deps: DecideDeps): Promise<Deciding> {
  const { config, data, lifecycle, log, metrics } = deps;
  const rollOut = deps.rollOut ?? (await followPolicy(deps));
  const bundle = rollOut.policy.bundle();
  const dossiers = data.dossiers && { dossiers: data.dossiers.counts };
  metrics.watch({ dataAgeMs: () => ageOrUndefined(data.freshness), cache: data.cache, ...dossiers });
  const records = openRecords(deps);
  const shadow = await openShadow(deps, bundle);
  const { policy, ...searching } = openPolicy(rollOut.policy, deps, records.records, shadow);
  const callers = await readCallers(config);
  if (searching.handles !== undefined) requireSealKey(callers, deps.keys);
  let door: 'starting' | 'open' | 'stopping' = 'starting';
  const ops = createOps({
    missing: () => [...(door === 'open' ? [] : [door]), ...(hasProjection(data.freshness) ? [] : ['projection'])],
    freshness: data.freshness,
    metrics: metrics.registry,
    policy: rollOut.status,
    ...(shadow && { shadow: shadow.status }),
  });
  const opsListening = await (deps.serveOps ?? serveOps)(ops, config.ops);
  lifecycle.onClose('the ops port', opsListening.close);
  const pages = consoleFor(policy, rollOut.policy, deps);
  const { allowedHosts, publicUrl, drainMs, tcp, tls, socket, shedAfterMs, connectionsAtMost, handedOver } =
    config.listen;
  const app = createApp({
    policy,
    ...searching,
    identify: makeIdentify(callers),
    log,
    // Errors of 500 and above are counted where they arise.
    onProblem: ({ status, code }) => status < 500 && metrics.refusals.inc({ code }),
    allowedHosts,
    ...(publicUrl !== undefined && { publicUrl }),
    ...pages,
  });
  const listening = await serve(app, {
    drainMs,
    ...(tcp && { tcp }),
    ...(tls && { tls }),
    ...(socket && { socket }),
    shed: makeShed({
      afterMs: shedAfterMs,
      unansweredAtMost: UNANSWERED_AT_MOST,
      onShed: (cause) => metrics.shed.inc({ cause }),
    }),
    connectionsAtMost,
    ...(handedOver && { handedOver }),
    onConnectionRefused: () => metrics.connectionsRefused.inc(),
    onTlsError: (error) => log.error({ err: error }, 'the new certificate is not used'),
  });
  lifecycle.onClose('the decision doors', listening.close);
  door = 'open';
  lifecycle.onClose('readiness', () => {
    door = 'stopping';
  });
  return {
    ...listening,
    opsUrl: opsListening.url,
    ...(pages.console && listening.url && { consoleUrl: `${listening.url}/console/policy` }),
    input: bundle.input,
    freshness: data.freshness,
    policyRevision: bundle.revision,
    reopenRecords: records.reopen,
  };
}

function openPolicy(
  active: ActivePolicy,
  deps: DecideDeps,
  records: Records,
  shadow: Shadow | undefined,
): Pick<AppDeps, 'policy' | 'search' | 'handles'> {
  const { data, keys, lifecycle, log, metrics, now } = deps;
  const options: EngineOptions = {
    makeInstance: makeValueInstance,
    onReplace: (cause) => metrics.policyReplacements.inc({ cause }),
  };
  if (active.bundle().input === 'authzen') {
    const engine = active.follow((bundle) => makeEngine(bundle, readAuthzenAnswer, options));
    const evaluate = makeEvaluateAuthzen({ policy: engine, records, now, metrics });
    const searching = { decision: engine, records, now, metrics };
    return { policy: { input: 'authzen', evaluate }, search: openBareSearch(active, options, searching, deps) };
  }
  const uses = makeUses({ sink: data.useSink, onDrop: (count) => metrics.usesDropped.inc(count) });
  lifecycle.onClose('the report of uses', uses.close);
  const { lookups, freshness } = data;
  const alias = rememberAliases(keys.alias);
  const engine = active.follow((bundle) => makeEngine(bundle, readVerdict, options));
  const explain = openExplain(active, engine, options, { lookups, freshness, alias, records, now, log });
  const deciding = { lookups, freshness, policy: engine, alias, records, now, metrics };
  const operationsNamed = (serviceId: string) => operationsIn(active.bundle(), serviceId);
  const remembered = data.dossiers && { dossiers: data.dossiers };
  const evaluate = makeEvaluate({ ...deciding, uses, ...(shadow && { shadow }), ...remembered });
  return {
    policy: { input: 'mandates', explain, evaluate },
    ...(data.search && openSearch({ ...deciding, ...data.search, operationsNamed }, keys, deps.config)),
  };
}

/** Only where the bundle can explain itself. */
function consoleFor(
  policy: AppDeps['policy'],
  active: ActivePolicy,
  { console }: DecideDeps,
): Pick<AppDeps, 'console'> {
  if (console === undefined || policy.input !== 'mandates' || policy.explain === undefined) return {};
  return { console: console(policy.explain, active.bundle) };
}

function openRecords({ config, lifecycle, log, metrics, now }: DecideDeps): { records: Records; reopen: () => void } {
  const { mode, file } = config.records;
  if (mode === 'off') {
    log.warn('decision records are off: nobody will be able to show why an answer was given');
    return { records: RECORDS_OFF, reopen: () => {} };
  }
  const records: RecordsFile = makeRecords({
    path: file,
    mode,
    version: VERSION,
    now,
    log,
    onWritten: (count) => metrics.recordsWritten.inc(count),
    onFailed: (count) => metrics.recordsFailed.inc(count),
  });
  lifecycle.onClose('the decision records', records.close);
  return { records, reopen: records.reopen };
}

async function readCallers({ callers }: Config): Promise<Parameters<typeof makeIdentify>[0]> {
  const anonymous: Caller | undefined = callers.anonymous && {
    name: ANONYMOUS,
    owners: 'all',
    rights: callers.anonymous,
  };
  return {
    ...(callers.file && { known: parseCallers(await readFile(callers.file, 'utf8')) }),
    ...(anonymous && { anonymous }),
  };
}

/** Stale data does not take a process out of service: only never having had any does. */
function hasProjection(freshness: Freshness): boolean {
  try {
    freshness.position();
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'not_ready');
  }
}

function ageOrUndefined(freshness: Freshness): number | undefined {
  try {
    return freshness.position().ageMs;
  } catch {
    // Unknown is what the metric says then; why is what /freshz says.
    return undefined;
  }
}
