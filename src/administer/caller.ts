import type pg from 'pg';
import { AppError } from '../domain/errors.ts';
import type { AliasFacts, PartyFacts } from '../domain/facts.ts';
import type { Lookups } from '../mandates/lookups.ts';
import { recordKey } from '../mandates/record-key.ts';
import type { AdminInput } from '../policy/admin-input.ts';
import type { Participant } from '../policy/input.ts';
import type { Keys } from '../store/keys.ts';
import type { Session } from './acting.ts';

/** The session's person or system, as the register knows it. */
export interface Caller {
  /** Always there when a person logged in; without `party` the register does not know him. */
  participant?: Participant;
  system?: NonNullable<AdminInput['system']>;
  /** HMAC of the means he logged in with, as recorded with every change. */
  means?: string;
  /** The party for which he logged in. `null`: named, and unknown. */
  boundTo?: string | null;
}

/** @throws AppError `forbidden` when a service owner is none of the register's */
export async function findCaller(
  session: Session,
  deps: { lookups: Lookups; keys: Keys; client: pg.ClientBase },
): Promise<Caller> {
  if (session.system) return { system: await findSystem(session.system, deps.client) };
  if (!session.person) return {};
  const { identifier, loa, party } = session.person;
  const means = deps.keys.alias(identifier);
  const aliases = [means, ...(party ? [deps.keys.alias(party)] : [])];
  const [own, bound] = (await deps.lookups.read(aliases.map(recordKey.alias))) as (AliasFacts | null)[];
  const participant: Participant = {};
  if (own) {
    const [facts] = await deps.lookups.read([recordKey.party(own.party_id)]);
    if (facts) participant.party = facts as PartyFacts;
    if (own.means) participant.means = own.means;
  }
  if (loa !== undefined) participant.loa = loa;
  return { participant, means, ...(party && { boundTo: bound?.party_id ?? null }) };
}

async function findSystem(system: NonNullable<Session['system']>, client: pg.ClientBase) {
  if (system.role !== 'service_owner') return { role: system.role };
  const { rows } = await client.query<{ owner_id: string }>('select owner_id from service_owners where oin = $1', [
    system.oin ?? '',
  ]);
  const owner = rows[0]?.owner_id;
  if (owner === undefined) throw new AppError('forbidden', 'this system is no service owner of the register');
  return { role: system.role, owner };
}
