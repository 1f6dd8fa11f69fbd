import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Read when metrics are scraped, so that counting costs the decision path nothing. */
export interface Sources {
  /** Undefined while there is no position (not ready). */
  dataAgeMs: () => number | undefined;
  cache: () => Held;
  /** What was gathered for questions asked before, where that is kept. */
  dossiers?: () => Held;
}

interface Held {
  hits: number;
  misses: number;
  bytes: number;
  entries: number;
}

const SECONDS = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];

const SEARCH_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5];

const ADMIN_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

export type Metrics = ReturnType<typeof makeMetrics>;

/** Every metric of the process, by name, on a registry of its own (several stacks may live in one process). */
export function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `machtig_${name}`, help, labelNames, registers });

  const countDecision = decisionCounter(registers);
  const errors = counter('decision_errors_total', 'Questions that could not be decided, by error code.', ['code']);

  collectDefaultMetrics({ register: registry });
  return {
    registry,
    countDecision,
    countError: (code: string) => errors.inc({ code }),
    decisionSeconds: decisionTimes(registry),
    ...policyMetrics(registers),
    shadowCompared: counter('shadow_compared_total', 'Decisions compared with those of the shadow bundle.'),
    shadowDifferences: counter(
      'shadow_differences_total',
      'Decisions that the shadow bundle would change: how, first reason that came or went, service.',
      ['difference', 'reason', 'service'],
    ),
    shadowDropped: counter('shadow_dropped_total', 'Sampled decisions that were not compared, by cause.', ['cause']),
    shadowFailures: counter('shadow_failures_total', 'Decisions on which the shadow bundle failed, by cause.', [
      'cause',
    ]),
    ...searchMetrics(registers),
    shed: counter('shed_total', 'Requests refused at once because there were too many, by cause.', ['cause']),
    connectionsRefused: counter('connections_refused_total', 'Connections closed because there were too many.'),
    refusals: counter('refusals_total', 'Requests refused before they were a question, by code.', ['code']),
    recordsWritten: counter('records_written_total', 'Decision records written.'),
    recordsFailed: counter('records_failed_total', 'Decision records that could not be written.'),
    usesDropped: counter('uses_dropped_total', 'Uses of mandates not reported: best effort, bounded.'),
    useReports: counter('use_reports_total', 'Reports of uses that sync has written back.'),
    useReportsMalformed: counter('use_reports_malformed_total', 'Reports of uses that sync could not read.'),
    adminAnswers: counter('admin_answers_total', 'Answers of the admin API by operation and status.', [
      'operation',
      'status',
    ]),
    adminSeconds: new Histogram({
      name: 'machtig_admin_seconds',
      help: 'From request to answer of the admin API, by operation.',
      labelNames: ['operation'],
      buckets: ADMIN_SECONDS,
      registers,
    }),
    loginFailures: counter('login_provider_failures_total', 'Times that the provider of logins could not be reached.'),
    jobRuns: counter('job_runs_total', 'Runs of jobs by name and outcome.', ['job', 'outcome']),
    ...syncMetrics(registers),
    ...workerMetrics(registers),
    watch: (sources: Sources) => watch(registers, sources),
  };
}

function workerMetrics(registers: Registry[]) {
  return {
    workersAnswering: new Gauge({
      name: 'machtig_workers_answering',
      help: 'Worker processes of this sidecar that answered when metrics were last read.',
      registers,
    }),
    workerEnds: new Counter({
      name: 'machtig_worker_ends_total',
      help: 'Worker processes that ended without having been asked to, and were replaced.',
      registers,
    }),
    workerMemory: new Gauge({
      name: 'machtig_worker_resident_bytes',
      help: 'Resident memory of each worker process.',
      labelNames: ['worker'],
      registers,
    }),
  };
}

function syncMetrics(registers: Registry[]) {
  // With worker processes several have these, of which one at most knows.
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `machtig_${name}`, help, registers, aggregator: 'max' });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `machtig_${name}`, help, labelNames, registers });
  return {
    syncRevision: gauge('sync_revision', 'Number of the last revision applied by sync.'),
    syncLeader: gauge('sync_leader', '1 while this process is the sync leader.'),
    syncFailures: counter('sync_failures_total', 'Rounds of sync that failed.'),
    syncRebuilds: counter('sync_rebuilds_total', 'Times that sync built the projection anew.'),
    syncKept: counter('sync_kept_total', 'Times that sync took the projection into a new epoch as it was.'),
    reconcileRecords: counter('reconcile_records_total', 'Records of the projection compared with the register.'),
    reconcileDifferences: counter(
      'reconcile_differences_total',
      'Entries of the projection that differed from the register, and were written anew: any is an alarm.',
      ['kind', 'difference'],
    ),
    reconcilePassed: gauge('reconcile_passed_at_seconds', 'When the last comparison of all records ended.'),
    reconcileSeconds: gauge('reconcile_pass_seconds', 'How long it took.'),
  };
}

function policyMetrics(registers: Registry[]) {
  const gauge = (name: string, help: string, aggregator: 'min' | 'max') =>
    new Gauge({ name: `machtig_${name}`, help, registers, aggregator });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `machtig_${name}`, help, labelNames, registers });
  return {
    policyInfo: new Gauge({
      name: 'machtig_policy_info',
      help: 'The policy in use: 1 under its revision.',
      labelNames: ['revision'],
      registers,
      aggregator: 'max',
    }),
    policyRollouts: counter('policy_rollouts_total', 'Bundles tried and failures to get one: active, or why not.', [
      'outcome',
    ]),
    policySince: gauge('policy_active_since_seconds', 'When the policy in use began to answer.', 'max'),
    policyIssued: gauge('policy_issued_at_seconds', 'When the policy in use was signed; 0 when it is not.', 'min'),
    policyHeard: gauge('policy_source_heard_seconds', 'When the source of policies last answered.', 'min'),
    policyReplacements: counter('policy_instance_replacements_total', 'Policy instances replaced, by cause.', [
      'cause',
    ]),
  };
}

function searchMetrics(registers: Registry[]) {
  return {
    searches: new Counter({
      name: 'machtig_searches_total',
      help: 'Searches by what was searched and outcome: found, nothing or an error code.',
      labelNames: ['search', 'outcome'],
      registers,
    }),
    searchSeconds: new Histogram({
      name: 'machtig_search_seconds',
      help: 'From a search to one recorded page of results, without HTTP.',
      buckets: SEARCH_SECONDS,
      registers,
    }),
  };
}

/** Adds up itself and tells when metrics are scraped: finding a series by its labels costs more than a decision may. */
function decisionCounter(registers: Registry[]): (allow: boolean, reason: string) => void {
  const counts = { allow: new Map<string, number>(), deny: new Map<string, number>() };
  new Counter({
    name: 'machtig_decisions_total',
    help: 'Decisions by outcome and first reason.',
    labelNames: ['outcome', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const outcome of ['allow', 'deny'] as const) {
        for (const [reason, count] of counts[outcome]) this.inc({ outcome, reason }, count);
      }
    },
  });
  return (allow, reason) => {
    const reasons = allow ? counts.allow : counts.deny;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  };
}

/** A histogram that adds up itself, for the same reason. */
function decisionTimes(registry: Registry): { observe(seconds: number): void } {
  const [name, help, type] = [
    'machtig_decision_seconds',
    'From question to recorded answer, without HTTP.',
    'histogram',
  ];
  const counts = SECONDS.map(() => 0);
  let count = 0;
  let sum = 0;

  async function get() {
    let below = 0;
    const buckets = SECONDS.map((le, at) => {
      below += counts[at] ?? 0;
      return { metricName: `${name}_bucket`, labels: { le }, value: below };
    });
    const all = { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: count };
    const totals = [
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    return { name, help, type, aggregator: 'sum', values: [...buckets, all, ...totals] };
  }
  // What a registry asks of a metric, and no more than that.
  registry.registerMetric({ name, get, reset() {} } as unknown as Histogram);

  return {
    observe(seconds) {
      let at = 0;
      while (at < SECONDS.length && seconds > (SECONDS[at] ?? 0)) at += 1;
      if (at < SECONDS.length) counts[at] = (counts[at] ?? 0) + 1;
      count += 1;
      sum += seconds;
    },
  };
}

function watch(registers: Registry[], sources: Sources): void {
  new Gauge({
    name: 'machtig_data_age_seconds',
    help: 'Age of the data that answers rest on; NaN while unknown.',
    registers,
    aggregator: 'max',
    collect() {
      this.set((sources.dataAgeMs() ?? Number.NaN) / 1000);
    },
  });
  const held = (name: string, help: string, source: () => Held) =>
    new Gauge({
      name: `machtig_${name}`,
      help: `${help}: hits and misses since start, bytes and entries now.`,
      labelNames: ['what'],
      registers,
      collect() {
        for (const [what, value] of Object.entries(source())) this.set({ what }, value);
      },
    });
  held('cache', 'In-process cache', sources.cache);
  if (sources.dossiers) held('dossiers', 'What was gathered for questions asked before', sources.dossiers);
}
