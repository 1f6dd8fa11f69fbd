import { afterAll, expect, it } from 'vitest';
import { makeMemoryStore } from '../../src/mandates/memory.ts';
import type { Projection, Write } from '../../src/mandates/projection.ts';
import { seedRegister } from '../../src/register/seed.ts';
import { makeSeedWorld } from '../../src/register/seed-world.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { seededWrites } from '../../src/workbench/diff-register.ts';
import { cloneDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startSync } from '../support/sync-run.ts';

const keys = makeKeys({ hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'k1' });
const size = { mandates: 6000, seed: 7, year: 2026 };
const database = await cloneDatabase();
afterAll(() => database.drop());

it('a seeded register holds the same facts without a database as with one', async () => {
  await seedRegister({ ...size, pool: database.pool, keys });
  const { projection } = makeMemoryStore();
  const sync = startSync({ databaseUrl: database.url, projection });
  await eventually('the register is projected', () => projection.state());
  const wanted = await contentsOf(projection);
  await sync.stop();
  const other = makeMemoryStore().projection;
  const rebuild = await other.rebuild({ layout: 1, keyId: 'k1', keyCheck: '' }, 1);
  await rebuild.load([...seededWrites(makeSeedWorld(size), keys.alias)]);
  await rebuild.swap({ epoch: 1, n: 1 }, '');
  const found = await contentsOf(other);
  expect(found.length).toBeGreaterThan(size.mandates);
  expect(found).toEqual(wanted);
});

/** All that decisions read, each record as text: names are for searching. */
async function contentsOf(projection: Projection): Promise<string[]> {
  const texts: string[] = [];
  for await (const chunk of projection.contents()) {
    for (const write of chunk) if (!('put' in write) || write.put !== ('names' as string)) texts.push(textOf(write));
  }
  return texts.sort();
}

function textOf(write: Write): string {
  return JSON.stringify(write, (_key, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
