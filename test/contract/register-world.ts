import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Write } from '../../src/mandates/projection.ts';
import { factRows, isEntity, writesOf } from '../../src/mandates/writes.ts';
import { makeRegisterRows, type RegisterRows, type Row } from '../support/register-rows.ts';

/** The sizes at which a lookup must still cost what it costs with ten. */
export const CLIENTS = 70_000;
export const CASES = 20_000;
export const LINKS = 70;

/** In place of a sealed BSN, and as long. */
export const SEALED = Buffer.from(Array.from({ length: 48 }, (_, i) => i * 5));

/** A register with everything that lookups can find; `rows` as the views of the database say it. */
export interface World extends RegisterRows {
  intermediary: string;
  /** Firm number i is a client of the intermediary. */
  client(i: number): string;
  /** Has `CASES` mandates for one case each, from `firm`. */
  caseWorker: string;
  caseId(i: number): string;
  /** Second link of `LINKS` organisations, of one of them twice. */
  adviser: string;
  writes: Write[];
}

const numbered = (letter: string, i: number) => `${letter.repeat(8)}-0000-4000-8000-${String(i).padStart(12, '0')}`;
const ID = (letter: string) => `('${letter.repeat(8)}-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid`;

/** Fills an empty register. About ten seconds. */
export async function makeWorld(pool: pg.Pool): Promise<World> {
  const rows = await makeRegisterRows(pool);
  const { insert, owner, service, set, firm, person, other, serviceId, mandate } = rows;
  const [intermediary, caseWorker, adviser] = [randomUUID(), randomUUID(), randomUUID()];
  await insert('parties', { party_id: intermediary, kind: 'organisation', name: 'intermediary' });
  await insert('parties', ...[caseWorker, adviser].map((party_id) => ({ party_id, kind: 'person', name: 'person' })));
  await insert('aliases', alias('aa', firm, { scheme: 'kvk', public_value: '12345678', party_kind: 'organisation' }));
  await insert('aliases', alias('bb', person, { scheme: 'pseudonym', means_active: false, party_kind: 'person' }));
  await insert(
    'aliases',
    alias('dd', other, { scheme: 'bsn', sealed: SEALED, party_kind: 'person' }),
    alias('ee', caseWorker, { scheme: 'bsn', party_kind: 'person' }),
    alias('ff', intermediary, { scheme: 'rsin', public_value: '123456782', party_kind: 'organisation' }),
  );
  await insert('party_states', {
    party_id: firm,
    party_kind: 'organisation',
    state: 'bankrupt',
    since: '2026-03-01 Europe/Amsterdam',
  });
  const wide = { services: '{}' };
  await insert(
    'mandates',
    mandate(),
    mandate({ all_operations: false, operations: '{view,submit}', reach: 'both', substitution: true }),
    mandate({ status: 'revoked' }),
    mandate({ status: 'rejected' }),
    mandate({ ...wide, sets: JSON.stringify([{ set, version: 1 }]) }),
    mandate({ ...wide, owner_id: owner }),
    mandate({ ...wide, all_services: true, joint_required: 2, joint_with: `{${other}}` }),
    mandate({ all_cases: false, cases: [`${serviceId}#one`, `${serviceId}#two # é`] }),
    mandate({ ...wide, sets: JSON.stringify([{ set, version: 1 }]), all_cases: false, cases: [`${serviceId}#by set`] }),
    mandate({ delegate: other, all_branches: false, branches: ['000012345678'] }),
  );
  await rows.act(async (client) => {
    await client.query('set local session_replication_role = replica');
    await fillInBulk(client, { intermediary, caseWorker, adviser, firm, service, serviceId });
  });
  return {
    ...rows,
    intermediary,
    caseWorker,
    adviser,
    client: (i) => numbered('a', i),
    caseId: (i) => `case ${i}`,
    writes: await readWrites(pool),
  };
}

function alias(byte: string, party_id: string, columns: Row): Row {
  return { alias: Buffer.from(byte.repeat(16), 'hex'), key_id: 'test', party_id, ...columns };
}

type Names = Record<'intermediary' | 'caseWorker' | 'adviser' | 'firm' | 'service' | 'serviceId', string>;

async function fillInBulk(client: pg.PoolClient, names: Names): Promise<void> {
  const { intermediary, caseWorker, adviser, firm, service, serviceId } = names;
  await client.query(
    `insert into parties (party_id, kind, name) select ${ID('a')}, 'organisation', 'client ' || i
     from generate_series(0, ${CLIENTS - 1}) as i`,
  );
  const grant = (columns: string, values: string, series: string) =>
    client.query(
      `insert into mandates (mandate_id, name, represented, represented_kind, services, all_operations, all_branches, loa,
         valid_from, valid_until, granted_by, granted_at, channel, source, ${columns})
       select ${values}, '2026-01-01Z', '2029-01-01Z', '${firm}', '2026-01-01 10:11:12.345Z', 'digital', 'test', ${series}`,
    );
  const all = (count: number) => `from generate_series(0, ${count - 1}) as i`;
  const given = (letter: string, represented: string) =>
    `${ID(letter)}, 'm', ${represented}, 'organisation', '{${service}}', true, true, 'eh3'`;
  await grant(
    'kind, delegate, delegate_kind, all_cases',
    given('b', ID('a')),
    `'business', '${intermediary}', 'organisation', true ${all(CLIENTS)}`,
  );
  await grant(
    'kind, reach, delegate, delegate_kind, all_cases, cases',
    given('c', `'${firm}'::uuid`),
    `'employee', 'own', '${caseWorker}', 'person', false, array['${serviceId}#case ' || i] ${all(CASES)}`,
  );
  await grant(
    'kind, reach, delegate, delegate_kind, all_cases',
    given('d', `('aaaaaaaa-0000-4000-8000-' || lpad((i % ${LINKS})::text, 12, '0'))::uuid`),
    `'employee', 'clients', '${adviser}', 'person', true ${all(LINKS + 1)}`,
  );
}

/** All rows of all fact views, as the sync reads them. */
async function readWrites(pool: pg.Pool): Promise<Write[]> {
  const writes: Write[] = [];
  for (const entity of Object.keys(factRows).filter(isEntity)) {
    const { rows } = await pool.query<{ row: unknown }>(`select to_jsonb(v) as row from ${entity}_facts v`);
    for (const { row } of rows) writes.push(...writesOf(entity, row));
  }
  return writes;
}
