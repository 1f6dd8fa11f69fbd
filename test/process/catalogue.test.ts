import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { runMachtig } from '../support/program.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const CATALOGUE = join(EXAMPLES, 'catalogue/rvo.xml');
const key = () => randomBytes(32).toString('base64');

describe('machtig catalogue import (R44, R53)', () => {
  let folder: string;
  let database: TestDatabase;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'machtig-catalogue-'));
    database = await cloneDatabase();
    const env = { DATABASE_URL: database.url, MACHTIG_HMAC_KEY: key(), MACHTIG_SEAL_KEY: key() };
    expect(await runMachtig(['import', join(EXAMPLES, 'register.yaml')], env)).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const take = (...args: string[]) => runMachtig(['catalogue', 'import', ...args], { DATABASE_URL: database.url });
  const head = async () => {
    const { rows } = await database.pool.query<{ head: string }>('select max(revision) as head from changes');
    return rows[0]?.head;
  };

  it('first tells every difference, and changes nothing', async () => {
    const before = await head();
    const { code, out } = await take(CATALOGUE);
    expect(code).toBe(0);
    expect(out).toContain('nothing was applied: repeat with --apply');
    expect(out.split('\n').length).toBeGreaterThan(5);
    expect(await head()).toBe(before);
  });

  it('takes it over, once', async () => {
    const before = await head();
    expect(await take(CATALOGUE, '--apply')).toMatchObject({ code: 0, out: expect.stringMatching(/applied\n$/) });
    const after = await head();
    expect(after).not.toBe(before);
    expect(await take(CATALOGUE, '--apply')).toMatchObject({ code: 0 });
    expect(await head()).toBe(after);
  });

  it('says what is wrong with what it is given', async () => {
    const faulty = join(folder, 'faulty.xml');
    await writeFile(faulty, '<no-catalogue/>');
    expect(await take(faulty)).toMatchObject({ code: 65 });
    expect(await take(join(folder, 'none.xml'))).toMatchObject({
      code: 65,
      err: expect.stringContaining('the service catalogue'),
    });
    expect(await runMachtig(['catalogue', 'import', CATALOGUE], {})).toMatchObject({ code: 78 });
  });
});
