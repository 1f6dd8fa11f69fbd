import { join } from 'node:path';
import type pg from 'pg';
import type { MandateRow, Session } from '../../src/administer/acting.ts';
import { makeAdminister } from '../../src/administer/administer.ts';
import type { AdminVerdict, SystemRole } from '../../src/domain/administration.ts';
import type { PartyId } from '../../src/domain/facts.ts';
import type { Identifier } from '../../src/domain/identifier.ts';
import { makeAdminEngine } from '../../src/policy/admin-engine.ts';
import type { AdminInput } from '../../src/policy/admin-input.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import type { Engine } from '../../src/policy/engine.ts';
import type { RegisterFile } from '../../src/register/file.ts';
import { importRegister } from '../../src/register/import.ts';
import { readRegisterFile, readText } from '../../src/register/read-file.ts';
import { type Keys, makeKeys } from '../../src/store/keys.ts';
import { withTransaction } from '../../src/store/postgres.ts';
import { cloneDatabase, type TestDatabase } from './database.ts';
import { identifier } from './decide-world.ts';

export const REGISTER = join(import.meta.dirname, '../../examples/register.yaml');
const BUNDLE = join(import.meta.dirname, '../../bundles/mandates.tar.gz');
/** The example register's own service *manage mandates*. */
export const MANAGE = 'urn:etoegang:DV:00000003800000070000:services:2';
/** Noon of 1 June 2026, UTC: the clock of an admin world until a test sets it. */
export const NOON = Date.UTC(2026, 5, 1, 12);

export const ALLOW: AdminVerdict = {
  allow: true,
  reasons: [],
  capacity: 'manager',
  authority: [],
  holders_required: null,
};
export const deny = (...reasons: string[]): AdminVerdict => ({
  ...ALLOW,
  allow: false,
  reasons,
  capacity: null,
});

/** The committed rules, until a test hands it other verdicts; it remembers what it was asked. */
export interface SwitchablePolicy extends Engine<AdminVerdict> {
  asked: AdminInput[];
  /** From now on this is the answer; without one: everything is allowed. */
  answer(verdict?: AdminVerdict | ((input: AdminInput) => AdminVerdict)): void;
  /** From now on the committed rules answer again. */
  rules(): void;
}

export interface AdminWorld {
  database: TestDatabase;
  pool: pg.Pool;
  keys: Keys;
  /** Milliseconds since 1970; every transaction reads it. */
  clock: { now: number };
  policy: SwitchablePolicy;
  administer: ReturnType<typeof makeAdminister>;
  /** A session of a person of the register, by its key: with his means (else his BSN), at `eh3` unless said otherwise. */
  as(key: string, login?: { loa?: string; party?: string; bsn?: boolean }): Session;
  system(role: SystemRole, oin?: string): Session;
  /** Party id by the key of the register file, and the identifiers it has there. */
  party(key: string): PartyId;
  identifiers(key: string): readonly Identifier[];
  birthDate(key: string): string;
  bsn(key: string): Identifier;
  mandate(id: string): Promise<MandateRow>;
  /** SQL on behalf of the test itself, in a transaction that says so. */
  act<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The example register in a database of its own, with everything of the admin API below HTTP. */
export async function startAdminWorld(options: { now?: number; policy?: 'rules' | 'allow' } = {}): Promise<AdminWorld> {
  const database = await cloneDatabase({ prepares: true });
  const { pool } = database;
  const keys = makeKeys({ hmacKey: Buffer.alloc(32, 7), hmacKeyId: 'test', sealKey: Buffer.alloc(32, 9) });
  const text = await readText(REGISTER);
  await importRegister(text, { pool, keys });
  const people = await findPeople(readRegisterFile(text).file, pool, keys);
  const policy = makeSwitchablePolicy(makeAdminEngine(await readBundle(BUNDLE)));
  if (options.policy === 'allow') policy.answer();
  const clock = { now: options.now ?? NOON };
  const known = (key: string) => {
    const found = people.get(key);
    if (found === undefined) throw new Error(`the example register has no party ${key}`);
    return found;
  };
  return {
    database,
    pool,
    keys,
    clock,
    policy,
    administer: makeAdminister({ pool, keys, policy, manageService: MANAGE, now: () => clock.now }),
    as: (key, login = {}) => asPerson(known(key), login, login.party ? known(login.party) : undefined),
    system: (role, oin) => ({ system: { name: role, role, ...(oin && { oin }) }, requestId: 'test' }),
    party: (key) => known(key).partyId,
    identifiers: (key) => known(key).identifiers,
    bsn: (key) => {
      const found = known(key).identifiers.find(({ scheme }) => scheme === 'bsn');
      if (found === undefined) throw new Error(`${key} has no citizen service number`);
      return found;
    },
    birthDate: (key) => known(key).birthDate ?? '',
    mandate: (id) => readMandate(pool, id),
    act: (fn) => withTransaction(pool, { who: 'test', channel: 'test' }, fn),
    close: () => database.drop(),
  };
}

interface Known {
  partyId: PartyId;
  /** Those that name it, then its active means. */
  identifiers: readonly Identifier[];
  birthDate?: string;
}

async function findPeople(file: RegisterFile, pool: pg.Pool, keys: Keys): Promise<Map<string, Known>> {
  const people = new Map<string, Known>();
  for (const { key, identifiers, means, birth_date } of file.parties) {
    const active = (means ?? []).filter((one) => one.active !== false).map((one) => one.id);
    const named = [...identifiers, ...active].map((one) => (typeof one === 'string' ? identifier(one) : one));
    const [first] = named;
    if (first === undefined) continue;
    const { rows } = await pool.query<{ party_id: PartyId }>(
      `select party_id from aliases where alias = decode($1, 'hex')`,
      [keys.alias(first)],
    );
    const partyId = rows[0]?.party_id;
    if (partyId === undefined) throw new Error(`${key} was not imported`);
    people.set(key, { partyId, identifiers: named, ...(birth_date && { birthDate: birth_date }) });
  }
  return people;
}

function asPerson(
  { identifiers }: Known,
  { loa = 'eh3', bsn = false }: { loa?: string; bsn?: boolean },
  party: Known | undefined,
): Session {
  const own = (bsn ? undefined : identifiers.find(({ scheme }) => scheme === 'pseudonym')) ?? identifiers[0];
  const bound = party?.identifiers[0];
  if (own === undefined) throw new Error('a person without identifiers cannot log in');
  return { person: { identifier: own, loa, ...(bound && { party: bound }) }, requestId: 'test' };
}

async function readMandate(pool: pg.Pool, id: string): Promise<MandateRow> {
  const { rows } = await pool.query<{ row: MandateRow }>(
    'select to_jsonb(m) as row from mandates m where mandate_id = $1',
    [id],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`there is no mandate ${id}`);
  return found.row;
}

function makeSwitchablePolicy(engine: Engine<AdminVerdict>): SwitchablePolicy {
  const asked: AdminInput[] = [];
  const byRules = (input: AdminInput) => engine.decide(input);
  let say = byRules;
  const answering = (current: () => typeof say): Engine<AdminVerdict> => ({
    revision: engine.revision,
    decide(input) {
      // The only thing that `administer` hands its policy.
      const question = input as AdminInput;
      asked.push(question);
      return current()(question);
    },
  });
  return {
    ...answering(() => say),
    asked,
    pinned() {
      const now = say;
      return answering(() => now);
    },
    answer(verdict = ALLOW) {
      say = typeof verdict === 'function' ? verdict : () => verdict;
    },
    rules() {
      say = byRules;
    },
  };
}
