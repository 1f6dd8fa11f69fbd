import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Question } from '../../src/domain/evaluation.ts';
import { formatRevision } from '../../src/domain/revision.ts';
import { type Lifecycle, makeLifecycle, opening } from '../../src/process/lifecycle.ts';
import { type Keys, makeKeys } from '../../src/store/keys.ts';
import { makePool } from '../../src/store/postgres.ts';
import { makeDice } from '../support/dice.ts';
import { type Candidates, findCandidates } from './acts.ts';
import { type Link, openLink } from './link.ts';
import { type RigPostgres, startRigPostgres } from './postgres.ts';
import { FROM_SOURCE, type RigProcess, startProgram, untilFresh } from './program.ts';
import { type Recorder, recordCommits } from './recorder.ts';
import type { RedisPair } from './redis.ts';
import type { RigCluster } from './redis-cluster.ts';
import { type RigStore, startStore } from './store.ts';
import { fillWorld, type World } from './world.ts';

export interface RigOptions {
  /** All that is left to chance follows from it, but for what the processes do by themselves. */
  seed: number;
  world?: World;
  sidecars?: number;
  syncs?: number;
  /** One with its replica, or a cluster, to which no links lead. */
  redis?: 'pair' | 'cluster';
  /** Settings of PostgreSQL. */
  postgresSettings?: Readonly<Record<string, string>>;
  /** How many of each kind the load may change. */
  candidates?: number;
  maxStalenessMs?: number;
  /** For every process, and for sidecars alone. */
  env?: Readonly<Record<string, string>>;
  sidecarEnv?: Readonly<Record<string, string>>;
  /** Without links: nothing of the rig stands in the way of what is to be measured. */
  direct?: boolean;
  /** From source unless said otherwise. */
  program?: string;
}

export interface RigSync extends RigProcess {
  links: { postgres: Link; redis: Link };
}

export interface RigSidecar extends RigProcess {
  links: { redis: Link };
  recordsFile: string;
  /** It is several processes: what one connection is promised, another may not have yet. */
  sharesDoors: boolean;
}

/** Real processes, each behind links of its own, with the history of their register. */
export interface Rig {
  seed: number;
  maxStalenessMs: number;
  keys: Keys;
  folder: string;
  questions: readonly Question[];
  /** What the load changes. */
  candidates: Candidates;
  postgres: RigPostgres;
  redis: RedisPair;
  /** In place of `redis`, where there is one. */
  cluster?: RigCluster;
  syncs: readonly RigSync[];
  sidecars: readonly RigSidecar[];
  recorder: Recorder;
  /** Every link, to treat all alike. */
  links: readonly Link[];
  /** The newest revision that was seen committed. */
  newest(): string;
  /** Every link passes, every process runs, nothing is frozen; resolves when every sidecar is fresh. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export async function startRig(options: RigOptions): Promise<Rig> {
  const lifecycle = makeLifecycle();
  return opening(lifecycle, () => open(lifecycle, options));
}

async function open(lifecycle: Lifecycle, options: RigOptions): Promise<Rig> {
  const { seed, world = 'cases', maxStalenessMs = 5000 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'machtig-rig-'));
  lifecycle.onClose('folder', () => rm(folder, { recursive: true, force: true }));
  const postgres = await startRigPostgres(options.postgresSettings);
  lifecycle.onClose('PostgreSQL', postgres.end);
  const secrets = makeSecrets();
  const { questions, candidates } = await fill(world, postgres.url(), secrets.keys, options.candidates);
  const direct = options.direct ?? false;
  const store = await startStore(options.redis ?? 'pair', direct);
  lifecycle.onClose('Redis', store.end);
  const recorder = await recordCommits(postgres.url);
  lifecycle.onClose('recorder', recorder.close);
  const env = {
    ...secrets.env,
    MACHTIG_MAX_STALENESS_MS: String(maxStalenessMs),
    MACHTIG_LOG_LEVEL: 'warn',
    ...options.env,
  };
  const start = {
    lifecycle,
    env,
    program: options.program ?? FROM_SOURCE,
    direct,
    folder,
    postgres,
    store,
  };
  const syncs = await inTurn(options.syncs ?? 2, (i) => startSync(`sync ${i}`, start));
  const sidecars = await inTurn(options.sidecars ?? 3, (i) => startSidecar(`sidecar ${i}`, start, options.sidecarEnv));
  const links = [...syncs, ...sidecars].flatMap(({ opened }) => opened);
  await Promise.all(sidecars.map((sidecar) => untilFresh(sidecar, START_WITHIN_MS)));
  return {
    seed,
    maxStalenessMs,
    keys: secrets.keys,
    folder,
    questions,
    candidates,
    postgres,
    redis: store.redis,
    ...(store.cluster && { cluster: store.cluster }),
    syncs,
    sidecars,
    recorder,
    links,
    newest: () => formatRevision(recorder.history.latest()),
    async heal() {
      for (const link of links) link.pass();
      postgres.resume();
      await store.heal();
      for (const one of [...syncs, ...sidecars]) one.resume();
      for (const one of [...syncs, ...sidecars]) if (!one.isRunning()) await one.start();
      await Promise.all(sidecars.map((sidecar) => untilFresh(sidecar)));
    },
    close: lifecycle.close,
  };
}

/** Several processes for each sidecar, from source, on a machine that has other things to do. */
const START_WITHIN_MS = 150_000;

function makeSecrets() {
  const [hmacKey, sealKey, keyId] = [randomBytes(32), randomBytes(32), 'rig'];
  return {
    keys: makeKeys({ hmacKey, hmacKeyId: keyId, sealKey }),
    env: { MACHTIG_HMAC_KEY: hmacKey.toString('base64'), MACHTIG_HMAC_KEY_ID: keyId },
  };
}

async function fill(world: World, url: string, keys: Keys, many?: number) {
  const pool = makePool(url, { onError: () => {} }); // A broken connection also fails its statement.
  try {
    const questions: Question[] = await fillWorld(world, { pool, keys, url });
    return { questions, candidates: await findCandidates(pool, many) };
  } finally {
    await pool.end();
  }
}

interface Start {
  lifecycle: Lifecycle;
  env: Readonly<Record<string, string>>;
  program: string;
  folder: string;
  postgres: RigPostgres;
  store: RigStore;
  direct: boolean;
}

async function startSync(name: string, { lifecycle, env, program, postgres, store, direct }: Start) {
  const way = await store.openWay();
  const links = { postgres: await openLink(postgres.target), redis: way.link };
  const opened = [links.postgres, ...way.links];
  for (const link of opened) lifecycle.onClose('link', link.close);
  const urls = {
    DATABASE_URL: direct ? postgres.url() : `postgresql://postgres@127.0.0.1:${links.postgres.port}/postgres`,
    REDIS_URL: way.url,
  };
  const started = await startProgram({ name, role: 'sync', program, env: { ...env, ...urls } });
  lifecycle.onClose(name, () => started.kill());
  return { ...started, links, opened } satisfies RigSync & { opened: Link[] };
}

async function startSidecar(
  name: string,
  { lifecycle, env, program, folder, store }: Start,
  more: Readonly<Record<string, string>> = {},
) {
  const way = await store.openWay();
  for (const link of way.links) lifecycle.onClose('link', link.close);
  const recordsFile = join(folder, `${name.replace(' ', '-')}.jsonl`);
  const own = {
    REDIS_URL: way.url,
    MACHTIG_ANONYMOUS: 'loopback:bsn,details',
    MACHTIG_RECORDS_FILE: recordsFile,
  };
  const started = await startProgram({ name, role: 'sidecar', program, env: { ...env, ...own, ...more } });
  lifecycle.onClose(name, () => started.kill());
  const sharesDoors = Number(more.MACHTIG_WORKERS ?? 1) > 1;
  return {
    ...started,
    links: { redis: way.link },
    opened: way.links,
    recordsFile,
    sharesDoors,
  } satisfies RigSidecar & {
    opened: readonly Link[];
  };
}

async function inTurn<T>(count: number, make: (number: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let number = 1; number <= count; number++) made.push(await make(number));
  return made;
}

/** Dice of their own for each use, so that one more throw here changes nothing there. */
export function diceFor(seed: number, use: string) {
  let mixed = seed;
  for (const letter of use) mixed = (Math.imul(mixed, 31) + letter.charCodeAt(0)) >>> 0;
  return makeDice(mixed);
}
