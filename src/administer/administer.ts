import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { AdminVerdict } from '../domain/administration.ts';
import { AppError } from '../domain/errors.ts';
import type { AliasFacts } from '../domain/facts.ts';
import { makePostgresLookups } from '../mandates/postgres-lookups.ts';
import { recordKey } from '../mandates/record-key.ts';
import type { Engine } from '../policy/engine.ts';
import type { Keys } from '../store/keys.ts';
import { type ActedBy, withReading, withTransaction } from '../store/postgres.ts';
import type { Act, Acting, Administer, Session, WriteOptions } from './acting.ts';
import { authoriseActs, mightStill } from './authorise.ts';
import { type Caller, findCaller } from './caller.ts';
import { claimKey, keepAnswer } from './idempotency.ts';
import { findManageService } from './manage-service.ts';

export interface AdministerDeps {
  pool: pg.Pool;
  keys: Keys;
  /** The bundle's `admin/decision`. */
  policy: Engine<AdminVerdict>;
  /** ServiceID of the register's own service *manage mandates* (R106). */
  manageService: string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Hints that something was committed (`makeChangeBell`); without it, waiting looks twice a second. */
  nextChange?: Administer['nextChange'];
}

interface Opened extends Acting {
  /** Whether anything was authorised. */
  allowed(): boolean;
  /** The mandates by which. */
  authority: ReadonlySet<string>;
}

/** Every act of the admin API goes through here: one transaction, authorised by the rules, with who acted for whom. */
export function makeAdminister(deps: AdministerDeps): Administer {
  return {
    write: (session, options, act) =>
      withTransaction(deps.pool, { who: 'unknown', channel: 'admin' }, async (client) => {
        const { idempotency } = options;
        const before = idempotency && (await claimKey(client, deps.keys, session, idempotency));
        // What was kept under this key is what this same use case answered.
        if (before)
          return { value: before.value as Awaited<ReturnType<typeof act>>, revision: before.revision, repeated: true };
        const acting = await open(deps, client, session, options, true);
        const value = await act(acting);
        if (!acting.allowed()) throw new AppError('internal', 'nothing was authorised');
        const revision = await settle(client);
        // After the revision: whoever counts holds up nobody that waits for it to draw his.
        await noteUse(client, acting);
        if (idempotency) await keepAnswer(client, deps.keys, session, idempotency.key, { value, revision });
        return { value, revision, repeated: false };
      }),
    count: (session, note) =>
      withTransaction(deps.pool, { who: 'unknown', channel: 'admin' }, async (client) => {
        await client.query("select set_config('machtig.acted_by', '', true)");
        return note(await open(deps, client, session, {}, false));
      }),
    nextChange: deps.nextChange ?? ((waitMs) => sleep(Math.min(waitMs, 500), true)),
    read: (session, look) =>
      withReading(deps.pool, async (client) => {
        const acting = await open(deps, client, session, {}, false);
        const value = await look(acting);
        if (!acting.allowed()) throw new AppError('internal', 'nothing was authorised');
        return value;
      }),
  };
}

async function open(
  deps: AdministerDeps,
  client: pg.PoolClient,
  session: Session,
  options: WriteOptions,
  locks: boolean,
): Promise<Opened> {
  const { keys } = deps;
  // What is judged in one transaction is judged by one policy.
  const policy = deps.policy.pinned?.() ?? deps.policy;
  const lookups = makePostgresLookups(client);
  const callAgain = () => findCaller(session, { lookups, keys, client });
  const caller = await callAgain();
  const manage = await findManageService(lookups, deps.manageService);
  const now = deps.now();
  const asking = { client, policy, session, caller, callAgain, manage, locks, now: deps.now };
  let allowed = false;
  const authority = new Set<string>();
  return {
    client,
    authority,
    now: new Date(now),
    session,
    keys,
    manage,
    actor: caller.participant?.party?.party_id,
    allowed: () => allowed,
    find: async (identifier) => {
      const [facts] = await lookups.read([recordKey.alias(keys.alias(identifier))]);
      return (facts as AliasFacts | null | undefined)?.party_id;
    },
    async authorise(...acts) {
      if (acts.length === 0) throw new AppError('internal', 'no act to authorise');
      refuseUnbound(caller, acts);
      refuseUnlisted(session, acts);
      const verdicts = await authoriseActs(asking, acts);
      allowed = true;
      for (const verdict of verdicts) for (const mandate of verdict.authority) authority.add(mandate);
      if (locks) await sayWhoActs(client, actedBy(session, caller, acts, verdicts, options));
      return verdicts;
    },
    mightStill: (person, act) => mightStill(asking, person, act),
  };
}

/** Who logged in for one party acts for no other, on whichever side of the mandate it stands. */
function refuseUnbound({ boundTo }: Caller, acts: readonly Act[]): void {
  if (boundTo === undefined) return;
  const isForIt = ({ name, mandate, current, party }: Act) => {
    const sides = [mandate, current].flatMap((row) => [row?.represented, row?.delegate, row?.parent_delegate]);
    // The catalogue is about no party, so for no other either.
    return name === 'catalogue.view' || [...sides, party].includes(boundTo);
  };
  if (boundTo !== null && acts.every(isForIt)) return;
  throw new AppError('act_refused', 'the login is for another party', { reasons: ['login_for_another_party'] });
}

/** A system may be configured for less than its role may. */
function refuseUnlisted({ system }: Session, acts: readonly Act[]): void {
  const listed = system?.acts;
  if (listed === undefined || acts.every(({ name }) => listed.includes(name))) return;
  throw new AppError('act_refused', 'this system is configured for other acts', { reasons: ['act_not_configured'] });
}

function actedBy(
  session: Session,
  caller: Caller,
  acts: readonly Act[],
  verdicts: readonly AdminVerdict[],
  { reason }: WriteOptions,
): ActedBy {
  const deviation = acts.find((act) => act.deviation !== undefined)?.deviation;
  const verified_by = acts.find((act) => act.verified_by !== undefined)?.verified_by;
  const newcomer = acts.find((act) => act.newcomer !== undefined)?.newcomer;
  const onBehalfOf = [
    ...new Set(acts.map(({ mandate, current, party }) => (mandate ?? current)?.represented ?? party)),
  ];
  return {
    who: caller.participant?.party?.party_id ?? newcomer ?? `system:${session.system?.name ?? 'unknown'}`,
    channel: 'admin',
    ...(onBehalfOf.length === 1 && onBehalfOf[0] && { on_behalf_of: onBehalfOf[0] }),
    act: acts[0]?.name ?? '',
    capacity: verdicts[0]?.capacity ?? '',
    authority: [...new Set(verdicts.flatMap(({ authority }) => authority))],
    ...(caller.means && { means: caller.means }),
    ...(session.person?.loa && { loa: session.person.loa }),
    ...(session.signature && { signature: session.signature.fingerprint }),
    ...(reason !== undefined && { reason }),
    ...(deviation !== undefined && { deviation }),
    ...(verified_by && { verified_by }),
    request_id: session.requestId,
  };
}

async function sayWhoActs(client: pg.ClientBase, by: ActedBy): Promise<void> {
  await client.query("select set_config('machtig.acted_by', $1, true)", [JSON.stringify(by)]);
}

/** Managing is a use of the mandate that allows it: a manager who never does so is asked about (R82). */
async function noteUse(client: pg.ClientBase, { authority, now }: Opened): Promise<void> {
  await client.query(
    `insert into mandate_uses (mandate_id, day, uses, last_used_at)
     select id, ($2::timestamptz at time zone 'Europe/Amsterdam')::date, 1, $2 from unnest($1::uuid[]) as id order by id
     on conflict (mandate_id, day) do update set uses = mandate_uses.uses + 1, last_used_at = excluded.last_used_at`,
    [[...authority], now],
  );
}

/** Draws the revisions now, as the last act before the commit, so that the answer can name them. */
async function settle(client: pg.ClientBase): Promise<string> {
  await client.query('set constraints all immediate');
  const { rows } = await client.query<{ revision: string }>(
    'select (select epoch from register) || $1 || coalesce((select max(revision) from changes), 0) as revision',
    ['.'],
  );
  return rows[0]?.revision ?? '';
}
