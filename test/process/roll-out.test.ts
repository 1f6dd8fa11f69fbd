import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packBundle } from '../../src/policy/pack.ts';
import type { PolicyStatus } from '../../src/rollout/status.ts';
import { makeAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { startNginx, type TestNginx } from '../support/nginx.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';
import { startRedis } from '../support/redis.ts';
import { release, releaseFiles, revisionIn } from '../support/releases.ts';
import { makePair } from '../support/signing.ts';

const pair = makePair();
const T = 1_700_000_000;
const SWAPS = 15;
let folder: string;
let web: TestNginx;
let sidecar: Process;
let env: Record<string, string>;
const at = (name: string) => join(folder, name);

/** Such a policy reads the bare request: a sidecar answers by it without any data. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-roll-out-'));
  const authority = makeAuthority(folder, 'ca');
  web = await startNginx({ tls: authority.issue('server', '/CN=localhost') });
  const redis = await startRedis();
  await redis.stop();
  await writeFile(at('release.pub'), pair.publicKey);
  await web.publish('bundle.tar.gz', await release('0', pair, T));
  env = {
    REDIS_URL: redis.url,
    MACHTIG_HMAC_KEY: Buffer.alloc(32, 1).toString('base64'),
    MACHTIG_ANONYMOUS: 'loopback',
    MACHTIG_LOG_LEVEL: 'silent',
    MACHTIG_RECORDS_FILE: at('decisions.jsonl'),
    MACHTIG_BUNDLE: `${web.url}/bundle.tar.gz`,
    MACHTIG_BUNDLE_CA: authority.caFile,
    MACHTIG_BUNDLE_KEY: at('release.pub'),
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: 'ES256',
    MACHTIG_BUNDLE_STATE: at('state'),
    MACHTIG_BUNDLE_POLL_MS: '100',
  };
  sidecar = await startMachtig('sidecar', env);
  await eventually('it lives', async () => (await sidecar.health('/livez')) === 200);
});

afterAll(async () => {
  await sidecar?.kill('SIGTERM');
  await web?.close();
  await rm(folder, { recursive: true, force: true });
});

const status = async () => (await (await fetch(`${sidecar.opsUrl}/policy`)).json()) as PolicyStatus;
const activeRevision = async () => (await status()).active.revision;
const revisionOf = (name: string) => revisionIn(releaseFiles(name));

describe('a sidecar that follows a bundle over HTTPS', () => {
  it('drops no request and mixes no two releases while they come and go', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    let asking = true;
    const answers: string[] = [];
    const ask = async () => {
      while (asking) answers.push(...(await evaluations(agent)));
    };
    const asked = Promise.all(Array.from({ length: 8 }, ask));
    for (let swap = 1; swap <= SWAPS; swap += 1) {
      const name = String(swap);
      await web.publish('bundle.tar.gz', await release(name, pair, T + swap));
      await eventually(`release ${name} is active`, async () => (await activeRevision()) === revisionOf(name));
    }
    asking = false;
    await asked;
    agent.destroy();
    expect(answers.length).toBeGreaterThan(SWAPS * 10);
    expect(new Set(answers).size).toBe(SWAPS + 1);
    const recorded = await recordedReleases();
    expect(recorded.length * 3).toBe(answers.length);
    // Each list of questions was answered by one release, and recorded under its revision.
    for (const { releases, revision } of recorded) {
      expect(new Set(releases).size).toBe(1);
      expect(revision).toBe(revisionOf(String(releases[0])));
    }
  }, 240_000);

  it('tells at its ops port and in its metrics what it does not use, and why', async () => {
    const before = await status();
    expect(before).toMatchObject({
      active: { from: 'url', key_id: 'release', issued_at: new Date((T + SWAPS) * 1000).toISOString() },
      source: `${web.url}/bundle.tar.gz`,
      last_tried: { outcome: 'active' },
    });
    await web.publish('bundle.tar.gz', await release('evil', makePair(), T + 1000));
    await eventually('it is refused', async () => (await status()).last_tried?.outcome === 'signature_invalid');
    expect((await status()).active).toEqual(before.active);
    await web.publish('bundle.tar.gz', await release('1', pair, T + 1));
    await eventually('it is refused', async () => (await status()).last_tried?.outcome === 'not_newer');
    const metrics = await (await fetch(`${sidecar.opsUrl}/metrics`)).text();
    expect(metrics).toContain(`machtig_policy_info{revision="${before.active.revision}"} 1`);
    expect(metrics.match(/^machtig_policy_info\{/gm)).toHaveLength(1);
    expect(metrics).toContain('machtig_policy_rollouts_total{outcome="signature_invalid"} 1');
    expect(metrics).toContain(`machtig_policy_issued_at_seconds ${T + SWAPS}`);
  });

  it('begins again with the last good one when the source has nothing good', async () => {
    await sidecar.kill('SIGTERM');
    await web.down();
    sidecar = await startMachtig('sidecar', env);
    await eventually('it lives', async () => (await sidecar.health('/livez')) === 200);
    expect(await status()).toMatchObject({
      active: { from: 'last_good', revision: revisionOf(String(SWAPS)) },
      last_tried: { outcome: 'source_unavailable' },
    });
    expect(new Set(await evaluations(new Agent()))).toEqual(new Set([String(SWAPS)]));
    await web.up();
  });

  it('does not start with nothing good at all, and says which and why', async () => {
    await web.publish('bundle.tar.gz', packBundle(releaseFiles('unsigned')));
    const { code, err } = await runMachtig(['sidecar'], { ...env, MACHTIG_BUNDLE_STATE: at('empty') });
    expect(err).toMatch(/^no policy to begin with: https:\S+: it holds no .signatures.json \(unsigned\)\n$/);
    expect(code).toBe(1);
  });
});

/** Three questions in one request: the release that answered each. */
async function evaluations(agent: Agent): Promise<string[]> {
  const entity = { type: 'x', id: 'y' };
  const evaluation = { subject: entity, resource: entity, action: { name: 'z' } };
  const body = JSON.stringify({ evaluations: [evaluation, evaluation, evaluation] });
  const answer = await post(agent, `${sidecar.url}/access/v1/evaluations`, body);
  const { evaluations: found } = JSON.parse(answer) as { evaluations: { context: { release: string } }[] }; // As the fixture says it.
  return found.map(({ context }) => context.release);
}

function post(agent: Agent, url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(url, { method: 'POST', agent, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      if (response.statusCode === 200) resolve(text);
      else reject(new Error(`${response.statusCode} ${text}`));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function recordedReleases(): Promise<{ releases: string[]; revision: string }[]> {
  const lines = (await readFile(at('decisions.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line.includes('adl.access'));
  return lines.map((line) => {
    const { body } = JSON.parse(line);
    return {
      releases: line.match(/"release":"(\d+)"/g)?.map((found) => found.replace(/\D/g, '')) ?? [],
      revision: body['adl.core.policies'].revision,
    };
  });
}
