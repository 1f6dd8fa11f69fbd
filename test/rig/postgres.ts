import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { type Standby, startStandby } from '../support/standby.ts';
import type { Target } from './link.ts';

const run = promisify(execFile);

/** A PostgreSQL of one's own that can be frozen, killed, stopped, and put back to what it held before. */
export interface RigPostgres {
  /** Straight to it, over its socket; another after each start. */
  url(): string;
  target: Target;
  /** SIGSTOP to all its processes: connections stay, nothing answers. */
  freeze(): void;
  resume(): void;
  /** SIGKILL to all its processes; what was committed is in the log that it replays when it starts. */
  crash(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Copies what it holds, while it is stopped for a moment; `restore` puts that back. */
  save(): Promise<string>;
  restore(saved: string): Promise<void>;
  /** Copies it while it runs; the copy follows from there. One at a time. */
  follow(): Promise<Standby>;
  /** All its processes are killed, and the standby takes its place for good. */
  failOver(): Promise<void>;
  end(): Promise<void>;
}

const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '100',
  shared_buffers: '64MB',
  autovacuum: 'off',
};

/**
 * Committed is answered when it is in the log, so that a crash loses nothing: kept as production has it.
 * @param settings over those of the rig
 */
export async function startRigPostgres(settings: Readonly<Record<string, string>> = {}): Promise<RigPostgres> {
  const folder = await mkdtemp('/tmp/machtig-rig-postgres-');
  // The server runs as another user, who must get through.
  await chmod(folder, 0o711);
  let directory = join(folder, 'live');
  let standby: { server: Standby; directory: string } | undefined;
  let clusters = 0;
  const saves: string[] = [];
  let server: EmbeddedPostgres | undefined;
  let url = '';

  async function start(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        server = await startEmbeddedPostgres({ directory, settings: { ...SETTINGS, ...settings } });
        url = server.url;
        return;
      } catch (thrown) {
        // Shared memory of a killed server goes when the last of its processes has noticed.
        if (tries === 20) throw thrown;
        await sleep(100);
      }
    }
  }

  async function stop(): Promise<void> {
    await server?.stop();
    server = undefined;
  }

  const signal = (name: NodeJS.Signals) => {
    for (const pid of processesOf(join(directory, 'data'))) tryKill(pid, name);
  };

  await start();
  const postgres: RigPostgres = {
    url: () => url,
    target: () => ({ path: join(new URL(url).searchParams.get('host') ?? '', '.s.PGSQL.5432') }),
    freeze: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async crash() {
      signal('SIGKILL');
      await stop();
    },
    stop,
    start,
    async save() {
      const saved = join(folder, `saved-${saves.length}`);
      saves.push(saved);
      await stop();
      await run('cp', ['-a', directory, saved]);
      await start();
      return saved;
    },
    async restore(saved) {
      await stop();
      await rm(directory, { recursive: true, force: true });
      await run('cp', ['-a', saved, directory]);
      await start();
    },
    async follow() {
      const next = join(folder, `standby-${++clusters}`);
      const primary = { url, directory };
      const follows = await startStandby({ primary, directory: next, settings: { ...SETTINGS, ...settings } });
      standby = { server: follows, directory: next };
      return follows;
    },
    async failOver() {
      if (standby === undefined) throw new Error('there is no standby');
      const { server: heir, directory: its } = standby;
      await postgres.crash();
      await heir.promote();
      await rm(directory, { recursive: true, force: true });
      ({ server, url, directory } = { server: heir, url: heir.url, directory: its });
      standby = undefined;
    },
    async end() {
      postgres.resume();
      await standby?.server.stop();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return postgres;
}

/** The server and the processes it has for its connections. */
function processesOf(data: string): number[] {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return [];
  const main = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!existsSync(`/proc/${main}`)) return [];
  const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').trim();
  return [main, ...children.split(' ').filter(Boolean).map(Number)];
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just gone.
  }
}
