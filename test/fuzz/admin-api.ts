import { toUrn } from '../../src/domain/identifier.ts';
import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import { adminOpenApi } from '../../src/http/admin/openapi.ts';
import type { HttpLog } from '../../src/http/report.ts';
import { makeRandom } from '../../src/register/seed-random.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { anAdminHttp } from '../support/admin-http.ts';
import { makeJudge } from './judge-answer.ts';
import { makeKnownValues } from './known-values.ts';
import { type FuzzRequest, makeRequest, toJson } from './make-request.ts';
import { makeOracle } from './oracle.ts';
import { relationsOf } from './relations.ts';

export interface FuzzOptions {
  seed: number;
  /** Goes on with new registers until then; milliseconds of `performance.now()`. */
  until?: number;
  /** Requests in one register. */
  requests: number;
}

export interface FuzzReport {
  requests: number;
  /** How often each operation answered with each status. */
  answers: Map<string, Map<number, number>>;
  /** Each with the request that shows it. */
  faults: string[];
}

const PEOPLE = [
  'willem',
  'henk',
  'bea',
  'olaf',
  'karin',
  'stan',
  'petra',
  'moeder',
  'dochter',
  'bas',
  'ouder',
  'curator',
  'vandam-een',
  'kees',
  'betrokkene',
];
const CALLERS = [
  ...PEOPLE.flatMap((who) => [`${who}@eh3`, `${who}@eh4`]),
  'karin@eh2',
  'moeder@eh2plus',
  'dochter@eh2plus',
  'olaf@eh3 for balans',
  'karin@eh3 for bakkerij',
  ...[
    'registrar',
    'registrar',
    'registrar',
    'registrar',
    'court',
    'owner 00000003800000020000',
    'owner 00000003800000050000',
  ],
];
const MOST_FAULTS = 20;

/** Asks everything of the admin API that its description allows, and much that it does not; see `judge-answer.ts`. */
export async function fuzzAdminApi({ seed, until = 0, requests }: FuzzOptions): Promise<FuzzReport> {
  const report: FuzzReport = { requests: 0, answers: new Map(), faults: [] };
  for (let round = 0; round === 0 || performance.now() < until; round += 1) {
    const world = await startAdminWorld();
    try {
      await fuzzWorld(
        world,
        { seed: seed + round, requests, until: round === 0 ? Number.POSITIVE_INFINITY : until },
        report,
      );
    } finally {
      await world.close();
    }
    if (report.faults.length >= MOST_FAULTS) break;
  }
  return report;
}

async function fuzzWorld(
  world: AdminWorld,
  { seed, requests, until = 0 }: FuzzOptions,
  report: FuzzReport,
): Promise<void> {
  const document = adminOpenApi(OPERATIONS);
  const personal = await personalNumbers(world);
  const known = await makeKnownValues(world);
  const causes: string[] = [];
  const { send } = anAdminHttp(world, { log: keepCauses(causes) });
  const judge = makeJudge(document, personal);
  const oracle = await makeOracle(world);
  const random = makeRandom(seed);
  const deps = {
    random,
    known,
    document,
    personal,
    components: document.components.schemas,
    callers: CALLERS,
    etagOf: (target: string) => etagOf(world, target),
    relationsOf: (caller: string) => relationsOf(world, caller),
  };
  for (let made = 0; made < requests && performance.now() < until && report.faults.length < MOST_FAULTS; made += 1) {
    const request = await makeRequest(deps);
    const response = await sendIt(send, request);
    if (response === undefined) continue;
    const answered = { status: response.status, headers: response.headers, text: await response.text() };
    report.requests += 1;
    count(report, request.operation.operationId, answered.status);
    if (answered.status < 300) known.learn(toJson(answered.text));
    const faults = [...judge(request, answered), ...(answered.status < 300 ? await oracle.unauthorised() : [])];
    const cause = causes.splice(0).join('\n');
    for (const fault of faults) {
      report.faults.push(`seed ${seed}, request ${made}: ${fault}\n${show(request)}\n  ${cause}`);
    }
  }
}

/** What the log says of an answer of 500 and above, for whoever repairs it. */
function keepCauses(causes: string[]): HttpLog {
  const keep = (fields: { err?: Error; cause?: string }) => {
    causes.push(fields.err?.stack?.split('\n').slice(0, 6).join('\n  ') ?? fields.cause ?? '');
  };
  return { isLevelEnabled: () => false, debug: () => {}, warn: keep, error: keep };
}

/** Undefined for what no client could send. */
async function sendIt(send: ReturnType<typeof anAdminHttp>['send'], request: FuzzRequest) {
  const { method, target, headers, body, caller } = request;
  const isBodiless = ['get', 'head'].includes(method);
  const init = {
    method: method.toUpperCase(),
    headers: { authorization: caller === '' ? 'none' : `Bearer ${caller}`, ...headers },
    ...(body !== undefined && !isBodiless && { body }),
  };
  try {
    new Request(`http://localhost${target}`, init);
  } catch {
    return undefined;
  }
  return send(target, init);
}

async function etagOf({ pool }: AdminWorld, target: string): Promise<string | undefined> {
  const [, kind, id] =
    /^\/v1\/(mandates|mandate-requests|mandate-offers|managers|parties|services|service-sets|service-instances)\/([^/?]+)/.exec(
      target,
    ) ?? [];
  if (kind === undefined || id === undefined || /%00|%(?![0-9a-f]{2})/i.test(id)) return undefined;
  const { rows } = await pool.query<{ revision: string }>(
    "select epoch || '.' || revision as revision from changes where entity_id = $1 order by changes.revision desc limit 1",
    [decodeURIComponent(id)],
  );
  return rows[0]?.revision;
}

async function personalNumbers(world: AdminWorld): Promise<string[]> {
  return [...PEOPLE, 'client-een', 'tekenaar', 'nora']
    .flatMap((key) => world.identifiers(key))
    .filter(({ scheme }) => scheme === 'bsn' || scheme === 'pseudonym')
    .map(toUrn);
}

function count({ answers }: FuzzReport, operation: string, status: number): void {
  const statuses = answers.get(operation) ?? new Map<number, number>();
  answers.set(operation, statuses.set(status, (statuses.get(status) ?? 0) + 1));
}

function show({ method, target, caller, headers, body = '' }: FuzzRequest): string {
  return `  ${method.toUpperCase()} ${target} as ${caller} ${JSON.stringify(headers)}\n  ${body.slice(0, 1000)}`;
}
