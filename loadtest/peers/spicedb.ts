import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.ts';
import { startPeerDatabase } from './database.ts';
import { DoesNotFit, type Peer, type PeerOptions, type RunningPeer } from './peer.ts';
import { answers, call, findProgram, startServer, versionOf } from './process.ts';
import { objectId, relationOf, type Tuple, writeAll } from './tuples.ts';
import { askOf, celHolds } from './wire.ts';

const run = promisify(execFile);

/** Relationships in one write: the engine's own limit. */
const BATCH = 1000;
/** Quantization of revisions and its ten percent. */
const STALE_MS = 5500;
const KEY = 'loopback-only';
const PLAIN = ['--log-level=error', '--telemetry-endpoint=', '--skip-release-check', '--metrics-enabled=false'];

const CONSISTENCY = {
  minimize_latency: { minimizeLatency: true },
  fully_consistent: { fullyConsistent: true },
};

type Consistency = keyof typeof CONSISTENCY;

export const SPICEDB: readonly Peer[] = (['memory', 'Postgres'] as const).flatMap((store) =>
  (['minimize_latency', 'fully_consistent'] as const).map((consistency): Peer => {
    const age = consistency === 'minimize_latency' ? 'answers up to 5.5 s old' : 'answers of now';
    const trial = store === 'memory' ? '; its memory store is meant for trials' : '';
    return {
      name: `SpiceDB, ${store}, ${consistency}`,
      engine: 'SpiceDB',
      dataClass: 'data held',
      store,
      setting: `${consistency} (${age}), HTTP gateway, dispatch cache on (its default), log level error${trial}`,
      available() {
        const program = findProgram('spicedb');
        const version = program && versionOf(program, ['version'], /spicedb v?(\S+)/);
        return version
          ? { version }
          : { missing: 'SpiceDB is not installed: npx tsx loadtest/peers/install.ts spicedb' };
      },
      start: (options) => start(store, consistency, options),
    };
  }),
);

async function start(
  store: 'memory' | 'Postgres',
  consistency: Consistency,
  options: PeerOptions,
): Promise<RunningPeer> {
  const { register, lifecycle, cpu, loadSeconds } = options;
  const program = findProgram('spicedb') ?? 'spicedb';
  const database = store === 'Postgres' ? await startPeerDatabase(lifecycle, cpu) : undefined;
  const datastore = database
    ? ['--datastore-engine=postgres', `--datastore-conn-uri=${database.uri}`]
    : ['--datastore-engine=memory'];
  if (database) await run(program, ['datastore', 'migrate', 'head', ...datastore, '--skip-release-check']);
  const [port, grpcPort] = [await freePort(), await freePort()];
  const server = await startServer('SpiceDB', lifecycle, {
    program,
    args: [
      ...['serve', ...datastore, ...PLAIN, `--grpc-preshared-key=${KEY}`, `--grpc-addr=127.0.0.1:${grpcPort}`],
      ...['--http-enabled', `--http-addr=127.0.0.1:${port}`],
    ],
    ...(cpu !== undefined && { cpu }),
    ready: () => answers(`http://127.0.0.1:${port}/healthz`),
  });
  const headers = { authorization: `Bearer ${KEY}` };
  const base = `http://127.0.0.1:${port}/v1`;
  await call(`${base}/schema/write`, { schema: SCHEMA }, headers);
  const empty = (await database?.bytes()) ?? 0;
  const began = performance.now();
  const loaded = await writeAll(
    register,
    async (tuples) => {
      await call(`${base}/relationships/write`, { updates: tuples.map(update) }, headers);
    },
    {
      batch: BATCH,
      atOnce: database ? 4 : 1,
      seconds: loadSeconds,
      late: (done) => new DoesNotFit(`${done.toLocaleString('en')} mandates loaded in ${loadSeconds} s`),
      ...(options.onProgress && { onProgress: options.onProgress }),
    },
  );
  const loadMs = Math.round(performance.now() - began);
  // Until then it may answer from before the load.
  if (consistency === 'minimize_latency') await sleep(STALE_MS);
  const bytes = database && (await database.bytes()) - empty;
  return {
    port,
    path: '/v1/permissions/check',
    headers: { 'content-type': 'application/json', ...headers },
    body: (question) =>
      JSON.stringify({
        consistency: CONSISTENCY[consistency],
        resource: { objectType: 'party', objectId: objectId(question.represented) },
        permission: 'use',
        subject: { object: { objectType: 'person', objectId: objectId(question.actor) } },
        context: askOf(register, question),
      }),
    allowed: 'PERMISSIONSHIP_HAS_PERMISSION"',
    denied: 'PERMISSIONSHIP_NO_PERMISSION"',
    pids: () => [server.pid],
    storePids: () => database?.pids() ?? [],
    coldStartMs: server.startedMs,
    loadMs,
    loaded,
    ...(bytes !== undefined && { bytesPerMandate: Math.round(bytes / Math.max(1, loaded)) }),
    async revoke(represented, delegate) {
      const relationshipFilter = {
        resourceType: 'party',
        optionalResourceId: objectId(represented),
        optionalRelation: 'given',
        optionalSubjectFilter: { subjectType: 'person', optionalSubjectId: objectId(delegate) },
      };
      await call(`${base}/relationships/delete`, { relationshipFilter }, headers);
    },
  };
}

function update(tuple: Tuple): object {
  const { party, relation, to, mandates } = tuple;
  const subject =
    'person' in to
      ? { object: { objectType: 'person', objectId: objectId(to.person) } }
      : { object: { objectType: 'party', objectId: objectId(to.organisation) }, optionalRelation: 'serving' };
  return {
    operation: 'OPERATION_TOUCH',
    relationship: {
      resource: { objectType: 'party', objectId: objectId(party) },
      relation,
      subject,
      optionalCaveat: { caveatName: relationOf(tuple), context: { mandates } },
    },
  };
}

const PARAMETERS =
  'mandates list<map<any>>, now double, level double, required double, service string, operation string, ' +
  'branch string, accepts_branches bool';

const caveat = (name: string, also: { parameters: string; expression: string }) =>
  `caveat ${name}(${PARAMETERS}${also.parameters}) {
  level >= required && ${also.expression}mandates.exists(m, ${celHolds('m', (asked) => asked)})
}`;

const SCHEMA = `
${caveat('holds', { parameters: '', expression: '' })}

${caveat('holds_chain', { parameters: ', accepts_chains bool', expression: 'accepts_chains && ' })}

definition person {}

definition party {
  relation given: person with holds | party#serving with holds_chain
  relation serves: person with holds
  permission serving = serves
  permission use = given
}
`;
