import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { claimsFor, DEV_LEVELS, type DevPeople, devPeople } from '../../src/cli/dev-people.ts';
import { type Lifecycle, makeLifecycle, opening } from '../../src/process/lifecycle.ts';
import { readRegisterFile } from '../../src/register/read-file.ts';
import { type Keys, makeKeys } from '../../src/store/keys.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { AUDIENCE, type LoginProvider, startLoginProvider } from './login-provider.ts';
import { type Process, runMachtig, startMachtig } from './program.ts';
import { startRedis } from './redis.ts';

const BUNDLE = join(import.meta.dirname, '../../bundles/mandates.tar.gz');
const REGISTER = join(import.meta.dirname, '../../examples/register.yaml');

type Role = 'admin' | 'sync' | 'operator';

/** The example register as an operator runs it: each process with an account that has one role and no other rights. */
export interface RestrictedProcesses {
  /** Of the owner, to look from outside. */
  database: TestDatabase;
  keys: Keys;
  /** By which they decide: a copy, since the rules may be built anew meanwhile. */
  bundle: string;
  admin: Process;
  sidecars: readonly Process[];
  /** A command, with the account of this role. */
  machtig(role: Role, ...args: string[]): Promise<{ code: number; out: string; err: string }>;
  /** What somebody shows to the admin API, by the key in the register file; systems are `registrar`, `court`, `rvo`, … */
  credential(by: string): Promise<string>;
  close(): Promise<void>;
}

export async function startRestrictedProcesses(): Promise<RestrictedProcesses> {
  const lifecycle = makeLifecycle();
  return opening(lifecycle, () => open(lifecycle));
}

async function open(lifecycle: Lifecycle): Promise<RestrictedProcesses> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-restricted-'));
  lifecycle.onClose('folder', () => rm(folder, { recursive: true, force: true }));
  const { database, urls } = await openDatabase(lifecycle);
  const redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  const provider = await startLoginProvider();
  lifecycle.onClose('provider', provider.down);

  const people = devPeople(readRegisterFile(await readFile(REGISTER, 'utf8')).file);
  const access = join(folder, 'access.yaml');
  await writeFile(access, stringify(accessOf(provider.issuer, people)));
  const bundle = join(folder, 'bundle.tar.gz');
  await copyFile(BUNDLE, bundle);
  const [hmacKey, sealKey] = [randomBytes(32), randomBytes(32)];
  const deciding = {
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: hmacKey.toString('base64'),
    MACHTIG_LOG_LEVEL: 'warn',
    MACHTIG_BUNDLE: bundle,
    MACHTIG_MODE: 'trial',
  };
  const writing = { ...deciding, MACHTIG_SEAL_KEY: sealKey.toString('base64'), MACHTIG_ADMIN_ACCESS: access };
  const machtig = (role: Role, ...args: string[]) => runMachtig(args, { ...writing, DATABASE_URL: urls[role] });
  await succeed(machtig('operator', 'import', REGISTER));

  const start = async (role: string, env: Record<string, string>) => {
    const started = await startMachtig(role, env);
    lifecycle.onClose(role, () => started.kill('SIGTERM'));
    return started;
  };
  const admin = await start('admin', { ...writing, DATABASE_URL: urls.admin });
  const sidecars: Process[] = [];
  for (const name of ['a', 'b']) {
    sidecars.push(
      await start('sidecar', { ...deciding, ...PATIENT, MACHTIG_RECORDS_FILE: join(folder, `${name}.jsonl`) }),
    );
  }
  await start('sync', { ...deciding, DATABASE_URL: urls.sync });
  await Promise.all([admin, ...sidecars].map((one) => one.ready()));
  for (const one of sidecars) await eventually('the data is fresh', async () => (await one.health('/freshz')) === 200);
  return {
    database,
    bundle,
    keys: makeKeys({ hmacKey, hmacKeyId: '1', sealKey }),
    admin,
    sidecars,
    machtig,
    credential: makeCredentials(people, provider),
    close: lifecycle.close,
  };
}

const PATIENT = {
  MACHTIG_ANONYMOUS: 'loopback:bsn,details',
  // On a busy machine what was written takes its time to arrive; how long is not what is tested.
  MACHTIG_MIN_REVISION_WAIT_MS: '20000',
  MACHTIG_MAX_STALENESS_MS: '30000',
};

/** Migrated by its owner, with an account for each role. */
async function openDatabase(lifecycle: Lifecycle): Promise<{ database: TestDatabase; urls: Record<Role, string> }> {
  const database = await cloneDatabase({ empty: true });
  const names: string[] = [];
  lifecycle.onClose('database', async () => {
    for (const name of names) await database.pool.query(`drop owned by ${name}; drop role ${name}`);
    await database.drop();
  });
  await succeed(runMachtig(['migrate'], { DATABASE_URL: database.url }));
  const account = async (role: Role): Promise<string> => {
    const name = `machtig_test_${randomBytes(6).toString('hex')}`;
    await database.pool.query(`create role ${name} login password 'secret' in role machtig_${role}`);
    names.push(name);
    return Object.assign(new URL(database.url), { username: name, password: 'secret' }).href;
  };
  const urls = { admin: await account('admin'), sync: await account('sync'), operator: await account('operator') };
  return { database, urls };
}

/** One login after another: the provider puts into a token what it was told last. */
function makeCredentials(people: DevPeople, provider: LoginProvider): (by: string) => Promise<string> {
  const credentials = new Map<string, Promise<string>>();
  let turn: Promise<unknown> = Promise.resolve();
  const show = async (by: string): Promise<string> => {
    const system = people.systems.find(({ key }) => key === by);
    if (system) return system.apiKey;
    const claims = claimsFor(people, { as: by, loa: 'eh3', digid: false });
    if (typeof claims === 'string') throw new Error(claims);
    return provider.token(claims);
  };
  return (by) => {
    const known = credentials.get(by) ?? turn.then(() => show(by));
    if (!credentials.has(by)) turn = known.catch(() => {});
    credentials.set(by, known);
    return known;
  };
}

async function succeed(running: ReturnType<typeof runMachtig>): Promise<void> {
  const { code, err } = await running;
  if (code !== 0) throw new Error(err);
}

function accessOf(issuer: string, { systems }: DevPeople) {
  return {
    oidc: {
      issuer,
      audience: AUDIENCE,
      levels: Object.fromEntries(Object.entries(DEV_LEVELS).map(([l, acr]) => [acr, l])),
    },
    systems: systems.map(({ key, role, oin, apiKey }) => ({
      name: key,
      role,
      ...(oin && { oin }),
      keys: [createHash('sha256').update(apiKey).digest('hex')],
    })),
    manage_service: 'urn:etoegang:DV:00000003800000070000:services:2',
  };
}
