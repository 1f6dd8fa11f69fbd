import type { Question } from '../../src/domain/evaluation.ts';
import { type Identifier, isPartyRef, type PartyName, toUrn } from '../../src/domain/identifier.ts';
import { type SeedMandate, type SeedScope, seedMandate } from '../../src/register/seed-mandates.ts';
import { drawSeedQuestions } from '../../src/register/seed-questions.ts';
import { makeSeedWorld, type SeedSize, type SeedWorld } from '../../src/register/seed-world.ts';
import { chain } from './listed.ts';
import { LEVELS, type Level, type PeerMandate, type PeerQuestion, type PeerRegister } from './register.ts';
import { midnight, partyNumbers, servicesOf, type WorldServices } from './seeded-names.ts';

/** Everything of one seeded register that the engines are told. */
export interface SeededRegister extends PeerRegister {
  /** What of a question lies beyond the shared rules; undefined when they answer it. */
  beyond(question: PeerQuestion): string | undefined;
}

/** The register that `machtig seed` makes of the same size, seed and year, but for what engines cannot be told. */
export function seededRegister(size: SeedSize): SeededRegister {
  const world = makeSeedWorld(size);
  const services = servicesOf(world.catalogue);
  const numbers = partyNumbers(world);
  const told = (party: number, k: number) => tell(world, services, party, k);
  const everyK = function* (party: number) {
    for (let k = 0; k < world.countOf(party); k++) yield k;
  };
  /** Numbers of the mandates of `party` to a delegate; an employee's own number is that of his mandate. */
  const kOf = remembering((party: number, delegate: string): number[] => {
    const employee = numbers.employee(delegate);
    if (employee?.party === party && employee.k < world.countOf(party) && !world.isPerson(party)) return [employee.k];
    return [...everyK(party)].filter((k) => delegateOf(world, party, seedMandate(world, party, k)) === delegate);
  });
  const between = (represented: string, delegate: string): number[] => {
    const party = numbers.party(represented);
    return party === undefined ? [] : kOf(party, delegate);
  };
  const tellAll = (represented: string, delegate: string) =>
    between(represented, delegate).flatMap((k) => told(numbers.party(represented) ?? 0, k).mandate ?? []);
  /** The organisation that employs the actor, if the represented mandated it. */
  const officeOf = (actor: string, represented: string): string | undefined => {
    const employee = numbers.employee(actor);
    if (employee === undefined || world.isPerson(employee.party) || employee.party >= world.parties) return undefined;
    const office = toUrn(world.identifierOf(employee.party));
    return between(represented, office).length > 0 ? office : undefined;
  };

  return {
    name: `seed ${world.seed}, ${world.mandates.toLocaleString('en')} mandates`,
    services: services.byId,
    size: world.mandates,
    *mandates() {
      for (let party = 0; party < world.parties; party++) {
        for (const k of everyK(party)) {
          const { mandate } = told(party, k);
          if (mandate !== undefined) yield mandate;
        }
      }
    },
    between: tellAll,
    through(represented, actor) {
      const office = officeOf(actor, represented);
      return office === undefined ? [] : chain(office, tellAll(represented, office), tellAll(office, actor));
    },
    branchesOf: (party) => world.branchesOf(numbers.party(party) ?? -1),
    beyond({ actor, represented, service, branch }) {
      const [party, person, employee] = [numbers.party(represented), numbers.party(actor), numbers.employee(actor)];
      if (services.odd.has(service)) return 'an inactive service, or a portal';
      if (party === undefined || person === party) return 'somebody acts for himself';
      if (world.stateOf(party) || (person !== undefined && world.stateOf(person))) return 'a state of a party';
      if (employee && !world.meansActive(employee.party, employee.k)) return 'means that were withdrawn';
      if (branch !== undefined && !world.branchesOf(party).includes(branch)) return 'a branch of somebody else';
      const office = officeOf(actor, represented);
      const links = office === undefined ? [] : [...pairs(represented, office), ...pairs(office, actor)];
      for (const [from, k] of [...pairs(represented, actor), ...links]) {
        const { left } = told(from, k);
        if (left !== undefined) return left;
      }
      return undefined;
    },
  };

  function pairs(represented: string, delegate: string): [party: number, k: number][] {
    return between(represented, delegate).map((k) => [numbers.party(represented) ?? 0, k]);
  }
}

/** Questions of the seed that the shared rules answer, in their order. */
export function* drawPeerQuestions(
  size: SeedSize & { count: number },
  now: () => number = Date.now,
): Generator<{ question: PeerQuestion; asked: Question<Identifier> }> {
  const register = seededRegister(size);
  let left = size.count;
  // Some nine of ten are within them: three times as many leave room.
  for (const asked of drawSeedQuestions({ ...size, count: size.count * 3 })) {
    const question = toPeerQuestion(asked, now());
    if (register.beyond(question) !== undefined) continue;
    yield { question, asked };
    if (--left === 0) return;
  }
}

function toPeerQuestion(asked: Question<Identifier>, now: number): PeerQuestion {
  const { actor, represented, service, operation, branch, loa } = asked;
  const level = Math.max(0, LEVELS.indexOf((loa ?? 'eh1') as (typeof LEVELS)[number])) as Level;
  return {
    actor: named(actor),
    represented: named(represented),
    service,
    ...(operation !== undefined && { operation }),
    ...(branch !== undefined && { branch }),
    level,
    now,
  };
}

function named(name: PartyName): string {
  if (isPartyRef(name)) throw new Error('seeded questions name parties by identifiers');
  return toUrn(name);
}

/** One mandate as engines are told it, or what it has that they are not told. */
function tell(
  world: SeedWorld,
  services: WorldServices,
  party: number,
  k: number,
): { mandate?: PeerMandate; left?: string } {
  const seeded = seedMandate(world, party, k);
  const { kind, ground, derivedFrom, jointWith, cases, delegate } = seeded;
  if (derivedFrom !== undefined) return { left: 'an onward mandate' };
  if (jointWith !== undefined) return { left: 'joint authority' };
  if (cases !== 'all') return { left: 'a mandate for a case' };
  if (kind === 'statutory' && ground !== 'signatory') return { left: 'statutory authority over a person' };
  const toOrganisation = 'party' in delegate && !world.isPerson(delegate.party);
  return {
    mandate: {
      id: seeded.id,
      represented: toUrn(world.identifierOf(party)),
      delegate: delegateOf(world, party, seeded),
      delegateKind: toOrganisation ? 'organisation' : 'person',
      kind: kind === 'statutory' ? 'signatory' : kind,
      status: seeded.status,
      from: midnight(seeded.validFrom),
      until: midnight(seeded.validUntil),
      // Statutory authority has no level of its own.
      level: kind === 'statutory' ? 4 : (LEVELS.indexOf(seeded.loa) as Level),
      services: listServices(services, seeded.scope),
      operations: seeded.operations,
      branches: seeded.branches,
      reach: seeded.reach ?? (kind === 'statutory' ? 'both' : 'own'),
    },
  };
}

function delegateOf(world: SeedWorld, party: number, { delegate }: SeedMandate): string {
  return toUrn(
    'employee' in delegate ? world.employeeMeans(party, delegate.employee) : world.identifierOf(delegate.party),
  );
}

function listServices({ ofDefinition, ofSet, ofOwner }: WorldServices, scope: SeedScope): 'all' | readonly string[] {
  if (scope.all) return 'all';
  return [
    ...scope.services.flatMap((service) => ofDefinition(service)),
    ...scope.sets.flatMap((set) => ofSet(set)),
    ...(scope.owner === undefined ? [] : ofOwner(scope.owner)),
  ];
}

/** Keeps what was found for some thousand pairs: popular ones are asked again and again. */
function remembering(find: (party: number, delegate: string) => number[]): typeof find {
  const known = new Map<string, number[]>();
  return (party, delegate) => {
    const key = `${party} ${delegate}`;
    const found = known.get(key) ?? find(party, delegate);
    if (known.size >= 50_000) known.clear();
    known.set(key, found);
    return found;
  };
}
