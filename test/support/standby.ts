import { execFile } from 'node:child_process';
import { appendFile, chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { serverIdentity } from '../../src/store/embedded-binaries.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { eventually } from './eventually.ts';

const run = promisify(execFile);

/** A PostgreSQL that streams what another writes, until it takes its place. */
export interface Standby extends EmbeddedPostgres {
  /** From now on a commit is answered, and seen by anybody, when it is here as well. */
  hearBeforeAnyoneSees(): Promise<void>;
  /** It hears nothing any more. */
  cut(): Promise<void>;
  /** Becomes a primary, on a timeline of its own. */
  promote(): Promise<void>;
}

export interface StandbyOptions {
  primary: { url: string; directory: string };
  /** Where its own cluster is to lie. */
  directory: string;
  settings?: Readonly<Record<string, string>>;
}

/** Copies a primary while it runs, and follows it; resolves when it streams. */
export async function startStandby({ primary, directory, settings = {} }: StandbyOptions): Promise<Standby> {
  await copyRunning(primary, directory);
  const data = join(directory, 'data');
  const host = new URL(primary.url).searchParams.get('host');
  await rm(join(data, 'postmaster.pid'), { force: true });
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = 'host=${host} user=postgres'\n`);
  await ownFile(join(data, 'standby.signal'), '');
  const server = await startEmbeddedPostgres({ directory, settings });
  const onPrimary = (sql: string) => ask(primary.url, sql);
  const here = (sql: string) => ask(server.url, sql);
  await eventually('the standby streams', () =>
    here('select from pg_stat_wal_receiver').then((rows) => rows.length > 0),
  );
  return {
    ...server,
    async hearBeforeAnyoneSees() {
      await onPrimary(`alter system set synchronous_standby_names = '*'`);
      await onPrimary('select pg_reload_conf()');
      await eventually(
        'commits wait for the standby',
        async () => (await onPrimary(`select from pg_stat_replication where sync_state = 'sync'`)).length > 0,
      );
    },
    async cut() {
      await here(`alter system set primary_conninfo = ''`);
      await here('select pg_reload_conf()');
      await eventually(
        'the standby hears nothing',
        async () => (await here('select from pg_stat_wal_receiver')).length === 0,
      );
    },
    async promote() {
      await here('select pg_promote(true, 60)');
      await eventually('it is a primary', async () => !(await here('select pg_is_in_recovery() as is'))[0]?.is);
    },
  };
}

async function copyRunning(primary: StandbyOptions['primary'], directory: string): Promise<void> {
  const client = new Client({ connectionString: primary.url });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('standby', true)`);
    // A file may go while it is copied; the log says what was in it.
    await run('cp', ['-a', primary.directory, directory]).catch(() => {});
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await ownFile(join(directory, 'data', 'backup_label'), rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
}

async function ownFile(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  const identity = serverIdentity();
  if (identity) await chown(file, identity.uid, identity.gid);
}

async function ask(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
