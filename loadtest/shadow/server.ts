/**
 * `tsx loadtest/shadow/server.ts PORT RECORDS SHARE CPU CANDIDATE`: decisions over HTTP about a seeded register in this
 * process, recorded as by a sidecar; SHARE 0: nothing is tried beside. GET /shadow on the next port says what came of it.
 */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Caller } from '../../src/domain/caller.ts';
import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import { rememberAliases } from '../../src/evaluate/remember.ts';
import { createApp } from '../../src/http/app.ts';
import { serve } from '../../src/http/serve.ts';
import type { Freshness } from '../../src/mandates/lookups.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { makeRawInstance } from '../../src/policy/raw-instance.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { makeRecords } from '../../src/records/records.ts';
import { makeSeedWorld } from '../../src/register/seed-world.ts';
import { makeShadow } from '../../src/rollout/shadow.ts';
import { testAlias } from '../../src/workbench/cases/register-writes.ts';
import { seededLookups } from '../../src/workbench/diff-register.ts';

const [port = '0', file = '', share = '0', cpu = '5', candidate = ''] = process.argv.slice(2);
const log = makeLog({ level: 'warn' });
const freshness: Freshness = {
  position: () => ({ revision: { epoch: 1, n: 1 }, ageMs: 10 }),
  reach: async () => {},
  isTogether: () => true,
  together: async () => {},
  maxAgeMs: 5000,
};
const shadow =
  Number(share) > 0
    ? makeShadow({ bundle: await readBundle(candidate), share: Number(share), cpuPercent: Number(cpu), now: Date.now })
    : undefined;
const active = await readBundle(fileURLToPath(new URL('../../bundles/mandates.tar.gz', import.meta.url)));
const evaluate = makeEvaluate({
  lookups: await seededLookups(makeSeedWorld({ mandates: 20_000, seed: 1 }), testAlias),
  freshness,
  policy: makeEngine(active, readVerdict, { makeInstance: makeRawInstance }),
  alias: rememberAliases(testAlias),
  records: makeRecords({ path: file, mode: 'written', version: 'loadtest', now: Date.now, log }),
  uses: { note: () => {} },
  now: Date.now,
  metrics: makeMetrics(),
  ...(shadow && { shadow }),
});
const caller: Caller = { name: 'anyone', owners: 'all', rights: { search: false, bsn: true, details: true } };
const app = createApp({ policy: { input: 'mandates', evaluate }, identify: () => caller, log });
await serve(app, { drainMs: 0, tcp: { host: '127.0.0.1', port: Number(port) } });
createServer((_request, response) => response.end(JSON.stringify(shadow?.status() ?? null))).listen(
  Number(port) + 1,
  '127.0.0.1',
);
