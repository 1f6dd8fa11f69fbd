import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { AppError } from '../domain/errors.ts';
import { withBareTables } from '../store/bare-tables.ts';
import type { Keys } from '../store/keys.ts';
import { withTransaction } from '../store/postgres.ts';
import type { Progress } from './import.ts';
import { assertKey } from './key-guard.ts';
import { seedCatalogueRows } from './seed-catalogue-rows.ts';
import { type SeedTable, seedTables } from './seed-lines.ts';
import { makeSeedWorld, type SeedSize } from './seed-world.ts';
import { insertRows } from './write-rows.ts';

export interface SeedOptions extends SeedSize {
  pool: pg.Pool;
  keys: Keys;
  onProgress?: (progress: Progress) => void;
}

export interface Seeded {
  parties: number;
  mandates: number;
  seconds: number;
}

/**
 * `machtig seed --mandates N`: fills an empty register with a realistic one, the same for the same seed and year.
 * Loads in bulk, without a change for each row: it raises the epoch instead, so that projections start over.
 * @throws AppError `conflict` when the register is not empty
 */
export async function seedRegister({ pool, keys, onProgress, ...size }: SeedOptions): Promise<Seeded> {
  const began = performance.now();
  const world = makeSeedWorld(size);
  const report = onProgress ?? (() => {});
  await withTransaction(pool, { who: 'operator', channel: 'seed' }, async (client) => {
    await assertEmpty(client);
    await assertKey(client, keys);
    // Days in the lines below are days in the Netherlands; indexes are built in memory.
    await client.query(`set local timezone = 'Europe/Amsterdam'; set local maintenance_work_mem = '256MB'`);
    const catalogue = seedCatalogueRows(world.catalogue);
    const tables = seedTables(world, keys);
    const fill = async () => {
      for (const { table, rows } of catalogue) await insertRows(client, table, rows);
      for (const table of tables) await copy(client, table, report);
    };
    const names = [...catalogue, ...tables].map(({ table }) => table);
    await withBareTables(client, names, fill, (done, total) => report({ stage: 'indexes', done, total }));
    await client.query('update register set epoch = epoch + 1');
    await client.query(`select pg_notify('machtig_changes', '')`);
  });
  await pool.query('analyze');
  return { parties: world.parties, mandates: size.mandates, seconds: (performance.now() - began) / 1000 };
}

async function assertEmpty(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ filled: boolean }>('select exists (select from parties) as filled');
  if (rows[0]?.filled) throw new AppError('conflict', 'the register is not empty: seed fills a new database');
}

async function copy(client: pg.ClientBase, table: SeedTable, report: (progress: Progress) => void): Promise<void> {
  const sink = client.query(copyFrom(`copy ${table.table} (${table.columns}) from stdin`));
  let done = 0;
  const onLines = (lines: number) => {
    done += lines;
    report({ stage: table.table, done, total: Math.max(done, Math.round(table.lines)) });
  };
  await pipeline(Readable.from(inChunks(table.generate(), onLines)), sink);
  report({ stage: table.table, done, total: done });
}

const CHUNK = 64 * 1024;

function* inChunks(lines: Iterable<string>, onLines: (lines: number) => void): Generator<Buffer> {
  let [text, count] = ['', 0];
  for (const line of lines) {
    text += line;
    count++;
    if (text.length < CHUNK) continue;
    yield Buffer.from(text);
    onLines(count);
    [text, count] = ['', 0];
  }
  if (text !== '') yield Buffer.from(text);
  onLines(count);
}
