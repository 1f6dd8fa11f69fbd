import { randomUUID } from 'node:crypto';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';
import { written } from './dry-run.ts';
import { ownerNamed } from './owners.ts';
import { notFound, type View } from './rows.ts';
import { viewSet } from './set-views.ts';

interface SetRow {
  owner_id: string;
  version: number;
}

interface DraftRow {
  draft_id: string;
  additions: string[];
  /** Owners concerned, but the set's own. */
  owners: string[];
}

/** Locks a set, with what waits for it: members, versions and consents change one after another. */
export async function lockSet({ client }: Acting, setId: string): Promise<SetRow> {
  const { rows } = await client.query<SetRow>(
    'select owner_id, version from service_sets where set_id = $1 for update',
    [setId],
  );
  const [found] = rows;
  if (found === undefined) throw notFound('service set');
  return found;
}

/** Lays a next version of a set before the owners concerned (R41, R42). @throws AppError `conflict` when one waits */
export async function proposeVersion(
  acting: Acting,
  { setId, additions }: { setId: string; additions: readonly string[] },
): Promise<View> {
  const { owner_id } = await lockSet(acting, setId);
  await acting.authorise({ name: 'set.compose', owners: [owner_id] });
  return written(
    acting,
    false,
    async () => {
      await propose(acting, { setId, additions, at: '/additions' });
    },
    async () => viewSet(acting, setId),
  );
}

/** @throws AppError `invalid_request` when a service cannot join */
export async function propose(
  acting: Acting,
  { setId, additions, at }: { setId: string; additions: readonly string[]; at: string },
): Promise<void> {
  await refuseUnfit(acting, setId, additions, at);
  await acting.client.query('insert into service_set_drafts (draft_id, set_id, additions) values ($1, $2, $3)', [
    randomUUID(),
    setId,
    additions,
  ]);
  await settleIfComplete(acting, setId);
}

/** Only what is open, offered by somebody, and no member yet can join. */
async function refuseUnfit({ client }: Acting, setId: string, additions: readonly string[], at: string): Promise<void> {
  const { rows } = await client.query<{ service_uuid: string; open: boolean; member: boolean }>(
    `select s.service_uuid,
       s.active and exists (select from service_instances i where i.service_uuid = s.service_uuid and i.active) as open,
       exists (select from service_set_members m join service_sets t using (set_id) where m.set_id = $1
         and m.service_uuid = s.service_uuid and coalesce(m.until_version > t.version, true)) as member
     from services s where s.service_uuid = any ($2)`,
    [setId, additions],
  );
  const faults = additions.flatMap((uuid, i): Fault[] => {
    const found = rows.find(({ service_uuid }) => service_uuid === uuid);
    const fault = (message: string) => [{ at: `${at}/${i}`, message }];
    if (found === undefined) return fault('no service is defined by this');
    if (found.member) return fault('is in the set already');
    return found.open ? [] : fault('is closed, or offered by nobody');
  });
  if (faults.length > 0) throw new AppError('invalid_request', 'services that cannot join the set', { faults });
}

async function waitingDraft({ client }: Acting, setId: string): Promise<DraftRow | undefined> {
  const { rows } = await client.query<DraftRow>(
    `select d.draft_id, d.additions, draft_owners(d) as owners
     from service_set_drafts d where d.set_id = $1 and d.status = 'waiting'`,
    [setId],
  );
  return rows[0];
}

/** The version that waits, if it is the one that was named: it is always the one after the current. */
async function draftNamed(acting: Acting, setId: string, set: SetRow, version: number): Promise<DraftRow> {
  const draft = await waitingDraft(acting, setId);
  if (draft === undefined) throw notFound('version that waits');
  if (version === set.version + 1) return draft;
  throw new AppError('conflict', 'the version that waits has another number by now', {
    faults: [{ at: '{version}', message: `the version that waits is ${set.version + 1}` }],
  });
}

/** Once every owner concerned has consented, the additions join, in a version above all that the set has had (R46). */
async function settleIfComplete(acting: Acting, setId: string): Promise<void> {
  const { client } = acting;
  // Nobody begins to offer one of them meanwhile, nor offers it again.
  await client.query(
    `select from services where service_uuid in (
       select unnest(additions) from service_set_drafts where set_id = $1 and status = 'waiting')
     order by service_uuid for share`,
    [setId],
  );
  const draft = await waitingDraft(acting, setId);
  if (draft === undefined) return;
  const { rows: consents } = await client.query<{ owner_id: string }>(
    'select owner_id from service_set_consents where draft_id = $1',
    [draft.draft_id],
  );
  const consented = new Set(consents.map(({ owner_id }) => owner_id));
  if (draft.owners.some((owner) => !consented.has(owner))) return;
  // What was closed meanwhile, or joined by another way, does not join.
  await refuseUnfit(acting, setId, draft.additions, '/additions');
  const { rows } = await client.query<{ version: number }>(
    'update service_sets set version = version + 1 where set_id = $1 returning version',
    [setId],
  );
  await client.query(
    'insert into service_set_members (set_id, service_uuid, since_version) select $1, one, $3 from unnest($2::uuid[]) as one',
    [setId, draft.additions, rows[0]?.version],
  );
  await client.query(
    "update service_set_drafts set status = 'current', version = $2, settled_at = now() where draft_id = $1",
    [draft.draft_id, rows[0]?.version],
  );
}

export interface ConsentToVersion {
  setId: string;
  version: number;
  /** OIN; by default that of the organisation that calls. */
  owner?: string | undefined;
  /** The services of this owner in the draft, all of them: nobody consents to what he has not seen. */
  services: readonly string[];
}

/** An owner agrees that his services join (R41); with the last consent they do. */
export async function consentToVersion(
  acting: Acting,
  { setId, version, owner: oin, services }: ConsentToVersion,
): Promise<View> {
  const set = await lockSet(acting, setId);
  const owner = await ownerNamed(acting, oin, '/owner');
  await acting.authorise({ name: 'set.consent', owners: [owner.owner_id] });
  const draft = await draftNamed(acting, setId, set, version);
  const own = await servicesOf(acting, draft, owner.owner_id);
  if (own.length === 0) throw new AppError('conflict', 'none of these services is of this owner');
  if (own.length !== new Set(services).size || own.some((one) => !services.includes(one))) {
    const message = 'must name exactly the services of this owner that are to join';
    throw new AppError('invalid_request', 'consent to something else', { faults: [{ at: '/services', message }] });
  }
  return written(
    acting,
    false,
    async () => {
      await acting.client.query(
        'insert into service_set_consents (draft_id, owner_id) values ($1, $2) on conflict do nothing',
        [draft.draft_id, owner.owner_id],
      );
      await settleIfComplete(acting, setId);
    },
    async () => viewSet(acting, setId),
  );
}

async function servicesOf({ client }: Acting, { additions }: DraftRow, owner: string): Promise<string[]> {
  const { rows } = await client.query<{ one: string }>(
    'select one from unnest($1::uuid[]) as one where $2::uuid = any (definition_owners(one))',
    [additions, owner],
  );
  return rows.map(({ one }) => one);
}

/** An owner concerned does not want it: the version comes to nothing, whoever had consented. */
export async function rejectVersion(
  acting: Acting,
  { setId, version, owner: oin }: { setId: string; version: number; owner?: string | undefined },
): Promise<View> {
  const set = await lockSet(acting, setId);
  const owner = await ownerNamed(acting, oin, '/owner');
  await acting.authorise({ name: 'set.consent', owners: [owner.owner_id] });
  const draft = await draftNamed(acting, setId, set, version);
  if (!draft.owners.includes(owner.owner_id)) {
    throw new AppError('conflict', 'none of these services is of this owner');
  }
  return settle(acting, setId, draft, 'rejected');
}

/** Whoever composes the set takes back what waits. */
export async function withdrawVersion(
  acting: Acting,
  { setId, version }: { setId: string; version: number },
): Promise<View> {
  const set = await lockSet(acting, setId);
  await acting.authorise({ name: 'set.change', owners: [set.owner_id] });
  return settle(acting, setId, await draftNamed(acting, setId, set, version), 'withdrawn');
}

function settle(acting: Acting, setId: string, draft: DraftRow, status: 'rejected' | 'withdrawn'): Promise<View> {
  return written(
    acting,
    false,
    async () => {
      await acting.client.query('update service_set_drafts set status = $2, settled_at = now() where draft_id = $1', [
        draft.draft_id,
        status,
      ]);
    },
    async () => viewSet(acting, setId),
  );
}
