import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShadowStatus } from '../../src/rollout/shadow.ts';
import { changedBundle } from '../support/changed-bundle.ts';
import { eventually } from '../support/eventually.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';
import { type Process, runMachtig, startMachtig } from '../support/program.ts';

const QUESTION = {
  actor: 'urn:etoegang:pseudonym:bea@balans',
  loa: 'eh3',
  represented: 'urn:nl:kvk:90000004',
  service: 'urn:etoegang:DV:00000003800000010000:services:1',
  operation: 'submit',
};

let folder: string;
let dev: Process;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-shadow-'));
  const bundle = join(folder, 'candidate.tar.gz');
  await writeFile(bundle, changedBundle({ 'tables.levels.eh1': 'eh3', 'tables.levels.eh3': 'eh1' }));
  dev = await startMachtig('dev', {
    MACHTIG_SHADOW_BUNDLE: bundle,
    MACHTIG_SHADOW_SHARE: '1',
    MACHTIG_SHADOW_CPU: '100',
    MACHTIG_DEV_LOGIN_PORT: '0',
  });
  await dev.ready();
  await eventually('the data is fresh', async () => (await dev.health('/freshz')) === 200);
});
afterAll(async () => {
  await dev?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

async function ask(loa: string): Promise<{ id: string; reasons: string[] }> {
  const body = JSON.stringify({ ...QUESTION, loa });
  const response = await fetch(`${dev.url}/v1/decision`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return (await response.json()) as { id: string; reasons: string[] };
}

const status = async () => (await (await fetch(`${dev.opsUrl}/shadow`)).json()) as ShadowStatus;

describe('a process that tries a bundle', () => {
  it('answers by the active one, and counts on the ops port what the other would have said', async () => {
    const { id, reasons } = await ask('eh1');
    expect(reasons).toContain('loa_insufficient');
    const listed = async () => (await status()).groups.flatMap(({ examples }) => examples);
    await eventually('it is compared', async () => (await listed()).includes(id));
    const { groups, candidate, active } = await status();
    expect(candidate).not.toBe(active);
    expect(groups[0]).toMatchObject({ difference: 'deny_to_allow', lost: ['loa_insufficient'], examples: [id] });
    const metrics = await (await fetch(`${dev.opsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^machtig_shadow_compared_total [1-9]/m);
    expect(metrics).toMatch(/machtig_shadow_differences_total\{difference="[a-z_]+",reason="[a-z_]+",service="urn:/);
  });
});

describe('a bundle that cannot be tried', () => {
  it.each([
    ['is not there', undefined, 'is not there'],
    ['is none', 'no bundle', 'cannot be unpacked'],
    ['reads something else', 'echo', 'reads mandates'],
  ])('%s: the process refuses to start, for its absence would pass for agreement', async (_why, content, says) => {
    const bundle = content === 'echo' ? fixtureBundle('echo') : join(folder, 'other.tar.gz');
    if (content === 'no bundle') await writeFile(bundle, content);
    const { code, err, out } = await runMachtig(['dev'], {
      MACHTIG_SHADOW_BUNDLE: bundle,
      ...{ MACHTIG_PORT: '0', MACHTIG_OPS_PORT: '0', MACHTIG_ADMIN_PORT: '0', MACHTIG_DEV_LOGIN_PORT: '0' },
    });
    expect(code).not.toBe(0);
    expect(err + out).toMatch(new RegExp(`MACHTIG_SHADOW_BUNDLE.*(${says})`));
  });
});
