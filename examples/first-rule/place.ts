import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { type Environment, type Ran, type Running, run, start } from './processes.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

export interface PlaceOptions {
  /** Where to clone from: a folder with a repository, or its URL. */
  from: string;
  /** A folder whose `node_modules` and `.tools` are used; without it they are fetched and built. */
  borrow?: string;
  /** An empty database; without it one of its own is started. */
  databaseUrl?: string;
}

/** An empty folder of the author's, with a clone, keys, and a place where rules come to answer. */
export interface Place {
  folder: string;
  clone: string;
  options: PlaceOptions;
  /** `machtig …` in the clone, to its end. */
  machtig(args: string, env?: Environment): Promise<Ran>;
  /** The same, going on. */
  starts(args: string, env?: Environment): Running;
  /** npm, git: with everything that is set here. */
  shell(command: string, cwd?: string): Promise<Ran>;
  /** What sync and sidecar share. */
  stores(): Promise<{ databaseUrl: string; redisUrl: string }>;
  end(): Promise<void>;
}

export async function makePlace(options: PlaceOptions): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'first-rule-'));
  const clone = join(folder, 'machtig');
  const endings: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  for (const name of ['keys', 'sidecar']) await mkdir(join(folder, name));
  for (const name of ['register.yaml', 'question.json']) await cp(join(HERE, name), join(folder, name));
  await writeFile(join(folder, 'keys/hmac'), randomBytes(32).toString('base64'), { mode: 0o600 });
  await writeFile(join(folder, 'keys/seal'), randomBytes(32).toString('base64'), { mode: 0o600 });
  const bare = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? folder };
  const words = (args: string) => [process.execPath, 'bin/machtig.js', ...args.split(' ')];
  const starts = (args: string, env: Environment = {}): Running => {
    const running = start(words(args), clone, { ...bare, ...env });
    endings.push(() => running.end());
    return running;
  };
  return {
    folder,
    clone,
    options,
    machtig: (args, env = {}) => run(words(args), clone, { ...bare, ...env }),
    starts,
    shell: (command, cwd = clone) => run(command.split(' '), cwd, definedOf(process.env)),
    async stores() {
      const redis = await startRedis(folder);
      endings.push(redis.end);
      if (options.databaseUrl !== undefined) return { databaseUrl: options.databaseUrl, redisUrl: redis.url };
      const postgres = await startEmbeddedPostgres();
      endings.push(postgres.stop);
      return { databaseUrl: postgres.url, redisUrl: redis.url };
    },
    async end() {
      for (const ending of endings.reverse()) await ending().catch(() => undefined);
    },
  };
}

/** What `npm ci` and `npm run tools` would bring, where it is there already. */
export async function borrow({ clone, options }: Place): Promise<boolean> {
  if (options.borrow === undefined) return false;
  for (const name of ['node_modules', '.tools']) {
    const there = join(options.borrow, name);
    if (existsSync(there)) await symlink(there, join(clone, name));
  }
  return true;
}

async function startRedis(folder: string): Promise<{ url: string; end(): Promise<void> }> {
  const socket = join(folder, 'redis.sock');
  const server = start(['redis-server', '--port', '0', '--unixsocket', socket, '--save', ''], folder, {
    PATH: process.env.PATH ?? '',
  });
  await server.says(/ready to accept connections|server is now ready/i);
  return { url: `unix://${socket}`, end: () => server.end() };
}

function definedOf(env: Readonly<Record<string, string | undefined>>): Environment {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
