/**
 * The in-process cache by itself: bytes a record, memory of the process at the limit, and what a look-up costs with
 * 10,000, a million and ten million records in it. Each size in a process of its own.
 * `npx tsx loadtest/cache.ts [--records 10000,1000000,10000000]`; writes loadtest/results/cache.json.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { MandateFacts } from '../src/domain/facts.ts';
import { type Held, makeHeld } from '../src/mandates/cache-packed.ts';
import type { KeyedRecord } from '../src/mandates/cache-pairs.ts';
import { recordKey, scopeKey } from '../src/mandates/record-key.ts';
import { describeMachine } from './bench/processes.ts';

const MIB = 2 ** 20;
const LIMIT_MB = 64;
/** Of one question in the direct case: five scopes between one pair, two parties, two aliases, links. */
const RECORDS_EACH = 10;
/** The five scopes of a pair are one entry. */
const ENTRIES_EACH = 6;
const ROUNDS = 5;
const ASKED = 200_000;

const SCOPES = [
  scopeKey.service(uuid(1, 9)),
  scopeKey.set(uuid(2, 9)),
  scopeKey.set(uuid(3, 9)),
  scopeKey.owner(uuid(4, 9)),
  scopeKey.everything,
];

/** A well-spread id of the nth thing of some sort, without keeping ten million of them. */
function uuid(n: number, sort: number): string {
  let digits = '';
  let state = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(sort, 0x85ebca6b);
  for (let word = 0; word < 4; word++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + word;
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    digits += (n * (word % 2) + (state >>> 0)).toString(16).padStart(8, '0').slice(-8);
  }
  return [0, 8, 12, 16, 20].map((from, part) => digits.slice(from, [8, 12, 16, 20, 32][part])).join('-');
}

function keysOf(n: number) {
  const [represented, delegate] = [uuid(n, 1), uuid(n, 2)];
  return {
    mandates: SCOPES.map((scope) => recordKey.mandates(represented, delegate, scope)),
    parties: [represented, delegate].map(recordKey.party),
    aliases: [3, 4].map((sort) => recordKey.alias(uuid(n, sort).replaceAll('-', ''))),
    links: recordKey.links(delegate),
  };
}

function recordsOf(n: number): KeyedRecord[] {
  const keys = keysOf(n);
  const party = (id: string) => ({
    party_id: id,
    kind: 'organisation',
    states: [],
    kvk: '12345678',
    has_branches: false,
  });
  return [
    ...keys.mandates.map((key, index): KeyedRecord => [key, index === n % 2 ? [mandate(n)] : null]),
    ...keys.parties.map((key, index): KeyedRecord => [key, party(uuid(n, 1 + index)) as never]),
    ...keys.aliases.map((key, index): KeyedRecord => [key, { party_id: uuid(n, 1 + index) }]),
    [keys.links, n % 4 === 0 ? [uuid(n, 5)] : null],
  ];
}

function mandate(n: number): MandateFacts {
  const from = Date.UTC(2026, 0, 1) + n;
  return {
    ...{ mandate_id: uuid(n, 6), kind: 'business', status: 'active', valid_from: from, loa: 'eh3' },
    ...{ scope: { by: 'service' }, operations: 'all', branches: 'all', cases: 'all', granted_at: from },
    valid_until: from + 94_608_000_000,
  };
}

/** Asks for what is held, at random over all of it. CPU nanoseconds a record, without those for making its key. */
function timeLookups(held: Held, from: number, to: number): number {
  const drawn = Array.from(
    { length: ASKED / RECORDS_EACH },
    (_, i) => from + ((Math.imul(i, 0x9e3779b1) >>> 0) % (to - from)),
  );
  const asked = drawn.map((n) => Object.values(keysOf(n)).flat());
  let missing = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (const keys of asked) for (const key of keys) if (held.get(key) === undefined) missing++;
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / ASKED);
  }
  if (missing > ASKED * ROUNDS * 0.03) process.stderr.write(`${missing} of ${ASKED * ROUNDS} look-ups found nothing\n`);
  return Math.round(best);
}

/** @param limitMb the cache's bound; undefined: one that holds all */
function measure(records: number, limitMb?: number): object {
  const questions = Math.ceil(records / RECORDS_EACH);
  const maxBytes = limitMb === undefined ? Math.max(1, records * 80) : limitMb * MIB;
  const before = process.memoryUsage().rss;
  const held = makeHeld(maxBytes);
  const started = process.cpuUsage();
  for (let n = 0; n < questions; n++) held.set(recordsOf(n));
  const { user, system } = process.cpuUsage(started);
  globalThis.gc?.();
  const { bytes, entries } = held.size();
  const kept = Math.floor((entries / ENTRIES_EACH) * 0.45);
  return {
    records,
    limitMb: limitMb ?? null,
    entries,
    bytesPerEntry: Math.round(bytes / entries),
    bytesPerQuestion: Math.round((bytes / entries) * ENTRIES_EACH),
    rssGrewByMiB: Math.round((process.memoryUsage().rss - before) / MIB),
    cpuNsPerRecordSet: Math.round(((user + system) * 1000) / (questions * RECORDS_EACH)),
    cpuNsPerLookup: timeLookups(held, Math.max(0, questions - kept), questions),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { records: { type: 'string', default: '10000,1000000,10000000' }, one: { type: 'string' } },
  });
  if (values.one !== undefined) {
    const [records = 0, limitMb] = values.one.split(',').map(Number);
    process.stdout.write(JSON.stringify(measure(records, limitMb)));
    return;
  }
  const sizes = values.records.split(',');
  const runs: object[] = [];
  for (const one of [...sizes, ...sizes.slice(-1).map((size) => `${size},${LIMIT_MB}`)]) {
    const args = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), '--one', one];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
    process.stderr.write(`${stderr}${stdout}\n`);
    runs.push(JSON.parse(stdout));
  }
  const file = join(import.meta.dirname, 'results/cache.json');
  await writeFile(file, `${JSON.stringify({ machine: describeMachine(), runs }, null, 2)}\n`);
}

await main();
