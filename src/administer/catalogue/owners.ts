import { randomUUID } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import type { Acting } from '../acting.ts';

export interface Owner {
  owner_id: string;
  /** Twenty digits; public. */
  oin: string;
  name: string;
}

/** One page of the service owners, by OIN. */
export async function listOwners(acting: Acting, page: { limit: number; after?: string }): Promise<Owner[]> {
  await acting.authorise({ name: 'catalogue.view' });
  const { rows } = await acting.client.query<Owner>(
    'select owner_id, oin, name from service_owners where oin > $1 order by oin limit $2',
    [page.after ?? '', page.limit],
  );
  return rows;
}

/**
 * Makes an organisation a service owner, or gives it another name (R44). Nobody owns himself into the register: the
 * act names no owner, so that only whoever keeps the register can do it.
 */
export async function registerOwner(acting: Acting, wish: { oin: string; name: string }): Promise<Owner> {
  await acting.authorise({ name: 'owner.register', owners: [] });
  const { rows } = await acting.client.query<Owner>(
    `insert into service_owners (owner_id, oin, name) values ($1, $2, $3)
     on conflict (oin) do update set name = excluded.name returning owner_id, oin, name`,
    [randomUUID(), wish.oin, wish.name],
  );
  const [owner] = rows;
  if (owner === undefined) throw new AppError('internal', 'the owner was not kept');
  return owner;
}

/**
 * The owner that a request names by OIN; without one, the organisation that calls. Whether it may speak for it is for
 * the rules to say. `at` is the place in the request, for the fault.
 * @throws AppError `invalid_request`
 */
export async function ownerNamed(acting: Acting, oin: string | undefined, at: string): Promise<Owner> {
  const named = oin ?? acting.session.system?.oin;
  const { rows } = await acting.client.query<Owner>('select owner_id, oin, name from service_owners where oin = $1', [
    named ?? '',
  ]);
  const [owner] = rows;
  if (owner !== undefined) return owner;
  const message = named === undefined ? 'is needed: you call for no service owner' : 'no service owner has this OIN';
  throw new AppError('invalid_request', 'a service owner is needed', { faults: [{ at, message }] });
}

/** Owner for which a system calls; undefined for everybody else. */
export async function callingOwner({ client, session }: Acting): Promise<string | undefined> {
  if (session.system?.role !== 'service_owner') return undefined;
  const { rows } = await client.query<{ owner_id: string }>('select owner_id from service_owners where oin = $1', [
    session.system.oin ?? '',
  ]);
  return rows[0]?.owner_id;
}

/** Owners of a definition: who must agree to what changes it for all of them. */
export async function definitionOwners({ client }: Acting, serviceUuid: string): Promise<string[]> {
  const { rows } = await client.query<{ owners: string[] }>('select definition_owners($1) as owners', [serviceUuid]);
  return rows[0]?.owners ?? [];
}
