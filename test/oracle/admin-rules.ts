import type { MandateFacts } from '../../src/domain/facts.ts';
import {
  type ActRow,
  type AdminQuestion,
  type AdminWorld,
  definitionsOf,
  endsOf,
  manageService,
  partyOf,
} from '../../src/workbench/cases/act-world.ts';
import { binds, isCourtGround, keeps, levelOf, looks, makes, mayAlone, ofKind, signs, waits } from './admin-rights.ts';
import type { Way } from './admin-ways.ts';
import { concerned, made } from './admin-world.ts';
import { loaRank, loginFailures } from './levels.ts';

/** What speaks against this act in this capacity. */
export function byCapacity(world: AdminWorld, question: AdminQuestion, way: Way): string[] {
  return [
    ...ofAct(world, question, way),
    ...ofLevel(question, way),
    ...ofBounds(world, question, way),
    ...ofMeans(question, way),
    ...ofKinds(world, question, way),
    ...ofOwner(world, question, way),
    ...ofCourt(world, question, way),
    ...ofIntervention(question, way),
    ...ofPaper(question, way),
  ];
}

const AUTHORITIES = ['court', 'service_owner', 'registrar'];
const isPerson = ({ role, paper }: Way) => !paper && !AUTHORITIES.includes(role);

function ofAct(world: AdminWorld, question: AdminQuestion, way: Way): string[] {
  const { act, about } = question;
  const delegate = endsOf(question).delegate;
  const isForPerson = delegate !== undefined && partyOf(world, delegate).kind === 'person';
  const deviates = act === 'mandate.suspend' && (about.deviation ?? '').trim() !== '';
  return [
    ...(act === 'mandate.activate' && isForPerson && way.as !== 'self' ? ['in_person_only'] : []),
    ...(way.joint.length > 0 && !mayAlone(act) && !waits(act) ? ['joint_authority_required'] : []),
    ...(act === 'mandate.activate' && about.code_verified !== true ? ['code_not_verified'] : []),
    ...(about.deviation !== undefined && !deviates ? ['deviation_not_allowed'] : []),
  ];
}

export function requiredRank(question: AdminQuestion): number {
  const ranks = concerned(question).map(({ facts }) => loaRank(facts.loa));
  const identified = question.about.identified_at;
  if (question.act === 'employee.enrol') return identified === undefined ? 1 : loaRank(identified);
  if (levelOf(question.act) === 'lowest') return 1;
  // To end eh2 or eh2plus takes eh2, to end eh3 or eh4 takes eh3 (R102).
  return Math.max(...ranks.map((rank) => (levelOf(question.act) === 'mandate' ? rank : rank <= 2 ? 1 : 3)));
}

function ofLevel(question: AdminQuestion, way: Way): string[] {
  const { act, about, actor } = question;
  const together = endsOf(question).represented === undefined ? [] : question.together;
  const logins = way.paper ? [about.paper?.loa] : isPerson(way) ? [actor?.loa, ...together.map(({ loa }) => loa)] : [];
  const deviates = act === 'mandate.suspend' && (about.deviation ?? '').trim() !== '';
  const lacking = loginFailures(logins, requiredRank(question)).filter(
    (one) => !deviates || one !== 'loa_insufficient',
  );
  const rows = concerned(question);
  const ceilings = [...way.law, ...way.rests].filter(({ facts }) => facts.kind !== 'statutory');
  const above = rows.some((row) => ceilings.some((own) => loaRank(row.facts.loa) > loaRank(own.facts.loa)));
  const identified = about.identified_at;
  const aboveIdentified =
    identified !== undefined && ceilings.some((own) => loaRank(identified) > loaRank(own.facts.loa));
  const unsigned = rows.some(({ facts }) => facts.loa === 'eh4') && about.signed !== true;
  return [
    ...lacking,
    ...((binds(act) && above) || aboveIdentified ? ['above_own_level'] : []),
    ...(signs(act) && isPerson(way) && unsigned ? ['signature_required'] : []),
  ];
}

function ofBounds(world: AdminWorld, question: AdminQuestion, way: Way): string[] {
  const rows = concerned(question);
  const own = [...way.law, ...way.rests].map(({ facts }) => facts);
  if (question.act === 'party.view' || question.act === 'employee.enrol') return [];
  const branches = own.some(
    (limit) =>
      limit.branches !== 'all' &&
      !(way.atRepresented && rows.length > 0 && rows.every((row) => within(row.facts.branches, limit.branches))),
  );
  const services = own.some(
    (limit) =>
      limit.operations !== 'all' && !(rows.length > 0 && rows.every((row) => withinServices(world, row, limit))),
  );
  return [...(branches ? ['beyond_own_branches'] : []), ...(services ? ['beyond_own_services'] : [])];
}

function within(some: 'all' | string[], all: 'all' | string[]): boolean {
  return some !== 'all' && all !== 'all' && some.every((one) => all.includes(one));
}

function withinServices(world: AdminWorld, row: ActRow, { operations }: Pick<MandateFacts, 'operations'>): boolean {
  if (row.everything || row.owner !== undefined || operations === 'all') return false;
  const services = definitionsOf(world, row).map(({ uuid }) => uuid);
  const managing = services.includes(manageService(world).service_uuid);
  return (
    services.every((uuid) => operations.includes(`service:${uuid}`)) &&
    (!managing || within(row.facts.operations, operations))
  );
}

function ofMeans({ act, about, party }: AdminQuestion, { role }: Way): string[] {
  if (!act.startsWith('means.') || !['legal_representative', 'manager'].includes(role)) return [];
  return about.means_owner !== undefined && about.means_owner === party ? [] : ['not_issued_by_party'];
}

function ofKinds(world: AdminWorld, question: AdminQuestion, way: Way): string[] {
  const { act, current } = question;
  const row = made(question);
  const kind = ofKind(act);
  const lifts = act === 'mandate.reactivate' && AUTHORITIES.includes(way.role) && current?.suspended_by === way.role;
  const byAuthority = AUTHORITIES.includes(current?.suspended_by ?? '') || AUTHORITIES.includes(way.role);
  const under = makes(act) ? row?.facts.granted_under : undefined;
  const survives = makes(act) && binds(act) && row?.facts.kind === 'voluntary' && row.facts.survivor === true;
  return [
    ...(kind && !lifts && concerned(question).some(({ facts }) => !keeps(way.role, kind, facts))
      ? ['kind_not_for_this_capacity']
      : []),
    ...(under !== undefined && !isOwnAuthority(question, way, under) ? ['authority_not_own'] : []),
    ...(survives && !survivedBefore(world, question) && way.role !== 'self' ? ['survivor_by_himself_only'] : []),
    ...(act === 'mandate.reactivate' && byAuthority && !lifts ? ['suspended_by_authority'] : []),
  ];
}

/** In the hands of another, for another period or for more, it is a new one. */
function survivedBefore(world: AdminWorld, { current, mandate }: AdminQuestion): boolean {
  if (current?.facts.survivor !== true || !['active', 'suspended'].includes(current.facts.status)) return false;
  if (mandate === undefined) return true;
  return mandate.facts.mandate_id === current.facts.mandate_id && !isMore(world, mandate, current);
}

function isMore(world: AdminWorld, a: ActRow, b: ActRow): boolean {
  const [made, was] = [a.facts, b.facts];
  const services = (row: ActRow) => definitionsOf(world, row).map(({ uuid }) => uuid);
  const isAmong = (some: 'all' | string[], all: 'all' | string[]) => all === 'all' || within(some, all);
  return (
    made.loa !== was.loa ||
    made.reach !== was.reach ||
    JSON.stringify(made.joint) !== JSON.stringify(was.joint) ||
    (a.owner !== undefined && a.owner !== b.owner) ||
    (a.everything && !b.everything) ||
    (made.substitution === true && was.substitution !== true) ||
    (made.reads_messages === true && was.reads_messages !== true) ||
    !within(services(a), services(b)) ||
    !isAmong(made.operations, was.operations) ||
    !isAmong(made.branches, was.branches) ||
    !isAmong(made.cases, was.cases) ||
    (made.valid_until ?? Number.POSITIVE_INFINITY) > (was.valid_until ?? Number.POSITIVE_INFINITY)
  );
}

function isOwnAuthority({ current, parent }: AdminQuestion, way: Way, under: string): boolean {
  const names = ({ facts }: { facts: Omit<MandateFacts, 'scope'> }) =>
    [facts.ground, facts.kind, facts.granted_under] as (string | undefined)[];
  if (way.role === 'court' || way.role === 'registrar' || current?.facts.granted_under === under) return true;
  if (way.role === 'passer' && parent && names(parent).includes(under)) return true;
  return (way.law.length > 0 ? way.law : way.rests).some((row) => names(row).includes(under));
}

function ofOwner(world: AdminWorld, question: AdminQuestion, { role }: Way): string[] {
  const { act, about, system } = question;
  if (role !== 'service_owner' || act === 'party.intervene' || act === 'catalogue.view') return [];
  const rows = concerned(question);
  const own = system?.owner ?? '';
  const named = about.owners ?? [];
  const onlyOwn = (owners: string[]) => owners.length > 0 && owners.every((owner) => owner === own);
  const someOwn = (row: ActRow) =>
    row.everything || row.owner === own || definitionsOf(world, row).some(({ owners }) => owners.includes(own));
  const allOwn = (row: ActRow) => {
    const definitions = definitionsOf(world, row);
    const names = row.owner !== undefined || definitions.length > 0;
    return !row.everything && names && (row.owner ?? own) === own && definitions.every(({ owners }) => onlyOwn(owners));
  };
  const may = () => {
    if (act === 'set.consent') return named.includes(own);
    if (rows.length === 0) return onlyOwn(named);
    return act === 'mandate.view' ? rows.some(someOwn) : rows.every(allOwn);
  };
  return may() ? [] : ['not_own_service'];
}

/** A service owner speaks of businesses, and says where it saw it; of persons a court or the registrar does (R84, R113). */
function ofIntervention({ act, about }: AdminQuestion, { role }: Way): string[] {
  if (act !== 'party.intervene') return [];
  const { intervention } = about;
  const ofPersons = intervention === 'death' || intervention === 'curatele' || intervention === 'bewind';
  const may = intervention !== undefined && (role !== 'service_owner' || !ofPersons);
  return [
    ...(may ? [] : ['intervention_not_for_this_capacity']),
    ...(role === 'service_owner' && !isVerified(about) ? ['intervention_unverified'] : []),
  ];
}

const isVerified = ({ verified_by }: AdminQuestion['about']) =>
  (verified_by ?? []).some((channel) => channel.trim() !== '');

function ofCourt(world: AdminWorld, question: AdminQuestion, { role }: Way): string[] {
  const { act, about } = question;
  if (role !== 'court' || isVerified(about)) return [];
  if (!looks(act)) return ['court_request_unverified'];
  const { represented } = endsOf(question);
  const states = represented === undefined ? [] : partyOf(world, represented).states;
  const ruled = states.some(({ state }) => ['bankrupt', 'wsnp', 'curatele', 'bewind'].includes(state));
  const concerns =
    act === 'catalogue.view' || ruled || concerned(question).some(({ facts }) => isCourtGround(facts.ground));
  return concerns ? [] : ['not_concerning_the_court'];
}

const PAPER: Record<number, string[][]> = {
  1: [['handwritten_signature'], ['lost_document_register', 'bank_transfer']],
  2: [['handwritten_signature'], ['lost_document_register', 'bank_transfer']],
  3: [['handwritten_signature'], ['in_person']],
};

function ofPaper(question: AdminQuestion, way: Way): string[] {
  const { act, current, mandate, about } = question;
  const begins = makes(act) && current === undefined;
  const asks = PAPER[requiredRank(question)];
  // In haste the signature alone will do, with the reason why (R103).
  const hasty = act === 'mandate.suspend' && (about.deviation ?? '').trim() !== '';
  const signed = about.paper?.evidence.includes('handwritten_signature') === true;
  const proved = (hasty && signed) || asks?.every((any) => any.some((kind) => about.paper?.evidence.includes(kind)));
  const ordinary = concerned(question).some(({ facts }) => ['employee', 'business', 'voluntary'].includes(facts.kind));
  return [
    ...(begins && mandate?.channel === 'paper' && !way.paper && way.role !== 'registrar'
      ? ['paper_by_registrar_only']
      : []),
    ...(way.role === 'registrar' && !looks(act) && act !== 'mandate.reactivate' && ordinary ? ['paper_required'] : []),
    ...(way.paper && (!proved || (begins && mandate?.channel === 'digital')) ? ['paper_evidence_missing'] : []),
  ];
}
