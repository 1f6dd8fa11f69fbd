import { DOMAINS, type PartyId, type ServiceFacts } from '../../src/domain/facts.ts';
import {
  type AdminQuestion,
  type AdminWorld,
  endsOf,
  type Login,
  manageService,
  partyOf,
} from '../../src/workbench/cases/act-world.ts';
import { domainsOf, reaches } from './admin-domains.ts';
import { manages } from './admin-manages.ts';
import { ends, looks } from './admin-rights.ts';
import { rankOf } from './levels.ts';
import type { MandateRow } from './register.ts';
import type { OracleVerdict } from './report.ts';
import { hasState } from './states.ts';

/** One way in which the caller might do it. */
export interface Way {
  role: string;
  as: string;
  capacity: string;
  /** Mandates from which he has it, with those that they rest on. */
  rests: MandateRow[];
  /** By which somebody else represents by law. */
  law: MandateRow[];
  failures: string[];
  joint: number[];
  /** The branches of his mandates are those of the represented. */
  atRepresented: boolean;
  paper: boolean;
}

const STATES = /^represented_(bankrupt|in_wsnp|dissolved|deceased|deregistered|under_curatele|under_bewind)$/;

export function findWays(world: AdminWorld, question: AdminQuestion): Way[] {
  const { system, actor, about } = question;
  const { represented, delegate } = endsOf(question);
  const signer = system?.role === 'registrar' && about.paper;
  const passer = question.parent?.delegate;
  if (system && actor) return [];
  if (system) {
    const signed = signer ? { party: signer.signed_by, loa: signer.loa } : undefined;
    return [
      ...(signed && represented
        ? forParty(world, question, represented, signed).map((way) => ({ ...way, capacity: 'registrar', paper: true }))
        : []),
      ...(about.paper ? [] : [plain(system.role, system.role)]),
    ];
  }
  if (!actor) return [];
  // Others grant together with him, they do not receive.
  const alone = { ...question, together: [] };
  const named = (role: string) => (way: Way) => ({ ...way, role, capacity: 'delegate', atRepresented: false });
  return [
    ...(represented ? forParty(world, question, represented, actor) : []),
    ...(delegate ? forParty(world, alone, delegate, actor).map(named('delegate')) : []),
    ...(passer ? forParty(world, alone, passer, actor).map(named('passer')) : []),
    ...(isAble(world, actor) ? [plain('person', 'self')] : []),
  ];
}

function isAble(world: AdminWorld, { party, loa, means }: Login): boolean {
  const facts = partyOf(world, party);
  const known = loa !== undefined && rankOf(loa) !== undefined;
  return facts.kind === 'person' && means?.active !== false && known && !hasState(facts, 'deceased', world.now);
}

const plain = (role: string, capacity: string): Way => ({
  role,
  as: role,
  capacity,
  rests: [],
  law: [],
  failures: [],
  joint: [],
  atRepresented: false,
  paper: false,
});

/** For one party: as himself, by a mandate of his, or for whoever represents it by law. */
function forParty(world: AdminWorld, question: AdminQuestion, party: PartyId, who: Login): Way[] {
  const ask = (represented: PartyId, mandate?: MandateRow, parents: MandateRow[] = []) =>
    manages(world, question, {
      who,
      represented,
      mandate,
      parents,
      eased: mandate === undefined || ends(question.act),
      domain: represented === party ? domain : undefined,
    });
  // What the mandates are for decides, where the represented is concerned.
  const domains = party === endsOf(question).represented ? domainsOf(world, question) : [];
  const domain = DOMAINS.filter((one) => domains.includes(one)).at(0);
  const beyond = ({ facts: { kind, ground } }: MandateRow) =>
    kind === 'statutory' && domains.some((one) => !reaches(ground, one)) ? ['domain_not_served'] : [];
  const facts = partyOf(world, party);
  const ways: Way[] = [];
  if (party === who.party && facts.kind === 'person') {
    const way = toWay('self', ask(party), []);
    const failures = looks(question.act)
      ? way.failures.filter((one) => one !== 'actor_under_curatele' && !STATES.test(one))
      : way.failures;
    ways.push({ ...way, failures });
  }
  for (const mandate of managingMandates(world, party, who.party)) {
    const parents = parentsOf(world, mandate);
    const role = mandate.facts.kind === 'statutory' ? 'legal_representative' : 'manager';
    const way = toWay(role, ask(party, mandate, parents), [mandate, ...parents]);
    ways.push({ ...way, failures: [...way.failures, ...beyond(mandate)] });
  }
  const byLaw = throughLaw(world, question, { party, domain }, who, ask);
  return [...ways, ...byLaw.map((way) => ({ ...way, failures: [...way.failures, ...way.law.flatMap(beyond)] }))];
}

type Ask = (represented: PartyId, mandate?: MandateRow, parents?: MandateRow[]) => OracleVerdict;

function throughLaw(
  world: AdminWorld,
  question: AdminQuestion,
  { party, domain }: { party: PartyId; domain: ServiceFacts['domain'] | undefined },
  who: Login,
  ask: Ask,
): Way[] {
  const { register } = world;
  const laws = register.mandates.filter(
    (law) =>
      law.represented === party &&
      law.facts.kind === 'statutory' &&
      law.facts.status === 'active' &&
      law.delegate !== who.party &&
      covers(world, law),
  );
  return laws.flatMap((law) => {
    const active = register.mandates.some(
      (own) => own.represented === law.delegate && own.delegate === who.party && own.facts.status === 'active',
    );
    if (!active) return [];
    // Whether it holds is asked as if its delegate, or anybody, held it himself.
    const holds = manages(world, question, {
      who: { party: who.party, loa: 'eh4' },
      represented: party,
      mandate: law,
      parents: [],
      eased: true,
      standIn: true,
      domain,
    });
    return managingMandates(world, law.delegate, who.party).map((mandate) => {
      const parents = parentsOf(world, mandate);
      const home =
        mandate.facts.kind === 'employee'
          ? { ...mandate, facts: { ...mandate.facts, reach: 'own' as const } }
          : mandate;
      const byLaw = mandate.facts.kind === 'statutory' && partyOf(world, law.delegate).kind === 'organisation';
      const way = toWay(byLaw ? 'legal_representative' : 'proxy', ask(law.delegate, home, parents), [
        mandate,
        ...parents,
      ]);
      const others = holds.reasons.includes('joint_authority_required');
      return {
        ...way,
        law: [law],
        joint: [...way.joint, ...(others && law.facts.joint ? [law.facts.joint.required] : [])],
        failures: [
          ...way.failures,
          ...holds.reasons.filter((one) => one !== 'joint_authority_required'),
          ...(mandate.facts.kind === 'employee' && !reachesClients(world, mandate) ? ['reach_own_only'] : []),
        ],
      };
    });
  });
}

/** So must the mandate on which it rests. */
function reachesClients(world: AdminWorld, mandate: MandateRow): boolean {
  const reaches = ({ facts }: MandateRow) =>
    (facts.kind === 'employee' && (facts.reach === 'clients' || facts.reach === 'both')) ||
    (facts.kind === 'statutory' && (facts.ground === 'signatory' || facts.ground === 'owner'));
  return [mandate, ...parentsOf(world, mandate)].every(reaches);
}

function toWay(as: string, { allow, reasons, holders_required }: OracleVerdict, rests: MandateRow[]): Way {
  const jointOnly = !allow && reasons.length === 1 && reasons[0] === 'joint_authority_required';
  return {
    ...plain(as, as),
    rests,
    atRepresented: true,
    failures: jointOnly ? [] : reasons,
    joint: jointOnly && holders_required !== null ? [holders_required] : [],
  };
}

/** Found by key for the service *manage mandates*, whatever their state; what is over for good is not kept. */
function managingMandates(world: AdminWorld, represented: PartyId, delegate: PartyId): MandateRow[] {
  const kept = ['requested', 'offered', 'active', 'suspended', 'revoked'];
  return world.register.mandates.filter(
    (row) =>
      row.represented === represented &&
      row.delegate === delegate &&
      kept.includes(row.facts.status) &&
      covers(world, row),
  );
}

function covers(world: AdminWorld, row: MandateRow): boolean {
  const service = manageService(world);
  return row.everything || row.owner === service.owner || row.services.includes(service.service_uuid);
}

/** Found, as the mandate itself, for the service *manage mandates* only. */
function parentsOf(world: AdminWorld, { facts }: MandateRow): MandateRow[] {
  const isParent = (row: MandateRow) => row.facts.mandate_id === facts.derived_from?.mandate_id;
  return world.register.mandates.filter((row) => isParent(row) && covers(world, row));
}
