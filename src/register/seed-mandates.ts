import type { Ground, Loa, MandateKind } from '../domain/facts.ts';
import { makeRandom, mix, mixUuid, pick, type Random } from './seed-random.ts';
import { drawValidity, type SeedValidity } from './seed-validity.ts';
import type { SeedWorld } from './seed-world.ts';

/** To whom a seeded mandate was granted: a party of the world by number, or an employee of its represented. */
export type SeedDelegate = { party: number } | { employee: number };

export interface SeedScope {
  /** Indices into the catalogue. */
  services: number[];
  sets: number[];
  owner?: number;
  all: boolean;
}

export interface SeedMandate extends SeedValidity {
  id: string;
  kind: MandateKind;
  ground?: Ground;
  delegate: SeedDelegate;
  scope: SeedScope;
  operations: 'all' | string[];
  branches: 'all' | string[];
  /** ServiceID#case */
  cases: 'all' | string[];
  loa: Loa;
  reach?: 'own' | 'clients' | 'both';
  substitution: boolean;
  derivedFrom?: { id: string; delegate: number };
  jointWith?: number;
}

const SALT = 11;
type Shape =
  | 'employee'
  | 'signatory'
  | 'business'
  | 'onward'
  | 'appointed'
  | 'voluntary'
  | 'office'
  | 'bewind'
  | 'parent';

/** Number `k` of the mandates that `party` granted; the same whenever it is asked. */
export function seedMandate(world: SeedWorld, party: number, k: number): SeedMandate {
  const shape = shapeOf(world, party, k);
  const random = makeRandom(world.seed, SALT, party, k);
  const base = { id: mandateId(world, party, k), ...draw(world, random) };
  switch (shape) {
    case 'employee':
      return employee(world, party, k, random, base);
    case 'signatory':
      return { ...settled(base), ...everything, kind: 'statutory', ground: 'signatory', delegate: { employee: k } };
    case 'onward':
      return onward(world, party, k, random, base);
    case 'business':
    case 'appointed': {
      const delegate = { party: otherOffice(world, party, random) };
      return { ...base, kind: shape, delegate, substitution: shape === 'business' && random() < 0.15 };
    }
    case 'voluntary':
    case 'parent':
      return personal(world, party, random, base, shape);
    case 'office':
      return {
        ...base,
        ...noEverything(base.scope),
        kind: 'voluntary',
        delegate: { party: world.drawIntermediary(random) },
      };
    case 'bewind':
      return {
        ...settled(base),
        ...everything,
        kind: 'statutory',
        ground: 'bewind',
        delegate: { party: world.drawIntermediary(random) },
      };
  }
}

/** The employee (or relative) to whom number `k` was granted, if that is one; quicker than making the mandate. */
export function seedEmployee(world: SeedWorld, party: number, k: number): number | undefined {
  const shape = shapeOf(world, party, k);
  if (shape === 'employee' || shape === 'signatory') return k;
  if (shape !== 'voluntary' && shape !== 'parent') return undefined;
  const { delegate } = seedMandate(world, party, k);
  return 'employee' in delegate ? delegate.employee : undefined;
}

type Base = Omit<SeedMandate, 'kind' | 'delegate'>;

const everything = {
  scope: { services: [], sets: [], all: true },
  operations: 'all',
  cases: 'all',
} satisfies Partial<SeedMandate>;

function mandateId(world: SeedWorld, party: number, k: number): string {
  return mixUuid(world.seed, SALT, party, k);
}

/** What kind of mandate number k is depends on hashes only, so that a neighbour can be asked without making it. */
function shapeOf(world: SeedWorld, party: number, k: number): Shape {
  const chance = (mix(world.seed, SALT, party, k, 7) % 1000) / 1000;
  if (party === world.bigGrantor) return 'employee';
  if (world.isPerson(party)) {
    if (chance < 0.6) return 'voluntary';
    if (chance < 0.85) return 'office';
    return chance < 0.93 ? 'bewind' : 'parent';
  }
  if (k > 0 && chance < 0.1 && passesOn(world, party, k - 1)) return 'onward';
  if (k === 0 || chance < 0.58) return 'employee';
  if (chance < 0.95) return 'business';
  return chance < 0.985 ? 'signatory' : 'appointed';
}

function passesOn(world: SeedWorld, party: number, k: number): boolean {
  if (shapeOf(world, party, k) !== 'business') return false;
  const mandate = seedMandate(world, party, k);
  return mandate.substitution && mandate.inForce;
}

function draw(world: SeedWorld, random: Random): Omit<Base, 'id'> {
  return {
    ...drawValidity(world.year, random),
    scope: drawScope(world, random),
    operations: random() < 0.9 ? 'all' : ['view'],
    branches: 'all',
    cases: 'all',
    loa: pick(random, ['eh3', 'eh3', 'eh3', 'eh4', 'eh2plus']),
    substitution: false,
  };
}

function employee(world: SeedWorld, party: number, k: number, random: Random, base: Base): SeedMandate {
  const office = party < world.intermediaries;
  const reach = office ? pick(random, ['both', 'clients', 'both', 'own'] as const) : 'own';
  const own = world.branchesOf(party);
  const branches = reach === 'own' && own.length > 0 && random() < 0.4 ? [pick(random, own)] : 'all';
  const joint = k > 0 && random() < 0.02 && shapeOf(world, party, k - 1) === 'employee';
  return {
    ...base,
    ...(office && random() < 0.6 ? everything : {}),
    kind: 'employee',
    delegate: { employee: k },
    reach,
    branches,
    ...(joint ? { jointWith: k - 1 } : {}),
  };
}

/** Passed on under the right of substitution: its parent's terms, another office. */
function onward(world: SeedWorld, party: number, k: number, random: Random, base: Base): SeedMandate {
  const parent = seedMandate(world, party, k - 1);
  if (!('party' in parent.delegate)) throw new Error('only a mandate to an office is passed on');
  const delegate = parent.delegate.party;
  const offices = world.intermediaries;
  const steps = 1 + Math.floor(random() * (offices - 1));
  const candidates = [(delegate + steps) % offices, (delegate + 1) % offices, (delegate + 2) % offices];
  const other = candidates.find((office) => office !== delegate && office !== party);
  return {
    ...parent,
    id: base.id,
    delegate: { party: other ?? world.bigGrantor },
    substitution: false,
    derivedFrom: { id: parent.id, delegate },
  };
}

function personal(
  world: SeedWorld,
  party: number,
  random: Random,
  base: Base,
  shape: 'voluntary' | 'parent',
): SeedMandate {
  const citizens = Math.floor((world.parties - world.bigGrantor) / 4);
  const guess = world.bigGrantor + 1 + Math.floor(random() * citizens) * 4;
  const other = [0, 1, 2, 3].map((step) => guess + step).find((one) => world.isPerson(one));
  const known = other !== undefined && other < world.parties && other !== party;
  const delegate = known ? { party: other } : { employee: 1000 };
  if (shape === 'parent')
    return { ...settled(base), ...everything, kind: 'statutory', ground: 'parental_authority', delegate };
  return { ...base, ...noEverything(base.scope), ...drawCase(world, random, base.scope), kind: 'voluntary', delegate };
}

function otherOffice(world: SeedWorld, party: number, random: Random): number {
  const office = world.drawIntermediary(random);
  return office === party ? (office + 1) % world.intermediaries : office;
}

/** What the law gives is not asked for or offered. */
function settled(base: Base): Base {
  const waiting = base.status === 'requested' || base.status === 'offered';
  return waiting ? { ...base, status: 'active', inForce: true } : base;
}

/** Everything is never granted by citizens. */
function noEverything(scope: SeedScope): { scope: SeedScope } {
  return { scope: scope.all ? { ...scope, all: false, services: [0] } : scope };
}

function drawCase(world: SeedWorld, random: Random, scope: SeedScope): { cases: 'all' | string[] } {
  const service = scope.services[0];
  if (service === undefined || scope.all || random() > 0.05) return { cases: 'all' };
  return { cases: [`${world.catalogue.serviceId(service)}#ZAAK-${world.year}-${Math.floor(random() * 1e6)}`] };
}

function drawScope(world: SeedWorld, random: Random): SeedScope {
  const { services, sets, owners } = world.catalogue;
  const kind = random();
  const none = { services: [], sets: [], all: false };
  if (kind < 0.65) {
    const first = Math.floor(random() ** 2 * services.length);
    const more = Math.floor(random() ** 2 * 4);
    return { ...none, services: Array.from({ length: more + 1 }, (_, i) => (first + i * 7) % services.length) };
  }
  if (kind < 0.85) return { ...none, sets: [Math.floor(random() * sets.length)] };
  return kind < 0.93 ? { ...none, owner: Math.floor(random() * owners.length) } : { ...none, all: true };
}
