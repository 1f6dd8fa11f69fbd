import type pg from 'pg';
import { AppError } from '../../domain/errors.ts';
import type { PartyId } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';

/** Enough for whoever manages by hand; who manages more looks a party up. Each is asked of the rules. */
const MOST_MANAGED = 50;

export interface WhoAmI {
  /** False: the register does not know who logged in, who may make himself known. */
  known?: false;
  party?: unknown;
  loa?: string | undefined;
  for?: unknown;
  manages: unknown[];
  more: boolean;
  system?: unknown;
}

/**
 * Who calls, as the register knows him, and the parties for whom he manages mandates: by law or by a mandate on *manage
 * mandates* (R91, R106). Someone who logged in for one party sees that one alone.
 */
export async function whoAmI(acting: Acting): Promise<WhoAmI> {
  const { session, actor } = acting;
  const named = session.person?.party && (await acting.find(session.person.party));
  const isNew = session.person !== undefined && actor === undefined;
  const name = isNew ? 'party.enrol' : 'catalogue.view';
  await acting.authorise({ name, ...(named !== undefined && { party: named }) });
  if (session.system) return { system: await viewSystem(acting), manages: [], more: false };
  if (actor === undefined) return { known: false, loa: session.person?.loa, manages: [], more: false };
  const found = await findManaged(acting, actor, named);
  const manages: unknown[] = [];
  for (const { represented, view } of found.slice(0, MOST_MANAGED)) {
    if (await mayManage(acting, represented)) manages.push(view);
  }
  return {
    party: await viewParty(acting.client, actor),
    ...(session.person?.loa !== undefined && { loa: session.person.loa }),
    ...(named !== undefined && { for: await viewParty(acting.client, named) }),
    manages,
    more: found.length > MOST_MANAGED,
  };
}

async function viewParty(client: pg.ClientBase, party: PartyId): Promise<unknown> {
  const { rows } = await client.query<{ view: unknown }>('select party_view($1) as view', [party]);
  return rows[0]?.view;
}

async function findManaged(
  { client, manage, now }: Acting,
  actor: PartyId,
  named: PartyId | undefined,
): Promise<{ represented: PartyId; view: unknown }[]> {
  const { rows } = await client.query<{ represented: PartyId; view: unknown }>(
    `select m.represented, jsonb_strip_nulls(jsonb_build_object(
       'party', party_view(m.represented),
       'capacity', case m.kind when 'statutory' then 'legal_representative' else 'manager' end,
       'mandate_id', m.mandate_id, 'loa', m.loa, 'valid_until', utc(m.valid_until))) as view
     from mandates m join parties p on p.party_id = m.represented
     where m.delegate = $1 and ($2::uuid is null or m.represented = $2)
       and (is_managing(m, $3, $4) or m.kind = 'statutory' and m.represented_kind = 'person' and m.status = 'active'
         and m.valid_from <= $4 and coalesce(m.valid_until > $4, true))
     order by p.name, m.mandate_id limit $5`,
    [actor, named ?? null, manage.serviceUuid, now, MOST_MANAGED + 1],
  );
  return rows;
}

/** What a mandate says is not all: a child grows up, a party is dissolved. The rules know. */
async function mayManage(acting: Acting, party: PartyId): Promise<boolean> {
  try {
    await acting.authorise({ name: 'party.view', party });
    return true;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'act_refused') return false;
    throw thrown;
  }
}

async function viewSystem({ client, session }: Acting): Promise<unknown> {
  const { name, role, oin } = session.system ?? {};
  const { rows } = await client.query<{ view: unknown }>(
    `select jsonb_build_object('owner_id', owner_id, 'oin', oin, 'name', name) as view from service_owners where oin = $1`,
    [role === 'service_owner' ? oin : null],
  );
  const owner = rows[0]?.view;
  return { name, role, ...(owner !== undefined && { owner }) };
}
