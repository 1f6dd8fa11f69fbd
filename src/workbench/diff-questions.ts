import type { Question } from '../domain/evaluation.ts';
import type { Identifier } from '../domain/identifier.ts';
import { type SeedMandate, seedMandate } from '../register/seed-mandates.ts';
import { drawSeedQuestions } from '../register/seed-questions.ts';
import { makeRandom, pick, type Random } from '../register/seed-random.ts';
import type { SeedWorld } from '../register/seed-world.ts';

/** A question, and the moment at which it is asked (milliseconds since 1970). */
export interface Asked {
  question: Question;
  now: number;
}

const SALT = 31;
const DAY_MS = 24 * 60 * 60 * 1000;
const LEVELS = ['eh1', 'eh2', 'eh2plus', 'eh3', 'eh4', undefined] as const;
const OPERATIONS = ['view', 'submit', 'approve', undefined] as const;

/**
 * Questions about a seeded register that reach as many rules as chance can: half of them such as sidecars are asked, half
 * about any mandate there is, whatever its state; most with something about them changed.
 */
export function* diffQuestions(world: SeedWorld, count: number): Generator<Asked> {
  const random = makeRandom(world.seed, SALT);
  const joint = jointMandates(world);
  const usual = drawSeedQuestions({ ...world, count });
  const noon = Date.UTC(world.year, 5, 1, 10);
  for (let made = 0; made < count; made++) {
    const next = random() < 0.5 ? usual.next().value : undefined;
    const question = next ?? anyQuestion(world, joint, random);
    const changed = random() < 0.3 ? question : change(world, question, random);
    const years = random() < 0.8 ? 0 : pick(random, [-4, -2, -1, 1, 2, 4]);
    yield { question: changed, now: noon + Math.round(years * 365.25) * DAY_MS };
  }
}

/** A mandate, and the number of the party that granted it. */
interface Granted {
  party: number;
  mandate: SeedMandate;
}

function anyQuestion(world: SeedWorld, joint: readonly Granted[], random: Random): Question {
  const drawn = random() < 0.05 ? choose(random, joint) : undefined;
  const { party, mandate } = drawn ?? anyMandate(world, random);
  const represented = world.identifierOf(party);
  if (random() < 0.05) return { actor: represented, loa: 'eh4', represented, service: anyService(world, random) };
  const { jointWith, derivedFrom, delegate } = mandate;
  const question: Question = {
    actor: actorOf(world, party, mandate, random),
    loa: 'eh4',
    represented,
    service: serviceOf(world, mandate, random),
  };
  if (jointWith !== undefined && random() < 0.7) {
    question.together = [{ id: world.employeeMeans(party, jointWith), loa: pick(random, ['eh3', 'eh4']) }];
  }
  if ('party' in delegate && !world.isPerson(delegate.party) && random() < 0.3) {
    question.via = world.identifierOf(
      derivedFrom !== undefined && random() < 0.3 ? derivedFrom.delegate : delegate.party,
    );
  }
  return question;
}

/** Joint authority, which few have granted: chance alone would hardly ever meet it. */
function jointMandates(world: SeedWorld): Granted[] {
  const found: Granted[] = [];
  for (let party = 0; party < world.parties; party++) {
    const most = Math.min(world.countOf(party), 30);
    for (let k = 0; k < most; k++) {
      const mandate = seedMandate(world, party, k);
      if (mandate.jointWith !== undefined) found.push({ party, mandate });
    }
  }
  return found;
}

function anyMandate(world: SeedWorld, random: Random): Granted {
  const party = Math.floor(random() * world.parties);
  return { party, mandate: seedMandate(world, party, Math.floor(random() * world.countOf(party))) };
}

function actorOf(world: SeedWorld, party: number, { delegate }: SeedMandate, random: Random): Identifier {
  if ('employee' in delegate) return world.employeeMeans(party, delegate.employee);
  if (world.isPerson(delegate.party)) return world.identifierOf(delegate.party);
  return world.employeeMeans(delegate.party, Math.floor(random() * world.countOf(delegate.party)));
}

function serviceOf(world: SeedWorld, { scope }: SeedMandate, random: Random): string {
  const { sets, serviceId } = world.catalogue;
  const [set] = scope.sets;
  if (random() < 0.1) return anyService(world, random);
  if (scope.services.length > 0) return serviceId(pick(random, scope.services));
  return set === undefined ? anyService(world, random) : serviceId(pick(random, sets[set]?.members ?? [0]));
}

function anyService({ catalogue }: SeedWorld, random: Random): string {
  if (random() < 0.05) return pick(random, catalogue.portals).portal;
  const service = Math.floor(random() * catalogue.services.length);
  const instances = catalogue.services[service]?.owners.length ?? 1;
  return random() < 0.05
    ? (catalogue.services[service]?.uuid ?? '')
    : catalogue.serviceId(service, Math.floor(random() * instances));
}

/** One thing about it is another; what is absent may become present, and the other way round. */
function change(world: SeedWorld, question: Question, random: Random): Question {
  const aspect = random();
  if (aspect < 0.35) return withOrWithout(question, 'loa', choose(random, LEVELS));
  if (aspect < 0.55) return withOrWithout(question, 'operation', choose(random, OPERATIONS));
  if (aspect < 0.7) return withOrWithout(question, 'branch', anyBranch(world, question, random));
  if (aspect < 0.8) return withOrWithout(question, 'case', choose(random, [undefined, `ZAAK-${world.year}-1`]));
  if (aspect < 0.9) return withOrWithout(question, 'min_loa', pick(random, ['eh2', 'eh4']));
  return { ...question, service: anyService(world, random) };
}

function withOrWithout<K extends 'loa' | 'operation' | 'branch' | 'case' | 'min_loa'>(
  question: Question,
  name: K,
  value: string | undefined,
): Question {
  const { [name]: _, ...rest } = question;
  return value === undefined ? (rest as Question) : { ...(rest as Question), [name]: value };
}

/** One of the represented's own, the one that says there are none, somebody else's, or none. */
function anyBranch(world: SeedWorld, { represented }: Question, random: Random): string | undefined {
  if (!('scheme' in represented) || represented.scheme !== 'kvk') return choose(random, ['100000000000', undefined]);
  const own = world.branchesOf(Number(represented.value) - 10_000_000).slice(0, 3);
  return choose(random, [...own, `0000${represented.value}`, '100000000000', undefined]);
}

function choose<T>(random: Random, list: readonly T[]): T | undefined {
  return list[Math.floor(random() * list.length)];
}
