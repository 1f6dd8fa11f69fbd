import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/cli/config.ts';
import { openShadow } from '../../src/cli/shadow.ts';
import { readBundle, unpackBundle } from '../../src/policy/bundle.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { SIGNATURES, signFiles } from '../../src/policy/signature.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { COMMITTED, changedBundle } from '../support/changed-bundle.ts';

const [right, wrong] = [keyPair(), keyPair()];
const lifecycle = makeLifecycle();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-shadow-'));
  await writeFile(join(folder, 'key.pem'), right.publicKey);
});
afterAll(async () => {
  await lifecycle.close();
  await rm(folder, { recursive: true, force: true });
});

function keyPair(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

async function signed(packed: Uint8Array, { privateKey }: { privateKey: string }): Promise<Uint8Array> {
  const files = new Map(await unpackBundle(packed));
  const signature = await signFiles(files, { privateKey, keyId: 'k1', algorithm: 'ES256', issuedAt: 1_700_000_000 });
  return packBundle(files.set(SIGNATURES, signature));
}

/** A sidecar in production whose active bundle is signed with the right key. */
async function open(packed: Uint8Array) {
  const candidate = join(folder, 'candidate.tar.gz');
  await writeFile(candidate, packed);
  const config = loadConfig(
    {
      REDIS_URL: 'redis://localhost',
      MACHTIG_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
      MACHTIG_ANONYMOUS: 'loopback',
      MACHTIG_BUNDLE: COMMITTED,
      MACHTIG_BUNDLE_KEY: join(folder, 'key.pem'),
      MACHTIG_BUNDLE_KEY_ID: 'k1',
      MACHTIG_BUNDLE_ALGORITHM: 'ES256',
      MACHTIG_BUNDLE_STATE: folder,
      MACHTIG_SHADOW_BUNDLE: candidate,
    },
    'sidecar',
  );
  const deps = { config, lifecycle, log: makeLog({ level: 'silent' }), metrics: makeMetrics(), now: Date.now };
  return openShadow(deps, await readBundle(COMMITTED));
}

describe('a bundle to try in production', () => {
  it('is tried when the right key has signed it, in whatever order it was issued', async () => {
    const shadow = await open(await signed(changedBundle({ 'tables.levels.eh1': 'eh3' }), right));
    expect(shadow?.status()).toMatchObject({ share: 0.1, cpu: { percent: 5 }, compared: 0 });
  });

  it.each([
    ['nobody has signed it', async () => changedBundle({}), /signature/],
    ['another key has', async () => signed(changedBundle({}), wrong), /signature/],
    ['it is not what was signed', async () => tampered(await signed(changedBundle({}), right)), /data\.json/],
    ['it fails its own cases', async () => signed(await failing(), right), /its case/],
  ])('is refused when %s', async (_why, make, says) => {
    await expect(open(await make())).rejects.toThrow(says);
    await expect(open(await make())).rejects.toThrow('MACHTIG_SHADOW_BUNDLE');
  });
});

async function tampered(packed: Uint8Array): Promise<Uint8Array> {
  const files = new Map(await unpackBundle(packed));
  const other = await unpackBundle(changedBundle({ 'tables.levels.eh1': 'eh4' }));
  return packBundle(files.set('data.json', other.get('data.json') ?? Buffer.alloc(0)));
}

/** The cases of the committed bundle with other data beneath them. */
async function failing(): Promise<Uint8Array> {
  const { revisionOf } = await import('../../src/policy/revision.ts');
  const files = new Map(await unpackBundle(changedBundle({ 'tables.levels.eh3': 'eh2' })));
  const cases = (await unpackBundle(await readFile(COMMITTED))).get('self_test.json');
  if (cases) files.set('self_test.json', cases);
  const manifest = { ...JSON.parse(Buffer.from(files.get('.manifest') ?? '').toString()), revision: revisionOf(files) };
  return packBundle(files.set('.manifest', Buffer.from(JSON.stringify(manifest))));
}
