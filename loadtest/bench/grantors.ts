import type pg from 'pg';
import type { Session } from '../../src/administer/acting.ts';
import type { Keys } from '../../src/store/keys.ts';
import { withTransaction } from '../../src/store/postgres.ts';

/** The register's own service *manage mandates*, which a seeded register has not. */
export const MANAGE = 'urn:etoegang:DV:00000003000000000099:services:1';

export interface Grantor {
  firm: string;
  /** The firm's owner, logged in. */
  session: Session;
  /** Employees to be. */
  delegates: string[];
}

const DELEGATES = 1000;
const id = (kind: string, i: number) => `be000000-0000-4000-8${kind}00-${String(i).padStart(12, '0')}`;

/** Firms, each with an owner who may grant for it, and people to whom they all grant. */
export async function addGrantors(pool: pg.Pool, keys: Keys, count: number): Promise<Grantor[]> {
  const grantors = Array.from({ length: count }, (_, i) => ({
    firm: id('1', i),
    owner: id('2', i),
    identifier: { scheme: 'pseudonym' as const, value: `bench-${i}` },
  }));
  const delegates = Array.from({ length: DELEGATES }, (_, i) => id('3', i));
  await withTransaction(pool, { who: 'operator', channel: 'operator' }, async (client) => {
    await client.query(`
      insert into service_owners (owner_id, oin, name)
        values ('be000000-0000-4000-8000-000000000000', '00000003000000000099', 'Register');
      insert into services (service_uuid, name, description, consequence, loa, kinds, grounds, domain, chains, branches, follow_up)
        select ('be000000-0000-4000-8000-00000000000' || n)::uuid, name, 'Voor de meting', 'Geen', 'eh3',
          '{employee,business,statutory}', '{owner,signatory}', 'general', true, true, 'represented'
        from (values (1, 'Machtigingen beheren'), (2, 'Melden')) as s (n, name);
      insert into service_instances (service_id, service_uuid, owner_id)
        select 'urn:etoegang:DV:00000003000000000099:services:' || n,
          ('be000000-0000-4000-8000-00000000000' || n)::uuid, 'be000000-0000-4000-8000-000000000000'
        from (values (1), (2)) as s (n)`);
    const add = (ids: string[], kind: string) =>
      client.query(
        `insert into parties (party_id, kind, name) select one, $2, 'meting' from unnest($1::uuid[]) as one`,
        [ids, kind],
      );
    await add(
      grantors.map(({ firm }) => firm),
      'organisation',
    );
    await add([...grantors.map(({ owner }) => owner), ...delegates], 'person');
    for (const { firm, owner, identifier } of grantors) {
      await client.query(
        `insert into aliases (alias, key_id, party_id, party_kind, scheme, means_active)
         values (decode($1, 'hex'), $2, $3, 'person', 'pseudonym', true)`,
        [keys.alias(identifier), keys.keyId, owner],
      );
      await client.query(
        `insert into mandates (mandate_id, name, kind, ground, represented, represented_kind, delegate, delegate_kind,
           all_services, all_operations, all_branches, all_cases, loa, valid_from, granted_at, channel, source)
         values (gen_random_uuid(), 'eigenaar', 'statutory', 'owner', $1, 'organisation', $2, 'person', true, true, true,
           true, 'eh4', '2020-01-01', '2020-01-01', 'digital', 'bench')`,
        [firm, owner],
      );
    }
  });
  return grantors.map(({ firm, identifier }) => ({
    firm,
    session: { person: { identifier, loa: 'eh3' }, requestId: 'bench' },
    delegates,
  }));
}
