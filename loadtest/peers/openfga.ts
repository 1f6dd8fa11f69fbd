import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort } from '../../test/support/free-port.ts';
import { type PeerDatabase, startPeerDatabase } from './database.ts';
import { DoesNotFit, type Peer, type PeerOptions, type RunningPeer } from './peer.ts';
import { answers, call, findProgram, startServer, versionOf } from './process.ts';
import { objectId, relationOf, type Tuple, writeAll } from './tuples.ts';
import { askOf, celHolds } from './wire.ts';

const run = promisify(execFile);

/** Tuples in one write: the engine's own limit. */
const BATCH = 100;
const CACHE = ['--check-query-cache-enabled', '--check-iterator-cache-enabled', '--cache-controller-enabled'];
/** A list of mandates in a condition costs more than the default of 100 allows; a load may take a write over 3 s. */
const PLAIN = [
  '--log-level=error',
  '--playground-enabled=false',
  '--max-condition-evaluation-cost=10000',
  '--request-timeout=30s',
];

export const OPENFGA: readonly Peer[] = (['memory', 'Postgres'] as const).flatMap((store) =>
  [false, true].map((cache): Peer => {
    const caching = cache ? 'query and iterator cache on with their controller (answers up to 10 s old)' : 'caches off';
    return {
      name: `OpenFGA, ${store}, cache ${cache ? 'on' : 'off'}`,
      engine: 'OpenFGA',
      dataClass: 'data held',
      store,
      setting: `${caching}, log level error, condition cost limit raised${store === 'memory' ? '; its memory store is meant for trials' : ''}`,
      available() {
        const program = findProgram('openfga');
        const version = program && versionOf('go', ['version', '-m', program], /openfga\/openfga\s+v(\S+)/);
        if (program && !version) return { version: 'unknown' };
        return version
          ? { version }
          : { missing: 'OpenFGA is not installed: npx tsx loadtest/peers/install.ts openfga' };
      },
      start: (options) => start(store, cache, options),
    };
  }),
);

async function start(store: 'memory' | 'Postgres', cache: boolean, options: PeerOptions): Promise<RunningPeer> {
  const { register, lifecycle, cpu, loadSeconds } = options;
  const program = findProgram('openfga') ?? 'openfga';
  const database = store === 'Postgres' ? await startPeerDatabase(lifecycle, cpu) : undefined;
  const datastore = database
    ? ['--datastore-engine=postgres', `--datastore-uri=${database.uri}`]
    : ['--datastore-engine=memory'];
  if (database) await run(program, ['migrate', ...datastore]);
  const [port, grpcPort] = [await freePort(), await freePort()];
  const addresses = [`--http-addr=127.0.0.1:${port}`, `--grpc-addr=127.0.0.1:${grpcPort}`, '--metrics-enabled=false'];
  const server = await startServer('OpenFGA', lifecycle, {
    program,
    args: ['run', ...datastore, ...addresses, ...PLAIN, ...(cache ? CACHE : [])],
    ...(cpu !== undefined && { cpu }),
    ready: () => answers(`http://127.0.0.1:${port}/healthz`),
  });
  const empty = (await database?.bytes()) ?? 0;
  const base = `http://127.0.0.1:${port}/stores/${await createStore(port)}`;
  const { authorization_model_id: model } = await call<{ authorization_model_id: string }>(
    `${base}/authorization-models`,
    MODEL,
  );
  const began = performance.now();
  const loaded = await writeAll(
    register,
    async (tuples) => {
      await call(`${base}/write`, { writes: { tuple_keys: tuples.map(tupleKey) }, authorization_model_id: model });
    },
    {
      batch: BATCH,
      atOnce: database ? 8 : 1,
      seconds: loadSeconds,
      late: (done) => new DoesNotFit(`${done.toLocaleString('en')} mandates loaded in ${loadSeconds} s`),
      ...(options.onProgress && { onProgress: options.onProgress }),
    },
  );
  const loadMs = Math.round(performance.now() - began);
  return {
    port,
    path: new URL(`${base}/check`).pathname,
    headers: { 'content-type': 'application/json' },
    body: (question) =>
      JSON.stringify({
        tuple_key: {
          user: `person:${objectId(question.actor)}`,
          relation: 'given',
          object: `party:${objectId(question.represented)}`,
        },
        authorization_model_id: model,
        context: askOf(register, question),
      }),
    allowed: '"allowed":true',
    denied: '"allowed":false',
    pids: () => [server.pid],
    storePids: () => database?.pids() ?? [],
    coldStartMs: server.startedMs,
    loadMs,
    loaded,
    ...(database && { bytesPerMandate: await perMandate(database, empty, loaded) }),
    async revoke(represented, delegate) {
      const key = { user: `person:${objectId(delegate)}`, relation: 'given', object: `party:${objectId(represented)}` };
      await call(`${base}/write`, { deletes: { tuple_keys: [key] }, authorization_model_id: model });
    },
  };
}

async function perMandate(database: PeerDatabase, empty: number, loaded: number): Promise<number> {
  return Math.round(((await database.bytes()) - empty) / Math.max(1, loaded));
}

async function createStore(port: number): Promise<string> {
  const { id } = await call<{ id: string }>(`http://127.0.0.1:${port}/stores`, { name: 'bench' });
  return id;
}

function tupleKey(tuple: Tuple): object {
  const { party, relation, to, mandates } = tuple;
  const user = 'person' in to ? `person:${objectId(to.person)}` : `party:${objectId(to.organisation)}#serves`;
  return {
    user,
    relation,
    object: `party:${objectId(party)}`,
    condition: { name: relationOf(tuple), context: { mandates } },
  };
}

const type = (name: string) => ({ type_name: `TYPE_NAME_${name}` });

function condition(name: string, extra: string): object {
  const numbers = Object.fromEntries(['now', 'level', 'required'].map((one) => [one, type('DOUBLE')]));
  const texts = Object.fromEntries(['service', 'operation', 'branch'].map((one) => [one, type('STRING')]));
  const truths = Object.fromEntries(['accepts_chains', 'accepts_branches'].map((one) => [one, type('BOOL')]));
  return {
    name,
    expression: `level >= required && ${extra}mandates.exists(m, ${celHolds('m', (asked) => asked)})`,
    parameters: { mandates: { ...type('LIST'), generic_types: [type('ANY')] }, ...numbers, ...texts, ...truths },
  };
}

const MODEL = {
  schema_version: '1.1',
  type_definitions: [
    { type: 'person' },
    {
      type: 'party',
      relations: { given: { this: {} }, serves: { this: {} } },
      metadata: {
        relations: {
          given: {
            directly_related_user_types: [
              { type: 'person', condition: 'holds' },
              { type: 'party', relation: 'serves', condition: 'holds_chain' },
            ],
          },
          serves: { directly_related_user_types: [{ type: 'person', condition: 'holds' }] },
        },
      },
    },
  ],
  conditions: { holds: condition('holds', ''), holds_chain: condition('holds_chain', 'accepts_chains && ') },
};
