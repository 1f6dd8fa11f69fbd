import type { Question } from '../domain/evaluation.ts';
import type { Loa } from '../domain/facts.ts';
import type { Identifier } from '../domain/identifier.ts';
import { type SeedMandate, seedMandate } from './seed-mandates.ts';
import { makeRandom, makeZipf, pick, type Random } from './seed-random.ts';
import { makeSeedWorld, type SeedSize, type SeedWorld } from './seed-world.ts';

export interface SeedQuestions extends SeedSize {
  count: number;
}

const SALT = 21;
const RANK: Record<Loa, number> = { eh2: 0, eh2plus: 1, eh3: 2, eh4: 3 };
/** A little more than half, since some of what is meant to be allowed is not. */
const ALLOWED = 0.52;

/**
 * Questions over the register that `seedRegister` makes of the same size, seed and year, without looking into it: Zipf
 * 1.0 over the represented parties, about half of them to be allowed, directly or by a chain.
 */
export function* drawSeedQuestions({ count, ...size }: SeedQuestions): Generator<Question<Identifier>> {
  const world = makeSeedWorld(size);
  const random = makeRandom(world.seed, SALT);
  const drawRank = makeZipf(world.parties);
  const step = strideOf(world.parties);
  for (let made = 0; made < count; ) {
    // Any party may be a popular one, not just those with a low number.
    const party = (drawRank(random) * step + world.seed) % world.parties;
    const question = rightQuestion(world, party, random);
    if (question === undefined) continue;
    made++;
    yield random() < ALLOWED ? question : spoil(world, question, random);
  }
}

/** A step that visits every party: it shares no divisor with their number. */
function strideOf(parties: number): number {
  const shares = (a: number, b: number): boolean => (b === 0 ? a > 1 : shares(b, a % b));
  let step = Math.max(1, Math.floor(parties * 0.618));
  while (shares(step, parties)) step++;
  return step;
}

const TRIES = 12;

/** A question that one of the party's mandates answers with an allow; undefined when none was found soon. */
function rightQuestion(world: SeedWorld, party: number, random: Random): Question<Identifier> | undefined {
  if (world.stateOf(party) !== undefined) return undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const mandate = seedMandate(world, party, Math.floor(random() * world.countOf(party)));
    if (!usable(mandate)) continue;
    const found = drawService(world, mandate, random);
    if (found === undefined) continue;
    const actor = actorOf(world, party, mandate, found, random);
    if (actor === undefined) continue;
    const restrictions = restrictionsOf(mandate, found.serviceId);
    return { actor, loa: 'eh4', represented: world.identifierOf(party), service: found.serviceId, ...restrictions };
  }
  return undefined;
}

function usable({ inForce, ground, jointWith, derivedFrom }: SeedMandate): boolean {
  return inForce && ground !== 'parental_authority' && jointWith === undefined && derivedFrom === undefined;
}

interface Chosen {
  service: number;
  serviceId: string;
}

/** A service instance that the mandate covers at its level. */
function drawService(world: SeedWorld, mandate: SeedMandate, random: Random): Chosen | undefined {
  const { services, serviceId } = world.catalogue;
  for (let tries = 0; tries < TRIES; tries++) {
    const service = drawCovered(world, mandate, random);
    const terms = services[service];
    const instance = mandate.scope.owner === undefined ? 0 : (terms?.owners.indexOf(mandate.scope.owner) ?? -1);
    if (terms === undefined || instance < 0 || service % 97 === 96) continue;
    if (RANK[terms.loa] > RANK[mandate.loa] && mandate.kind !== 'statutory') continue;
    if (mandate.branches !== 'all' && !terms.branches) continue;
    if (mandate.ground === 'bewind' && service % 3 !== 0) continue;
    if ('party' in mandate.delegate && !world.isPerson(mandate.delegate.party) && !terms.chains) continue;
    return { service, serviceId: serviceId(service, instance) };
  }
  return undefined;
}

function drawCovered(world: SeedWorld, { scope, cases }: SeedMandate, random: Random): number {
  const { services, sets } = world.catalogue;
  if (cases !== 'all') return scope.services[0] ?? 0;
  if (scope.services.length > 0) return pick(random, scope.services);
  const members = sets[scope.sets[0] ?? -1]?.members;
  if (members !== undefined) return pick(random, members.slice(0, -1));
  return Math.floor(random() * services.length);
}

/** Who may use the mandate: its delegate, or somebody who serves the clients of the office that holds it. */
function actorOf(world: SeedWorld, party: number, { delegate }: SeedMandate, chosen: Chosen, random: Random) {
  if ('employee' in delegate) return meansOf(world, party, delegate.employee);
  if (world.isPerson(delegate.party)) {
    return world.stateOf(delegate.party) === undefined ? world.identifierOf(delegate.party) : undefined;
  }
  const staff = world.countOf(delegate.party);
  for (let tries = 0; tries < TRIES * 2; tries++) {
    const second = seedMandate(world, delegate.party, Math.floor(random() * staff));
    if (!usable(second) || !('employee' in second.delegate) || second.operations !== 'all') continue;
    const serves = second.ground === 'signatory' || (second.reach !== undefined && second.reach !== 'own');
    if (serves && covers(world, second, chosen)) return meansOf(world, delegate.party, second.delegate.employee);
  }
  return undefined;
}

function covers(world: SeedWorld, { scope, loa, ground }: SeedMandate, { service }: Chosen): boolean {
  const terms = world.catalogue.services[service];
  if (terms === undefined || (ground === undefined && RANK[terms.loa] > RANK[loa])) return false;
  const members = world.catalogue.sets[scope.sets[0] ?? -1]?.members.slice(0, -1) ?? [];
  return scope.all || scope.services.includes(service) || members.includes(service);
}

function meansOf(world: SeedWorld, party: number, employee: number) {
  return world.meansActive(party, employee) ? world.employeeMeans(party, employee) : undefined;
}

function restrictionsOf({ operations, branches, cases }: SeedMandate, serviceId: string) {
  return {
    ...(operations === 'all' ? {} : { operation: operations[0] ?? '' }),
    ...(branches === 'all' ? {} : { branch: branches[0] ?? '' }),
    ...(cases === 'all' ? {} : { case: cases[0]?.slice(serviceId.length + 1) ?? '' }),
  };
}

/** Makes one thing of a right question wrong: who, for whom, what, how strongly. */
function spoil(world: SeedWorld, question: Question<Identifier>, random: Random): Question<Identifier> {
  const other = Math.floor(random() * world.parties);
  const aspect = random();
  if (aspect < 0.35) return { ...question, actor: world.employeeMeans(other, 0) };
  if (aspect < 0.65) return { ...question, represented: world.identifierOf(other) };
  if (aspect < 0.85) {
    const service = world.catalogue.serviceId(Math.floor(random() * world.catalogue.services.length));
    return { ...question, service };
  }
  return { ...question, loa: 'eh1' };
}
