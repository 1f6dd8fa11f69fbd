import { randomBytes } from 'node:crypto';
import { openBareSearch } from '../../src/cli/open-bare-search.ts';
import type { Caller } from '../../src/domain/caller.ts';
import { makeEvaluateAuthzen } from '../../src/evaluate/authzen.ts';
import { parseBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { makeRawInstance } from '../../src/policy/raw-instance.ts';
import { readAuthzenAnswer } from '../../src/policy/result.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { makeActivePolicy } from '../../src/rollout/active.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { kept, NOW } from './decide-world.ts';
import { anApp, everyone } from './http.ts';
import { jsonBytes, revised, unpacked } from './signing.ts';

export const FIXTURE = 'examples/authzen-fixture/bundle.tar.gz';
const files = unpacked(FIXTURE);

export interface FixtureData {
  users: Record<string, { editor?: boolean; role?: string }>;
  records: Record<string, { status?: string }>;
}

/** The rules of the fixture over other users and records; without `searched`, they cannot be searched. */
export function bundleOver(data: FixtureData, wish: { searched?: boolean } = {}) {
  return parseBundle(packBundle(filesOver(data, wish)));
}

export function filesOver(data: FixtureData, { searched = true } = {}) {
  return revised(files, (change) => {
    change.set('data.json', jsonBytes(data));
    if (searched) return;
    const manifest = JSON.parse(new TextDecoder().decode(change.get('.manifest')));
    const wasm = manifest.wasm.filter(({ entrypoint }: { entrypoint: string }) => entrypoint === 'authz/decision');
    change.set('.manifest', jsonBytes({ ...manifest, wasm }));
  });
}

export const SMALL: FixtureData = JSON.parse(new TextDecoder().decode(files.get('data.json')));

interface Change {
  hmacKey?: Buffer;
  deadlineMs?: number;
  atOnce?: number;
  publicUrl?: string;
  wantsInput?: boolean;
}

export interface Answer {
  decision?: boolean;
  code?: string;
  results: { type?: string; id?: string; name?: string; properties?: object }[];
  page: { next_token: string; count: number; total?: number };
  context: { id: string; policy_revision: string };
  errors?: { at: string; message: string }[];
}

/** All doors over a bundle that reads the bare request, wired as the program does. */
export function authzenWorld(first = bundleOver(SMALL), change: Change = {}) {
  const { hmacKey = randomBytes(32), deadlineMs = 60_000, atOnce = 4, publicUrl, wantsInput = false } = change;
  const active = makeActivePolicy(first);
  const records = Object.assign(kept(), { wantsInput });
  const metrics = makeMetrics();
  const options = { makeInstance: makeRawInstance };
  const decision = active.follow((bundle) => makeEngine(bundle, readAuthzenAnswer, options));
  const shared = { records, now: () => NOW, metrics };
  const keys = makeKeys({ hmacKey, hmacKeyId: 'test' });
  let asking = everyone;
  const app = anApp({
    policy: { input: 'authzen', evaluate: makeEvaluateAuthzen({ ...shared, policy: decision }) },
    search: openBareSearch(
      active,
      options,
      { ...shared, decision },
      { keys, config: { search: { deadlineMs, atOnce } } },
    ),
    identify: () => asking,
    ...(publicUrl !== undefined && { publicUrl }),
  });
  return {
    ...{ send: app.send, records, metrics },
    async post(path: string, body: unknown) {
      const response = await app.post(`/access/v1/${path}`, body);
      return { status: response.status, body: (await response.json()) as Answer };
    },
    as(other: Caller) {
      asking = other;
    },
    /** Another policy takes over. */
    async swap(next: typeof first) {
      (await active.prepare(next, async () => {}))();
    },
  };
}
