/**
 * `node --expose-gc --import tsx loadtest/search.ts`: lists the 70,000 clients of one office, page by page, and the people
 * behind a firm with 50,000
 * employees, over a projection in a Redis of its own, with and without decisions beside. Prints what a page takes, what
 * decisions wait, and how much memory the process gets; judges nothing. `CLIENTS`, `EMPLOYEES` make it smaller.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { makeEvaluate } from '../src/evaluate/evaluate.ts';
import type { Asked } from '../src/evaluate/search/asked.ts';
import { makeSearch } from '../src/evaluate/search/search.ts';
import type { Position } from '../src/evaluate/search/smallest.ts';
import { makeCachedLookups } from '../src/mandates/cache.ts';
import type { Write } from '../src/mandates/projection.ts';
import { scopeKey } from '../src/mandates/record-key.ts';
import { LAYOUT } from '../src/mandates/redis-layout.ts';
import { makeRedisLookups } from '../src/mandates/redis-lookups.ts';
import { openRedisProjection } from '../src/mandates/redis-projection.ts';
import { makeRedisReach } from '../src/mandates/redis-reach.ts';
import { makeMetrics } from '../src/process/metrics.ts';
import { RECORDS_OFF } from '../src/records/records.ts';
import {
  alias,
  aMandate,
  aParty,
  aService,
  fixed,
  id,
  identifier,
  NOW,
  SERVICE,
} from '../test/support/decide-world.ts';
import { everyone } from '../test/support/http.ts';
import { committedPolicy } from '../test/support/policy.ts';
import { startRedis } from '../test/support/redis.ts';

const CLIENTS = Number(process.env.CLIENTS ?? 70_000);
const EMPLOYEES = Number(process.env.EMPLOYEES ?? 50_000);
const KEY = { keyId: 'load', keyCheck: 'check' };
const [BEA, OFFICE, FIRM] = [id(1), id(2), id(3)];
const mandate = (n: number, change: object) =>
  aMandate(id(n), { valid_from: NOW - 1000, granted_at: NOW - 1000, valid_until: NOW + 1000, ...change });
const scope = scopeKey.service(aService().service_uuid);

function* writes(): Generator<Write> {
  const both = { ...aService().definition, kinds: { employee: true, business: true } as const };
  yield { put: 'service', serviceId: SERVICE, facts: { ...aService(), definition: both, instance: both } };
  const firms = [
    [OFFICE, '10000002'],
    [FIRM, '10000003'],
  ] as const;
  for (const [party, kvk] of firms) {
    yield { put: 'party', party, facts: aParty(party, { kvk }) };
    yield { put: 'alias', hmac: alias({ scheme: 'kvk', value: kvk }), facts: { party_id: party } };
  }
  yield* person(BEA, 'bea');
  yield { put: 'mandate', represented: OFFICE, delegate: BEA, scope, facts: mandate(9, { reach: 'clients' }) };
  yield { put: 'link', actor: BEA, organisation: OFFICE, mandateId: id(9) };
  for (let n = 0; n < CLIENTS; n++) {
    const client = id(1_000_000 + n);
    const kvk = String(20_000_000 + n);
    yield { put: 'party', party: client, facts: aParty(client, { kvk }) };
    yield { put: 'alias', hmac: alias({ scheme: 'kvk', value: kvk }), facts: { party_id: client } };
    const facts = mandate(2_000_000 + n, { kind: 'business' });
    yield { put: 'mandate', represented: client, delegate: OFFICE, scope, facts };
  }
  for (let n = 0; n < EMPLOYEES; n++) {
    const employee = id(3_000_000 + n);
    yield* person(employee, `e${n}`);
    yield {
      put: 'mandate',
      represented: FIRM,
      delegate: employee,
      scope,
      facts: mandate(4_000_000 + n, { reach: 'own' }),
    };
  }
}

function* person(party_id: string, name: string): Generator<Write> {
  yield { put: 'party', party: party_id, facts: aParty(party_id, { kind: 'person', birth_date: '1990-01-01' }) };
  const hmac = alias(identifier(`urn:etoegang:pseudonym:${name}`));
  yield { put: 'alias', hmac, facts: { party_id, means: { active: true } } };
}

const redis = await startRedis();
const client = await redis.client({ commandTimeoutMs: 60_000 });
const projection = await openRedisProjection({ client, partitions: 1 });
const rebuild = await projection.rebuild({ layout: LAYOUT, ...KEY }, 1);
let some: Write[] = [];
for (const write of writes()) {
  if (some.push(write) < 1000) continue;
  await rebuild.load(some);
  some = [];
}
await rebuild.load(some);
await rebuild.swap({ epoch: 1, n: 7 }, '');

const store = makeRedisLookups({ client, key: KEY });
const lookups = makeCachedLookups(store, { maxBytes: 64 * 1024 * 1024 });
const searched = makeCachedLookups(store, { maxBytes: 8 * 1024 * 1024 });
const reach = makeRedisReach({ client, key: KEY });
const policy = await committedPolicy();
const deps = { lookups, reach, policy, alias, records: RECORDS_OFF, metrics: makeMetrics(), now: () => NOW };
const search = makeSearch({ ...deps, lookups: searched, freshness: fixed(), deadlineMs: 3000, atOnce: 4 });
const evaluate = makeEvaluate({ ...deps, freshness: fixed(), uses: { note: () => {} } });
const call = { caller: everyone };

const bea = identifier('urn:etoegang:pseudonym:bea');
const clients: Asked = {
  search: 'resource',
  kind: 'organisation',
  question: { actor: bea, loa: 'eh3', service: SERVICE },
};
const firm = { scheme: 'kvk', value: '10000003' } as const;
const people: Asked = {
  search: 'subject',
  kind: 'person',
  question: { represented: firm, loa: 'eh3', service: SERVICE },
};

interface Listing {
  found: number;
  pages: number[];
  seconds: number;
  /** Of this process, for each result; decisions beside included. */
  cpuUs: number;
  growthMb: number;
}

async function listAll(asked: Asked, limit: number): Promise<Listing> {
  const before = heldMb();
  let most = before;
  const pages: number[] = [];
  let found = 0;
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (let after: Position | undefined; ; ) {
    const began = performance.now();
    const page = await search.find(asked, { limit, ...(after && { after }) }, call);
    pages.push(performance.now() - began);
    if (pages.length % 10 === 0) most = Math.max(most, heldMb());
    found += page.hits.length;
    after = page.next;
    if (after === undefined) break;
    if (pages.length >= 400) break;
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    found,
    pages,
    cpuUs: (user + system) / found,
    seconds: (performance.now() - started) / 1000,
    growthMb: most - before,
  };
}

/** What is still held once everything else was collected. */
function heldMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}

/** Asks something every 5 ms until told to stop: how late the question is put and answered, in milliseconds. */
async function decideBeside(stop: AbortSignal): Promise<number[]> {
  const question = {
    actor: bea,
    loa: 'eh3',
    represented: { scheme: 'kvk', value: '20000007' },
    service: SERVICE,
  } as const;
  const waits: number[] = [];
  while (!stop.aborted) {
    const due = performance.now() + 5;
    await setTimeout(5);
    const { allow } = await evaluate.one(question, call);
    if (!allow) throw new Error('the question beside is denied');
    waits.push(performance.now() - due);
  }
  return waits;
}

const at = (list: readonly number[], share: number) =>
  [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN;
const ms = (list: readonly number[]) => [0.5, 0.9, 0.99, 1].map((share) => at(list, share).toFixed(1)).join(' / ');

async function measure(title: string, asked: Asked, limit: number): Promise<void> {
  const stop = new AbortController();
  const beside = decideBeside(stop.signal);
  const { found, pages, seconds, cpuUs, growthMb } = await listAll(asked, limit);
  stop.abort();
  const waits = await beside;
  console.log(`${title}, ${limit} a page: ${found} found in ${pages.length} pages and ${seconds.toFixed(1)} s`);
  console.log(`  a page takes ${ms(pages)} ms, decisions beside wait ${ms(waits)} ms (p50 / p90 / p99 / most)`);
  console.log(`  ${cpuUs.toFixed(0)} µs of CPU a result; held above the start at most: ${growthMb.toFixed(1)} MB`);
}

const stop = new AbortController();
const alone = decideBeside(stop.signal);
await setTimeout(3000);
stop.abort();
console.log(`decisions alone wait ${ms(await alone)} ms (p50 / p90 / p99 / most)`);
await measure('clients, cold', clients, 1000);
await measure('clients, again', clients, 1000);
await measure('clients', clients, 100);
await measure('people, cold', people, 1000);
await measure('people, again', people, 1000);
await redis.stop();
