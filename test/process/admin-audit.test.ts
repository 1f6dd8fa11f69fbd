import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { runMachtig } from '../support/program.ts';

const REGISTER = join(import.meta.dirname, '../../examples/register.yaml');
const key = () => randomBytes(32).toString('base64');

describe('machtig audit', () => {
  let folder: string;
  let database: TestDatabase;
  let anchors: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'machtig-audit-'));
    anchors = join(folder, 'anchors.jsonl');
    database = await cloneDatabase();
    const env = { DATABASE_URL: database.url, MACHTIG_HMAC_KEY: key(), MACHTIG_SEAL_KEY: key() };
    expect(await runMachtig(['import', REGISTER], env)).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const audit = (...args: string[]) => runMachtig(['audit', ...args], { DATABASE_URL: database.url });

  it('finds the chain whole, and notes its head', async () => {
    const noted = await audit('anchor');
    expect(noted.code).toBe(0);
    await writeFile(anchors, noted.out);
    const { code, out } = await audit('verify', '--anchors', anchors);
    expect(code).toBe(0);
    const { verified, head, ...rest } = JSON.parse(out);
    expect(rest).toEqual({ anchors: 1 });
    expect(verified).toBe(head);
    expect(head).toBeGreaterThan(100);
  });

  it('ends with 1 where a change was altered, or the end was cut off', async () => {
    await asOwner('update changes set after = after || \'{"name": "x"}\' where revision = 7');
    const altered = await audit('verify');
    expect(altered.code).toBe(1);
    expect(JSON.parse(altered.out).fault.revision).toBe(7);
    expect((await audit('verify', '--from', '9')).code).toBe(0);
    await asOwner('delete from changes where revision > 50');
    expect((await audit('verify', '--from', '9')).code).toBe(0);
    expect((await audit('verify', '--from', '9', '--anchors', anchors)).code).toBe(1);
  });

  it('says what is wrong with what it is given', async () => {
    await writeFile(anchors, 'no anchor\n');
    expect(await audit('verify', '--anchors', anchors)).toMatchObject({
      code: 65,
      err: expect.stringContaining('line 1'),
    });
    expect(await audit('verify', '--anchors', join(folder, 'none'))).toMatchObject({ code: 65 });
    expect(await runMachtig(['audit', 'verify'], {})).toMatchObject({ code: 78 });
  });

  /** Who owns the tables can do anything; that is what the chain is for. */
  async function asOwner(statement: string): Promise<void> {
    const client = await database.pool.connect();
    try {
      await client.query("set session_replication_role = 'replica'");
      await client.query(statement);
      await client.query("set session_replication_role = 'origin'");
    } finally {
      client.release();
    }
  }
});
