import type { Basis } from '../../src/domain/evaluation.ts';
import type { PartyFacts, PartyId } from '../../src/domain/facts.ts';
import { objections } from './conditions.ts';
import { loginFailures } from './levels.ts';
import type { Conditions, Register } from './register.ts';
import { type Circumstances, firstLinkFailures, majorityAt, secondLinkFailures } from './rules.ts';
import { type Link, linkedOrganisations, linksBetween } from './scan.ts';
import { hasState, statesAt } from './states.ts';

/** Someone who acts, known by the register. */
export interface Actor {
  party: PartyFacts;
  means?: { active: boolean };
  loa?: string;
}

/** One way in which the actor might act for the represented, with every rule it fails. */
export interface Path {
  basis: Basis;
  order: number;
  links: Link[];
  parties: PartyFacts[];
  failures: Set<string>;
  holders: number | null;
}

/** Who asks, for whom, and in which circumstances. */
export interface Inquiry {
  register: Register;
  actor: Actor;
  represented: PartyFacts;
  together: Actor[];
  via?: PartyFacts;
  /** Of the service, and of the portal in front of it. */
  conditions: Conditions[];
  at: Circumstances;
}

const MAX_ORGANISATIONS = 64;
const ORDER: Basis[] = ['self', 'statutory', 'appointed', 'mandate', 'chain'];

/** All paths there are, and whether chains were left out because the actor works for too many organisations. */
export function findPaths(inquiry: Inquiry): { paths: Path[]; viaNeeded: boolean } {
  const { actor, represented, via } = inquiry;
  const forHimself = actor.party.party_id === represented.party_id;
  if (forHimself) return { paths: via ? [] : [self(inquiry)], viaNeeded: false };
  const { paths, viaNeeded } = chains(inquiry);
  return { paths: [...(via ? [] : direct(inquiry)), ...paths], viaNeeded };
}

/** Moments at which something that this path rests on begins or ends. */
export function boundaries(path: Path): number[] {
  const mandates = path.links.flatMap(({ facts, parent }) => [facts, ...(parent?.facts ? [parent.facts] : [])]);
  const child = mandates.some(({ ground }) => ground === 'parental_authority') ? path.parties[0] : undefined;
  const majority = child?.birth_date === undefined ? undefined : majorityAt(child.birth_date);
  return [
    ...mandates.flatMap(({ valid_from, valid_until }) => [
      valid_from,
      ...(valid_until === undefined ? [] : [valid_until]),
    ]),
    ...path.parties.flatMap(({ states }) => states.flatMap((one) => [one.since, ...(one.until ? [one.until] : [])])),
    ...(majority === undefined ? [] : [majority]),
  ];
}

function makePath(inquiry: Inquiry, path: { basis: Basis; links: Link[]; between: PartyFacts[]; own: string[] }): Path {
  const { actor, represented, together, conditions, at } = inquiry;
  const joint = jointAuthority(path.links, together, at.now);
  const level = loginFailures([actor.loa, ...joint.present.map(({ loa }) => loa)], at.rank);
  const against = objections(conditions, { ...path, operation: at.operation });
  const delegates = path.links.flatMap(({ parent }) => (parent?.delegate ? [parent.delegate] : []));
  return {
    basis: path.basis,
    order: ORDER.indexOf(path.basis),
    links: path.links,
    parties: [represented, ...path.between, actor.party, ...delegates, ...joint.holders.map(({ party }) => party)],
    failures: new Set([...path.own, ...level, ...joint.failures, ...against]),
    holders: joint.required,
  };
}

/** What a person's own state keeps him from doing for himself. */
function ownStates(person: PartyFacts, at: Inquiry['at']): string[] {
  const reasons: Partial<Record<string, string>> = {
    curatele: 'represented_under_curatele',
    bankrupt: 'represented_bankrupt',
    wsnp: 'represented_in_wsnp',
    dissolved: 'represented_dissolved',
    deregistered: 'represented_deregistered',
    deceased: 'represented_deceased',
    ...(at.service.domain === 'assets' && { bewind: 'represented_under_bewind' }),
  };
  return statesAt(person, at.now).flatMap(({ state }) => reasons[state] ?? []);
}

function self(inquiry: Inquiry): Path {
  const { represented, at } = inquiry;
  const own = ownStates(represented, at);
  return makePath(inquiry, { basis: 'self', links: [], between: [], own });
}

function direct(inquiry: Inquiry): Path[] {
  const { register, actor, represented, at } = inquiry;
  return linksBetween(register, represented.party_id, actor.party.party_id, at)
    .filter(({ facts }) => facts.kind !== 'business' && (facts.kind !== 'employee' || facts.reach !== 'clients'))
    .map((link) => {
      const { kind } = link.facts;
      const basis = kind === 'statutory' || kind === 'appointed' ? kind : 'mandate';
      // A sole proprietorship and its owner are one in law.
      const owner = link.facts.ground === 'owner' ? ownStates(actor.party, at) : [];
      const own = [...firstLinkFailures(link, represented, at), ...owner];
      return makePath(inquiry, { basis, links: [link], between: [], own });
    });
}

function chains(inquiry: Inquiry): { paths: Path[]; viaNeeded: boolean } {
  const { register, actor, represented, via } = inquiry;
  const linked = via ? [via.party_id] : linkedOrganisations(register, actor.party.party_id);
  if (linked.length > MAX_ORGANISATIONS) return { paths: [], viaNeeded: true };
  const between = linked
    .filter((party) => party !== represented.party_id && party !== actor.party.party_id)
    .flatMap((party) => register.parties.get(party) ?? []);
  return { paths: between.flatMap((intermediary) => chainsThrough(inquiry, intermediary)), viaNeeded: false };
}

function chainsThrough(inquiry: Inquiry, intermediary: PartyFacts): Path[] {
  const { register, actor, represented, at } = inquiry;
  const firsts = linksBetween(register, represented.party_id, intermediary.party_id, at);
  const seconds = linksBetween(register, intermediary.party_id, actor.party.party_id, at);
  return firsts.flatMap((first) =>
    seconds.map((second) => {
      const own = [
        ...chainFailures(inquiry, intermediary, first),
        ...firstLinkFailures(first, represented, at),
        ...secondLinkFailures(second, at),
      ];
      return makePath(inquiry, { basis: 'chain', links: [first, second], between: [intermediary], own });
    }),
  );
}

function chainFailures({ at }: Inquiry, intermediary: PartyFacts, first: Link): string[] {
  const { definition, instance } = at.service;
  return [
    ...(definition.chains && instance.chains ? [] : ['chain_not_accepted']),
    ...(intermediary.kind === 'organisation' && first.facts.kind !== 'employee'
      ? []
      : ['chain_first_link_not_allowed']),
    ...(statesAt(intermediary, at.now).length > 0 ? ['intermediary_not_active'] : []),
  ];
}

/** Holders who act together with the actor, and whether they are enough for every mandate on the path, parents too. */
function jointAuthority(
  links: Link[],
  together: Actor[],
  now: number,
): { holders: Actor[]; present: Actor[]; failures: string[]; required: number | null } {
  const joints = links.flatMap(({ facts, parent }) => [facts.joint ?? [], parent?.facts?.joint ?? []].flat());
  const able = together.filter(({ party, means }) => means?.active !== false && !isUnable(party, now));
  const holders = together.filter(({ party }) => joints.some((joint) => joint.with.includes(party.party_id)));
  const present = able.filter(({ party }) => joints.some((joint) => joint.with.includes(party.party_id)));
  const missing = joints.filter((joint) => 1 + holdersAmong(joint.with, present) < joint.required);
  const required = joints.length === 0 ? null : Math.max(...joints.map((joint) => joint.required));
  return { holders, present, failures: missing.length > 0 ? ['joint_authority_required'] : [], required };
}

function holdersAmong(holders: PartyId[], present: Actor[]): number {
  return new Set(present.map(({ party }) => party.party_id).filter((id) => holders.includes(id))).size;
}

function isUnable(party: PartyFacts, now: number): boolean {
  return hasState(party, 'deceased', now) || hasState(party, 'curatele', now);
}
