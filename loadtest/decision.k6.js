// SLO runs against a sidecar, on the loopback only. See loadtest/README.md.
//   k6 run loadtest/decision.k6.js                        smoke: every kind of question, a few at a time
//   k6 run -e SCENARIO=rate -e RATE=2000 loadtest/decision.k6.js   constant arrival rate
// Questions come from the example register that `machtig dev` loads, or from a file: -e BODIES=questions.ndjson
import { check } from 'k6';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';

const base = __ENV.BASE_URL || 'http://127.0.0.1:8181';
const scenario = __ENV.SCENARIO || 'smoke';
const rate = Number(__ENV.RATE || 500);
const duration = __ENV.DURATION || (scenario === 'smoke' ? '10s' : '30s');
const p99Ms = Number(__ENV.P99_MS || 25);
const summaryFile = __ENV.SUMMARY || 'loadtest/results/k6-summary.json';

if (!/^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(base)) {
  throw new Error(`this script loads the loopback only, not ${base}`);
}

// Read once and shared: a copy for each of hundreds of virtual users fills the memory.
const questions = new SharedArray('questions', () =>
  __ENV.BODIES ? open(__ENV.BODIES).trim().split('\n').map(JSON.parse) : JSON.parse(open('./questions.json')),
);

const allowed = new Rate('answers_allowed');
const undecided = new Counter('answers_undecided');
const shortForm = new Trend('short_form_ms', true);
const authzen = new Trend('authzen_ms', true);

const scenarios = {
  smoke: { executor: 'shared-iterations', vus: 4, iterations: questions.length * 20, maxDuration: duration },
  rate: {
    executor: 'constant-arrival-rate',
    rate,
    timeUnit: '1s',
    duration,
    preAllocatedVUs: Math.max(20, Math.ceil(rate / 20)),
    maxVUs: Math.max(50, Math.ceil(rate / 5)),
  },
};

export const options = {
  scenarios: { [scenario]: scenarios[scenario] },
  discardResponseBodies: false,
  summaryTrendStats: ['min', 'med', 'p(90)', 'p(99)', 'max'],
  thresholds: {
    http_req_failed: ['rate==0'],
    checks: ['rate==1'],
    dropped_iterations: ['count==0'],
    answers_undecided: ['count==0'],
    http_req_duration: [`p(99)<${p99Ms}`],
  },
};

const params = { headers: { 'Content-Type': 'application/json' } };
if (__ENV.TOKEN) params.headers.Authorization = `Bearer ${__ENV.TOKEN}`;

/** The short form of an AuthZEN question. */
function toShort({ subject, action, resource, context }) {
  const via = subject.properties?.via;
  return {
    actor: subject.id,
    ...(subject.properties?.loa && { loa: subject.properties.loa }),
    ...(via && { via }),
    represented: resource.id,
    ...resource.properties,
    service: action.name,
    ...action.properties,
    ...context,
  };
}

const endpoints = [
  {
    path: '/access/v1/evaluation',
    trend: authzen,
    body: (question) => question,
    decisionOf: (answer) => answer.decision,
    reasonsOf: (answer) => answer.context?.reasons,
  },
  {
    path: '/v1/decision',
    trend: shortForm,
    body: toShort,
    decisionOf: (answer) => answer.allow,
    reasonsOf: (answer) => answer.reasons,
  },
];

export default function ask() {
  const turn = exec.scenario.iterationInTest;
  const question = questions[turn % questions.length];
  const endpoint = endpoints[Math.floor(turn / questions.length) % endpoints.length];
  const response = http.post(`${base}${endpoint.path}`, JSON.stringify(endpoint.body(question)), {
    ...params,
    tags: { name: endpoint.path },
  });
  endpoint.trend.add(response.timings.duration);
  const answer = response.status === 200 ? response.json() : {};
  const decision = endpoint.decisionOf(answer);
  const reasons = endpoint.reasonsOf(answer);
  undecided.add(typeof decision === 'boolean' ? 0 : 1);
  allowed.add(decision === true);
  check(response, {
    'answers 200': (r) => r.status === 200,
    'is not to be cached': (r) => r.headers['Cache-Control'] === 'no-store',
    decides: () => typeof decision === 'boolean',
    'gives a reason exactly when it denies': () =>
      Array.isArray(reasons) && reasons.length > 0 === (decision === false),
  });
}

export function handleSummary(data) {
  return { stdout: toText(data), [summaryFile]: JSON.stringify(data, null, 2) };
}

const value = (data, metric, field) => data.metrics[metric]?.values[field] ?? 0;
const ms = (number) => `${number.toFixed(2)} ms`;

function toText(data) {
  const line = (label, text) => `  ${label.padEnd(22)} ${text}`;
  const spread = (metric) =>
    ['med', 'p(90)', 'p(99)', 'max'].map((stat) => `${stat} ${ms(value(data, metric, stat))}`).join('   ');
  const thresholds = Object.entries(data.metrics).flatMap(([metric, { thresholds: limits = {} }]) =>
    Object.entries(limits).map(([limit, { ok }]) => `  ${ok ? 'held  ' : 'BROKEN'} ${metric} ${limit}`),
  );
  return [
    '',
    `machtig, scenario ${scenario}${scenario === 'rate' ? ` at ${rate}/s` : ''}, ${duration}`,
    line('questions', `${value(data, 'iterations', 'count')} (${value(data, 'iterations', 'rate').toFixed(0)}/s)`),
    line('allowed', `${(100 * value(data, 'answers_allowed', 'rate')).toFixed(1)} %`),
    line('undecided', value(data, 'answers_undecided', 'count')),
    line('dropped', value(data, 'dropped_iterations', 'count')),
    line('AuthZEN', spread('authzen_ms')),
    line('short form', spread('short_form_ms')),
    '',
    ...thresholds.sort(),
    '',
  ].join('\n');
}
