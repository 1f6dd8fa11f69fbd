import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyStatus } from '../../src/rollout/status.ts';
import { type AdminProcess, startAdminProcess } from '../support/admin-process.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { revisionIn } from '../support/releases.ts';
import { type Held, makePair, revised, signedBundle, unpacked } from '../support/signing.ts';

const MANDATE = '/v1/mandates/3a000000-0000-4000-8000-000000000001';
const T = 1_700_000_000;
const pair = makePair();
const committed = unpacked(join(import.meta.dirname, '../../bundles/mandates.tar.gz'));
let folder: string;
let database: TestDatabase;
let admin: AdminProcess;

/** The rules as they are, but for who may look at a mandate; without the cases that say otherwise. */
function viewedBy(...by: string[]): Held {
  return revised(committed, (held) => {
    held.delete('self_test.json');
    const data = JSON.parse(new TextDecoder().decode(held.get('data.json')));
    data.tables.acts['mandate.view'].by = by;
    held.set('data.json', Buffer.from(JSON.stringify(data)));
  });
}

async function publish(files: Held, issuedAt: number): Promise<void> {
  await writeFile(join(folder, 'next'), await signedBundle(files, pair, issuedAt));
  await rename(join(folder, 'next'), join(folder, 'bundle.tar.gz'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-roll-out-admin-'));
  await writeFile(join(folder, 'release.pub'), pair.publicKey);
  await publish(committed, T);
  database = await cloneDatabase({ empty: true });
  admin = await startAdminProcess(database.url);
  await admin.process.kill('SIGTERM');
  Object.assign(admin.env, {
    MACHTIG_BUNDLE: folder,
    MACHTIG_BUNDLE_KEY: join(folder, 'release.pub'),
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: 'ES256',
    MACHTIG_BUNDLE_STATE: join(folder, 'state'),
    MACHTIG_BUNDLE_POLL_MS: '100',
  });
  await admin.restart();
  await admin.process.ready();
});

afterAll(async () => {
  await admin?.end();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const status = async () => (await (await fetch(`${admin.process.opsUrl}/policy`)).json()) as PolicyStatus;
/** What may not be looked at is not there. */
const view = async () => (await admin.call('willem@weide', 'GET', MANDATE)).status;

describe('the role admin, when its rules are rolled out', () => {
  it('lets by the new ones, and keeps those that are good', async () => {
    expect(await view()).toBe(200);
    await publish(viewedBy('court'), T + 1);
    await eventually('the new rules hold', async () => (await view()) === 404);
    expect((await status()).active).toMatchObject({ revision: revisionIn(viewedBy('court')), from: 'folder' });
    const broken = revised(committed, (held) => held.delete('data.json'));
    await publish(broken, T + 2);
    await eventually('it is refused', async () => (await status()).last_tried?.outcome !== 'active');
    expect(await view()).toBe(404);
    await publish(committed, T + 3);
    await eventually('the old rules, signed anew, hold', async () => (await view()) === 200);
    expect((await status()).last_tried).toMatchObject({ outcome: 'active', revision: revisionIn(committed) });
  });
});
