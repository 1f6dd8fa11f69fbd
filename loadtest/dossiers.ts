/**
 * Dossiers by themselves: heap that one takes, measured beside what it counts as, and how many questions find theirs when
 * more is asked than fits, beside two generations of the same size (what was asked last stays).
 * `node --expose-gc --import tsx loadtest/dossiers.ts`; writes loadtest/results/dossiers.json.
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MandateFacts, PartyFacts, ServiceFacts } from '../src/domain/facts.ts';
import { dossierName, makeDossiers } from '../src/evaluate/dossier.ts';
import { makeAsked } from '../src/evaluate/dossier-asked.ts';
import { makeShelf, type Shelved } from '../src/evaluate/dossier-shelf.ts';
import type { Gathered } from '../src/evaluate/gather.ts';
import { makeTwoGenerations } from '../src/mandates/cache-generations.ts';
import { recordKey, scopeKey } from '../src/mandates/record-key.ts';
import { makeRandom, makeZipf } from '../src/register/seed-random.ts';
import { describeMachine } from './bench/processes.ts';

const MEASURED = 40_000;
const SERVICES = 209;
const ASKED = 1_000_000;
const random = makeRandom(1, 1);
const below = (count: number): number => Math.floor(random() * count);

function service(n: number): ServiceFacts {
  const terms = { active: true, loa: 'eh3' as const, kinds: {}, grounds: {}, chains: true, branches: true };
  const ids = { service_id: `urn:machtig:service:${n}`, service_uuid: randomUUID(), owner: randomUUID() };
  const rest = { sets: {}, sub_services: [], follow_up: 'both' as const };
  return { ...ids, domain: 'general', definition: terms, instance: terms, ...rest };
}

function party(): PartyFacts {
  const kvk = String(10_000_000 + below(80_000_000));
  return { party_id: randomUUID(), kind: 'organisation', states: [], kvk, has_branches: false };
}

function mandate(): MandateFacts {
  const from = Date.UTC(2026, 0, 1) + below(10_000) * 86_400_000;
  return {
    ...{ mandate_id: randomUUID(), kind: 'employee', status: 'active', valid_from: from, loa: 'eh3' },
    ...{ scope: { by: 'service' }, operations: 'all', branches: 'all', cases: 'all', granted_at: from },
    ...{ valid_until: from + 94_608_000_000, reach: 'both' },
  };
}

/** A question, what was gathered for it (two parties, a mandate; a chain of one in five) and the keys read for it. */
function drawn(services: readonly ServiceFacts[]) {
  const [actor, represented, found] = [party(), party(), services[below(SERVICES)] as ServiceFacts];
  const chain = { intermediary: party(), first: [mandate()], second: [mandate()] };
  const asked = { service: found, direct: [mandate()], chains: below(5) === 0 ? [chain] : [] };
  const gathered: Gathered = {
    request: { loa: 'eh4' },
    actor: { party: actor, means: { active: true }, loa: 'eh4' },
    represented: { party: represented },
    together: [],
    services: [asked],
    via_needed: false,
  };
  const alias = () => recordKey.alias(randomUUID().replaceAll('-', ''));
  const pair = recordKey.mandates(represented.party_id, actor.party_id, scopeKey.everything);
  const parties = [actor, represented].map(({ party_id }) => recordKey.party(party_id));
  const keys = [
    alias(),
    alias(),
    recordKey.service(found.service_id),
    ...parties,
    pair,
    recordKey.links(actor.party_id),
  ];
  const name = dossierName({
    actor: { scheme: 'pseudonym', value: randomUUID() },
    represented: { scheme: 'kvk', value: represented.kvk ?? '' },
    ...{ service: found.service_id, loa: 'eh4' },
  });
  return { name, gathered, keys };
}

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

function measureSize(): object {
  const services = Array.from({ length: SERVICES }, (_, n) => service(n));
  const dossiers = makeDossiers({ maxBytes: 2 ** 30 });
  const before = heap();
  for (let n = 0; n < MEASURED; n++) {
    const { name, gathered, keys } = drawn(services);
    dossiers.keep(name, gathered, keys);
  }
  const { bytes, entries } = dossiers.counts();
  return { entries, bytesEach: Math.round((heap() - before) / entries), countedEach: Math.round(bytes / entries) };
}

/** @returns whether it was found; keeps it if it is wanted */
type Ask = (name: string, version: number) => boolean;

function byUse(room: number): Ask {
  const shelf = makeShelf<Shelved & { version: number }>(room, 1);
  return (name, version) => {
    if (shelf.get(name)?.version === version) return true;
    if (shelf.isWanted(name)) shelf.put({ name, version, bytes: 1, uses: 0, at: 0 });
    return false;
  };
}

function byAge(room: number): Ask {
  const asked = makeAsked();
  const shelf = makeTwoGenerations<string, number>(room, () => 1);
  return (name, version) => {
    const known = shelf.get(name);
    if (known === version) return true;
    if (known !== undefined || asked.count(name) > 1) shelf.set(name, version);
    return false;
  };
}

interface Course {
  room: number;
  /** The nth question. */
  question(n: number): number;
  /** Changes for each question: of one party in 60,000. */
  changes?: number;
}

const zipf = makeZipf(200_000);
const COURSES: Record<string, Course> = {
  '50,000 in turn, room for 40,000': { room: 40_000, question: (n) => n % 50_000 },
  '50,000 in turn, room for 20,000': { room: 20_000, question: (n) => n % 50_000 },
  'Zipf 1.0 of 200,000, room for 20,000': { room: 20_000, question: () => zipf(random) },
  'the same, 500 changes for 3,000 questions': { room: 20_000, question: () => zipf(random), changes: 1 / 6 },
  'the same, others popular from the middle on': {
    room: 20_000,
    question: (n) => zipf(random) + (n < ASKED / 2 ? 0 : 1_000_000),
  },
  'a scan of 500,000 between Zipf 1.0': {
    room: 20_000,
    question: (n) => (n % 2 === 0 ? 2_000_000 + (n % 1_000_000) : zipf(random)),
  },
};

/** Shares found: in the whole second half, and in the first tenth of it. */
function play({ room, question, changes = 0 }: Course, makeAsk: (room: number) => Ask) {
  const ask = makeAsk(room);
  const versions = new Map<number, number>();
  const [middle, soon] = [ASKED / 2, ASKED * 0.55];
  let [found, foundSoon] = [0, 0];
  for (let n = 0; n < ASKED; n++) {
    if (random() < changes) {
      const changed = below(60_000);
      versions.set(changed, n);
    }
    const number = question(n);
    const isFound = ask(`question ${number}`, versions.get(number % 60_000) ?? 0);
    if (isFound && n >= middle) found++;
    if (isFound && n >= middle && n < soon) foundSoon++;
  }
  const share = (count: number, of: number) => Math.round((1000 * count) / of) / 1000;
  return { found: share(found, ASKED - middle), foundSoon: share(foundSoon, soon - middle) };
}

const hits = Object.entries(COURSES).map(([course, one]) => ({
  course,
  byUse: play(one, byUse),
  byAge: play(one, byAge),
}));
const result = { machine: describeMachine(), size: measureSize(), hits };
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
await writeFile(join(import.meta.dirname, 'results/dossiers.json'), `${JSON.stringify(result, null, 2)}\n`);
