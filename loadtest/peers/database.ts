import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import type { Lifecycle } from '../../src/process/lifecycle.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';

/** A private PostgreSQL for one engine. */
export interface PeerDatabase {
  /** As Go's drivers read it. */
  uri: string;
  pids(): number[];
  /** Of the database, after a vacuum. */
  bytes(): Promise<number>;
}

/** As in production: what an engine has confirmed is on the disk. */
const SETTINGS = { shared_buffers: '512MB', max_connections: '120', max_wal_size: '4GB', track_commit_timestamp: 'on' };

export async function startPeerDatabase(lifecycle: Lifecycle, cpu: number | undefined): Promise<PeerDatabase> {
  const server = await startEmbeddedPostgres({ settings: SETTINGS });
  lifecycle.onClose('PostgreSQL of an engine', server.stop);
  const ask = async <T>(query: string, read: (found: number) => T): Promise<T> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query<{ found: string }>(query);
    const answer = read(Number(rows[0]?.found));
    await client.end();
    return answer;
  };
  // Read while the connection is open: its server ends with it.
  const postmaster = await ask('select pg_backend_pid() as found', parentOf);
  // Servers that it forks from now on run where it does.
  if (cpu !== undefined) execFileSync('taskset', ['-cp', String(cpu), String(postmaster)], { stdio: 'ignore' });
  const sockets = new URL(server.url).searchParams.get('host') ?? '';
  return {
    uri: `postgres://postgres@/postgres?host=${sockets}&sslmode=disable`,
    pids: () => [postmaster, ...childrenOf(postmaster)],
    async bytes() {
      await ask('vacuum analyze', () => undefined);
      return ask('select pg_database_size(current_database()) as found', (bytes) => bytes);
    },
  };
}

const statOf = (pid: number | string) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');

const parentOf = (pid: number | string): number => Number(statOf(pid)[1]);

function childrenOf(parent: number): number[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.filter((pid) => isChild(pid, parent)).map(Number);
}

function isChild(pid: string, parent: number): boolean {
  try {
    return parentOf(pid) === parent;
  } catch {
    return false; // It has ended meanwhile.
  }
}
