import { gatherManaging } from '../../administer/managing.ts';
import { runNow } from '../../evaluate/strand.ts';
import type { Lookups } from '../../mandates/lookups.ts';
import type { ActMandate, AdminInput, ManagedParty } from '../../policy/admin-input.ts';
import type { Participant, PathMandate, PolicyInput } from '../../policy/input.ts';
import {
  type ActRow,
  type AdminQuestion,
  type AdminWorld,
  definitionsOf,
  endsOf,
  type Login,
  manageService,
  partyOf,
} from './act-world.ts';

/** What `admin/decision` reads for a question, as src/administer/authorise.ts gathers it from PostgreSQL. */
export function adminInput(world: AdminWorld, lookups: Lookups, question: AdminQuestion): AdminInput {
  const { act, actor, system, current, mandate, parent, about } = question;
  const signer = about.paper && { party: about.paper.signed_by, loa: about.paper.loa };
  const who = participant(world, actor ?? signer);
  const together = question.together.map((one) => participant(world, one) ?? {});
  const ends = endsOf(question);
  const side = (party: string | undefined, others: Participant[]) =>
    party === undefined ? undefined : sideOf({ world, lookups, who, together: others }, party);
  const represented = side(ends.represented, together);
  const delegate = side(ends.delegate, []);
  const passer = side(parent?.delegate, []);
  return {
    now: world.now,
    act: {
      name: act,
      ...about,
      ...(current && { current: actMandate(world, current) }),
      ...(mandate && { mandate: actMandate(world, mandate) }),
      ...(parent && { parent: actMandate(world, parent) }),
    },
    ...(actor && who && { actor: who }),
    ...(system && { system }),
    manage_service: manageService(world).service_uuid,
    ...(represented && { represented }),
    ...(delegate && { delegate }),
    ...(passer && { parent_delegate: passer }),
  };
}

function participant(world: AdminWorld, login: Login | undefined): Participant | undefined {
  if (login === undefined) return undefined;
  const { party, loa, means } = login;
  return { party: partyOf(world, party), ...(means && { means }), ...(loa !== undefined && { loa }) };
}

interface Sides {
  world: AdminWorld;
  lookups: Lookups;
  who: Participant | undefined;
  together: Participant[];
}

function sideOf({ world, lookups, who, together }: Sides, party: string): ManagedParty {
  const facts = partyOf(world, party);
  if (who?.party === undefined) return { party: facts, representatives: [] };
  const actor = { ...who, party: who.party };
  const ask = (id: string): PolicyInput => {
    const question = { actor, represented: partyOf(world, id), together, service: world.manage, now: world.now };
    const found = runNow(gatherManaging(question), lookups);
    if (found === undefined) throw new Error('an in-process projection always answers at once');
    return found;
  };
  const { mandates } = world.register;
  const isActive = ({ facts: { status } }: AdminWorld['register']['mandates'][number]) => status === 'active';
  const laws = mandates.filter(
    (law) =>
      law.represented === party &&
      law.facts.kind === 'statutory' &&
      isActive(law) &&
      law.delegate !== actor.party.party_id &&
      mandates.some(
        (own) => own.represented === law.delegate && own.delegate === actor.party.party_id && isActive(own),
      ),
  );
  const representatives = laws.flatMap((law) => {
    const scope = scopeOf(world, law);
    const mandate: PathMandate | undefined = scope && { ...law.facts, scope };
    return mandate ? [{ mandate, managing: ask(law.delegate) }] : [];
  });
  return { party: facts, managing: ask(party), representatives };
}

/** By what of its scope a mandate covers *manage mandates*. */
function scopeOf(world: AdminWorld, row: AdminWorld['register']['mandates'][number]): PathMandate['scope'] | undefined {
  const { service_uuid, owner } = manageService(world);
  if (row.services.includes(service_uuid)) return { by: 'service' };
  if (row.owner === owner) return { by: 'owner' };
  return row.everything ? { by: 'everything' } : undefined;
}

function actMandate(world: AdminWorld, row: ActRow): ActMandate {
  const { register } = world;
  const { facts, represented, delegate, channel, evidence, suspended_by, owner, everything } = row;
  return {
    ...facts,
    represented,
    represented_kind: register.parties.get(represented)?.kind ?? 'person',
    delegate,
    delegate_kind: register.parties.get(delegate)?.kind ?? 'person',
    services: definitionsOf(world, row).map(({ uuid, ...rest }) => ({ service_uuid: uuid, ...rest })),
    ...(owner !== undefined && { owner }),
    ...(everything && { all_services: true as const }),
    channel,
    evidence,
    ...(suspended_by !== undefined && { suspended_by }),
  };
}
