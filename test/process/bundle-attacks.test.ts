import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTool } from '../../scripts/tools.ts';
import { packBundle } from '../../src/policy/pack.ts';
import type { PolicyStatus } from '../../src/rollout/status.ts';
import { eventually } from '../support/eventually.ts';
import { archives, tamperings } from '../support/hostile-files.ts';
import { policyAttacks } from '../support/hostile-policies.ts';
import { type HostileServer, SERVER_ATTACKS, startHostileServer } from '../support/hostile-server.ts';
import { signatureAttacks } from '../support/hostile-signatures.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { evaluate, type Questioning, question, statusOf, triedAfter } from '../support/questioned-sidecar.ts';
import { startRedis } from '../support/redis.ts';
import { releaseFiles, revisionIn } from '../support/releases.ts';
import { makePair, signed } from '../support/signing.ts';

/** docs/bundle-attacks.md is the list of these; test/unit/bundle-attacks-page.test.ts writes it. */

const ISSUED = 1_700_000_000;
const pair = makePair();
const good = await signed(releaseFiles('good'), pair, ISSUED);
const loot = { pair, good, issuedAt: ISSUED };
let folder: string;
let web: HostileServer;
let env: Record<string, string>;
let sidecar: Process;
let questioning: Questioning;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-attacks-'));
  web = await startHostileServer(folder);
  web.publish(packBundle(good));
  const redis = await startRedis();
  await redis.stop();
  await writeFile(at('release.pub'), pair.publicKey);
  env = {
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
    MACHTIG_ANONYMOUS: 'loopback',
    MACHTIG_LOG_LEVEL: 'silent',
    MACHTIG_RECORDS_FILE: at('decisions.jsonl'),
    MACHTIG_BUNDLE: web.url,
    MACHTIG_BUNDLE_CA: web.caFile,
    MACHTIG_BUNDLE_KEY: at('release.pub'),
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: 'ES256',
    MACHTIG_BUNDLE_STATE: at('state'),
    MACHTIG_BUNDLE_POLL_MS: '100',
  };
  sidecar = await startMachtig('sidecar', env);
  await eventually('it answers', async () => (await evaluate(sidecar)) === 'good');
  questioning = question(sidecar);
});

afterAll(async () => {
  await questioning?.stop();
  await sidecar?.kill('SIGTERM');
  await web?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Back at the release in use, with nothing of the attack under way. */
async function settle(): Promise<PolicyStatus> {
  web.publish(packBundle(good));
  await eventually('the server is asked again', () => web.asked() > 1, 90_000);
  return statusOf(sidecar);
}

/** What came of it, and whether those who asked meanwhile noticed. */
async function attack(begin: () => void | Promise<void>) {
  const before = await settle();
  const answered = questioning.answers.length;
  await begin();
  const { outcome } = await triedAfter(sidecar, before);
  await eventually('it goes on answering', () => questioning.answers.length > answered + 4);
  const { active } = await statusOf(sidecar);
  const others = questioning.answers.slice(answered).filter((release) => release !== 'good');
  return { outcome, others, dropped: questioning.dropped, revision: active.revision };
}

const unharmed = (code: string) => ({
  outcome: code,
  others: [],
  dropped: [],
  revision: revisionIn(releaseFiles('good')),
});

describe('a sidecar that is asked without a pause, given a bundle', () => {
  describe('that was tampered with', () => {
    it.each(tamperings(loot))('$title: $code', async ({ code, make }) => {
      const bytes = await make();
      expect(await attack(() => web.publish(bytes))).toEqual(unharmed(code));
    });
  });

  describe('that says otherwise who signed it, or when', () => {
    it.each(signatureAttacks(loot))('$title: $code', async ({ code, make }) => {
      const bytes = await make();
      expect(await attack(() => web.publish(bytes))).toEqual(unharmed(code));
    });
  });

  describe('in an archive that does harm', () => {
    it.each(archives(loot))('$title: $code', async ({ code, make }) => {
      const bytes = await make();
      expect(await attack(() => web.publish(bytes))).toEqual(unharmed(code));
    });
  });

  describe('that is signed, and should not have been', () => {
    it.each(policyAttacks(loot, findTool('opa')))(
      '$title: $code',
      async ({ code, make }) => {
        const bytes = await make();
        expect(await attack(() => web.publish(bytes))).toEqual(unharmed(code));
      },
      120_000,
    );
  });
});

describe('a sidecar that is asked without a pause, and asks a server that', () => {
  it.each(SERVER_ATTACKS)(
    '$title: $code',
    async ({ code, ...fault }) => {
      expect(await attack(() => web.misbehave(fault))).toEqual(unharmed(code));
    },
    120_000,
  );

  it('says that nothing changed, where there was nothing, does not start', async () => {
    await settle();
    web.misbehave({ serve: (_, response) => void response.writeHead(304).end() });
    const { code, err } = await runMachtig(['sidecar'], {
      ...env,
      MACHTIG_BUNDLE_STATE: at('fresh'),
      MACHTIG_RECORDS: 'off',
    });
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no policy to begin with.*source_answer/),
    });
    await settle();
  });

  it.each([
    { called: '`*`', etag: '*' },
    { called: 'all tags that will come', etag: Array.from({ length: 999 }, (_, index) => `"${index}"`).join(', ') },
  ])('tags what it serves with $called: the next release is taken all the same', async ({ etag }) => {
    const before = await settle();
    const bytes = packBundle(good);
    let served = 0;
    web.misbehave({
      serve(_, response) {
        served += 1;
        response.writeHead(200, { etag }).end(bytes);
      },
    });
    await eventually('the tag was seen', () => served > 1);
    web.publish(packBundle(await signed(releaseFiles('evil'), makePair(), ISSUED + 1)));
    expect(await triedAfter(sidecar, before)).toMatchObject({ outcome: 'signature_invalid' });
  });
});

it('whatever was tried, nobody was left without an answer', async () => {
  await settle();
  await questioning.stop();
  expect(questioning.dropped).toEqual([]);
  expect(new Set(questioning.answers)).toEqual(new Set(['good']));
});
