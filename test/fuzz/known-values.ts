import type pg from 'pg';
import { pick, type Random } from '../../src/register/seed-random.ts';
import type { AdminWorld } from '../support/admin.ts';

/** Values that mean something in this register, by the name of the field that holds them. */
export interface KnownValues {
  /** Takes in every scalar of an answer, so that later requests go on with it. */
  learn(answer: unknown): void;
  /** Something for a field of that name (`mandateId`, `mandate_id`, an item of `mandates`), when there is anything. */
  find(random: Random, name: string): unknown;
  /** A party in one of the ways in which a request may name it. */
  party(random: Random): string;
}

const MOST = 200;

/** How a field of a request is called in what is answered. */
const ALIASES: Readonly<Record<string, string>> = {
  mandates: 'mandate_id',
  services: 'service_uuid',
  derived_from: 'mandate_id',
  sets: 'set_id',
  set: 'set_id',
  service: 'service_id',
  cases: 'case',
  owners: 'owner_id',
  oin: 'oin',
  branches: 'branch',
};

export async function makeKnownValues(world: AdminWorld): Promise<KnownValues> {
  const byName = new Map<string, Set<unknown>>();
  const parties = await partiesOf(world);
  const keep = (name: string, value: unknown) => {
    const values = byName.get(name) ?? new Set();
    byName.set(name, values);
    if (values.size >= MOST) values.delete(values.values().next().value);
    values.add(value);
  };
  const learn = (answer: unknown, name = '') => {
    if (Array.isArray(answer)) for (const one of answer) learn(one, name);
    else if (typeof answer === 'object' && answer !== null)
      for (const [field, value] of Object.entries(answer)) learn(value, field);
    else if (typeof answer === 'string' || typeof answer === 'number') keep(toName(name), answer);
  };
  for (const [name, sql] of Object.entries(STARTING))
    for (const value of await column(world.pool, sql)) keep(name, value);
  return {
    learn: (answer) => learn(answer),
    find(random, name) {
      const values = byName.get(toName(name));
      return values === undefined || values.size === 0 ? undefined : pick(random, [...values]);
    },
    party: (random) => pick(random, parties),
  };
}

function toName(name: string): string {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return ALIASES[snake] ?? snake;
}

const STARTING = {
  mandate_id: 'select mandate_id from mandates',
  party_id: 'select party_id from parties',
  service_uuid: 'select service_uuid from services',
  service_id: 'select service_id from service_instances',
  set_id: 'select set_id from service_sets',
  owner_id: 'select owner_id from service_owners',
  oin: 'select oin from service_owners',
  branch: 'select branch from branches',
  means_id: "select encode(alias, 'hex') from aliases where scheme = 'pseudonym'",
};

async function column(pool: pg.Pool, sql: string): Promise<unknown[]> {
  const { rows } = await pool.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows.map(([value]) => value);
}

async function partiesOf({ pool }: AdminWorld): Promise<string[]> {
  const ids = await column(pool, "select 'urn:uuid:' || party_id from parties");
  const numbers = await column(
    pool,
    "select 'urn:nl:' || scheme || ':' || public_value from aliases where public_value is not null",
  );
  return [...ids, ...numbers].map(String);
}
