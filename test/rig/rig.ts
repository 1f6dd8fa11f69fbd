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
import { type RedisPair, startRedisPair } from './redis.ts';
import { fillWorld, type World } from './world.ts';

export interface RigOptions {
  /** All that is left to chance follows from it, but for what the processes do by themselves. */
  seed: number;
  world?: World;
  sidecars?: number;
  syncs?: number;
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
  const redis = await startRedisPair();
  lifecycle.onClose('Redis', redis.end);
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
    direct: options.direct ?? false,
    folder,
    postgres,
    redis,
  };
  const syncs = await inTurn(options.syncs ?? 2, (i) => startSync(`sync ${i}`, start));
  const sidecars = await inTurn(options.sidecars ?? 3, (i) => startSidecar(`sidecar ${i}`, start, options.sidecarEnv));
  const links = [
    ...syncs.flatMap((sync) => Object.values(sync.links)),
    ...sidecars.map((sidecar) => sidecar.links.redis),
  ];
  await Promise.all(sidecars.map((sidecar) => untilFresh(sidecar)));
  return {
    seed,
    maxStalenessMs,
    keys: secrets.keys,
    folder,
    questions,
    candidates,
    postgres,
    redis,
    syncs,
    sidecars,
    recorder,
    links,
    newest: () => formatRevision(recorder.history.latest()),
    async heal() {
      for (const link of [...links, redis.replication]) link.pass();
      postgres.resume();
      for (const one of [redis.primary(), redis.replica(), ...syncs, ...sidecars]) one.resume();
      for (const one of [...syncs, ...sidecars]) if (!one.isRunning()) await one.start();
      await Promise.all(sidecars.map((sidecar) => untilFresh(sidecar)));
    },
    close: lifecycle.close,
  };
}

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
  redis: RedisPair;
  direct: boolean;
}

async function startSync(name: string, { lifecycle, env, program, postgres, redis, direct }: Start): Promise<RigSync> {
  const links = { postgres: await openLink(postgres.target), redis: await openLink(redis.target) };
  for (const link of Object.values(links)) lifecycle.onClose('link', link.close);
  const urls = {
    DATABASE_URL: direct ? postgres.url() : `postgresql://postgres@127.0.0.1:${links.postgres.port}/postgres`,
    REDIS_URL: direct ? redis.address : `redis://127.0.0.1:${links.redis.port}`,
  };
  const started = await startProgram({ name, role: 'sync', program, env: { ...env, ...urls } });
  lifecycle.onClose(name, () => started.kill());
  return { ...started, links };
}

async function startSidecar(
  name: string,
  { lifecycle, env, program, folder, redis, direct }: Start,
  more: Readonly<Record<string, string>> = {},
): Promise<RigSidecar> {
  const links = { redis: await openLink(redis.target) };
  lifecycle.onClose('link', links.redis.close);
  const recordsFile = join(folder, `${name.replace(' ', '-')}.jsonl`);
  const own = {
    REDIS_URL: direct ? redis.address : `redis://127.0.0.1:${links.redis.port}`,
    MACHTIG_ANONYMOUS: 'loopback:bsn,details',
    MACHTIG_RECORDS_FILE: recordsFile,
  };
  const started = await startProgram({ name, role: 'sidecar', program, env: { ...env, ...own, ...more } });
  lifecycle.onClose(name, () => started.kill());
  return { ...started, links, recordsFile };
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
