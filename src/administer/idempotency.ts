import { createHash } from 'node:crypto';
import type pg from 'pg';
import { AppError } from '../domain/errors.ts';
import type { Keys } from '../store/keys.ts';
import type { Session, WriteOptions } from './acting.ts';

type Idempotency = NonNullable<WriteOptions['idempotency']>;

export interface GivenBefore {
  value: unknown;
  revision: string;
}

/**
 * Claims the key for this transaction: a second request with it waits until the first has ended.
 * @returns what was answered before, if anything
 * @throws AppError `idempotency_conflict` when the key came with another request
 */
export async function claimKey(
  client: pg.ClientBase,
  keys: Keys,
  session: Session,
  { key, digest }: Idempotency,
): Promise<GivenBefore | undefined> {
  const caller = callerOf(session, keys);
  const { rowCount } = await client.query(
    'insert into idempotent_answers (caller, key, digest) values ($1, $2, $3) on conflict do nothing',
    [caller, key, Buffer.from(digest, 'hex')],
  );
  if (rowCount === 1) return undefined;
  const { rows } = await client.query<{ digest: Buffer; answer: Buffer; revision: string }>(
    'select digest, answer, revision from idempotent_answers where caller = $1 and key = $2',
    [caller, key],
  );
  const [given] = rows;
  if (given === undefined || given.digest.toString('hex') !== digest) {
    throw new AppError('idempotency_conflict', 'this Idempotency-Key came with another request before');
  }
  return { value: JSON.parse(keys.unsealText(given.answer, `answer ${key}`)), revision: given.revision };
}

/** Whether the very same request was answered before, so that it need not be counted again. */
export async function wasAnswered(
  client: pg.ClientBase,
  keys: Keys,
  session: Session,
  { key, digest }: Idempotency,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from idempotent_answers where caller = $1 and key = $2 and digest = $3 and answer is not null',
    [callerOf(session, keys), key, Buffer.from(digest, 'hex')],
  );
  return rowCount === 1;
}

export async function keepAnswer(
  client: pg.ClientBase,
  keys: Keys,
  session: Session,
  key: string,
  { value, revision }: GivenBefore,
): Promise<void> {
  await client.query('update idempotent_answers set answer = $3, revision = $4 where caller = $1 and key = $2', [
    callerOf(session, keys),
    key,
    keys.sealText(JSON.stringify(value ?? null), `answer ${key}`),
    revision,
  ]);
}

/** Keys of one caller mean nothing to another. */
function callerOf({ system, person }: Session, keys: Keys): Buffer {
  const parts = system
    ? ['system', system.name]
    : ['person', person ? keys.alias(person.identifier) : '', person?.party ? keys.alias(person.party) : ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
