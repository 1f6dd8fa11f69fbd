import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Migration, migrate } from '../../src/store/migrate.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';

describe('migrate', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase({ empty: true });
  });
  afterAll(() => database.drop());

  it('succeeds for all of 20 that start at once, and applies each migration once', async () => {
    const applied: string[] = [];
    const onApplied = (name: string) => applied.push(name);
    await Promise.all(Array.from({ length: 20 }, () => migrate(database.url, { onApplied })));
    const { rows } = await database.pool.query<{ name: string }>('select name from migrations order by number');
    expect(applied.sort()).toEqual(rows.map(({ name }) => name));
    expect((await database.pool.query('select epoch from register')).rows).toEqual([{ epoch: 1 }]);
  });

  it('does nothing the second time', async () => {
    const applied: string[] = [];
    await migrate(database.url, { onApplied: (name) => applied.push(name) });
    expect(applied).toEqual([]);
  });

  it('leaves nothing of a migration that fails, and applies it when it is mended', async () => {
    const other = await cloneDatabase({ empty: true });
    const broken: Migration = { number: 1, name: '0001_x.sql', sql: 'create table half (); select 1 / 0' };
    await expect(migrate(other.url, { migrations: [broken] })).rejects.toThrow('division by zero');
    await migrate(other.url, { migrations: [{ ...broken, sql: 'create table half ()' }] });
    expect((await other.pool.query('select number from migrations')).rows).toEqual([{ number: 1 }]);
    await other.drop();
  });

  it('warns when the database knows a newer migration, and refuses when that one breaks this code', async () => {
    const newer = (name: string, breaking: boolean) =>
      database.pool.query('insert into migrations (number, name, breaking) values ($1, $2, $3)', [
        Number(name.slice(0, 4)),
        name,
        breaking,
      ]);
    const warned: string[] = [];
    await newer('9001_harmless.sql', false);
    await migrate(database.url, { onNewer: (names) => warned.push(...names) });
    expect(warned).toEqual(['9001_harmless.sql']);
    await newer('9002_harmful.sql', true);
    await expect(migrate(database.url)).rejects.toMatchObject({ code: 'conflict' });
  });
});
