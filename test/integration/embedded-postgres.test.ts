import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { eventually } from '../support/eventually.ts';

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0];
  } finally {
    await client.end();
  }
}

describe('the embedded Postgres', () => {
  it('starts, answers, and leaves nothing when it has no directory of its own', async () => {
    const server = await startEmbeddedPostgres({ settings: { fsync: 'off' } });
    const shown = await ask(server.url, `select current_setting('data_directory') as data`);
    const { data } = shown as { data: string }; // The column just asked for.
    const sockets = new URL(server.url).searchParams.get('host') ?? '';
    expect([data, sockets].map(existsSync)).toEqual([true, true]);
    expect(await ask(server.url, `select current_setting('fsync') as fsync`)).toEqual({ fsync: 'off' });
    await server.stop();
    await server.stop();
    expect([dirname(data), sockets].map(existsSync)).toEqual([false, false]);
  });

  it('keeps what it was given in a directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'machtig-kept-'));
    const first = await startEmbeddedPostgres({ directory });
    await ask(first.url, 'create table kept as select 1 as x');
    await first.stop();
    const second = await startEmbeddedPostgres({ directory });
    expect(await ask(second.url, 'select x from kept')).toEqual({ x: 1 });
    await second.stop();
    await rm(directory, { recursive: true });
  });

  it('says why it cannot start', async () => {
    const wrong = startEmbeddedPostgres({ settings: { shared_buffers: 'nonsense' } });
    await expect(wrong).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(wrong).rejects.toThrow('shared_buffers');
  });

  it('goes when the process that started it is killed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'machtig-orphan-'));
    const script = `
      import { startEmbeddedPostgres } from ${JSON.stringify(new URL('../../src/store/embedded-postgres.ts', import.meta.url).href)};
      await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)}, settings: { fsync: 'off' } });
      process.kill(process.pid, 'SIGKILL');`;
    await new Promise((ended) => {
      execFile(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], ended);
    });
    await eventually('the server has gone', () => !existsSync(join(directory, 'data', 'postmaster.pid')));
    expect(existsSync(join(directory, 'data', 'PG_VERSION'))).toBe(true);
    await rm(directory, { recursive: true });
  });
});
