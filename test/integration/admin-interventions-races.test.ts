import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Acting } from '../../src/administer/acting.ts';
import { grantMandates } from '../../src/administer/grants/grant.ts';
import { type Intervened, intervene } from '../../src/administer/interventions/intervene.ts';
import { revokeMandate } from '../../src/administer/life/stop.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { eventually } from '../support/eventually.ts';

let world: AdminWorld;
beforeEach(async () => {
  world = await startAdminWorld();
});
afterEach(() => world.close());

const SPECIFIC = '3a000000-0000-4000-8000-000000000021';
const bankrupt = async (key: string, reference = 'F.10/26/900', then = async () => {}): Promise<Intervened> => {
  const { value } = await world.administer.write(world.system('court'), {}, async (acting) => {
    const done = await intervene(acting, world.party(key), {
      kind: 'bankruptcy',
      since: new Date('2026-05-28T00:00:00Z'),
      reference,
      verifiedBy: ['telefoon'],
    });
    await then();
    return done;
  });
  return value;
};
const grant = async (acting: Acting, delegate = 'petra') =>
  grantMandates(acting, {
    represented: { partyId: world.party('bakkerij') },
    delegates: [{ party: { partyId: world.party(delegate) } }],
    kind: 'employee',
    services: ['5e000000-0000-4000-8000-000000000022'],
    operations: 'all',
    branches: 'all',
    cases: 'all',
    loa: 'eh3',
    valid_until: '2027-01-01T00:00:00Z',
  });
const idOf = (granted: { mandates: unknown[] }) => (granted.mandates[0] as { mandate_id: string }).mandate_id;
const waiting = () =>
  eventually('somebody waits for a lock', async () => {
    const { rowCount } = await world.pool.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    return rowCount !== 0;
  });

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('an intervention', () => {
  it('waits for a grant that is under way, and ends what it granted', async () => {
    const [granted, finish] = [gate(), gate()];
    const granting = world.administer.write(world.as('karin'), {}, async (acting) => {
      const made = await grant(acting);
      granted.open();
      await finish.opened;
      return idOf(made);
    });
    await granted.opened;
    const intervening = bankrupt('bakkerij');
    await waiting();
    finish.open();
    const [{ value: mandateId }, { intervention }] = await Promise.all([granting, intervening]);
    expect(await world.mandate(mandateId)).toMatchObject({
      status: 'revoked',
      status_cause: `intervention ${intervention.intervention_id}`,
    });
  });

  it('under way makes a grant wait, which then finds that its grantor may not any more', async () => {
    const [ended, finish] = [gate(), gate()];
    const intervening = bankrupt('bakkerij', 'F.1', async () => {
      ended.open();
      await finish.opened;
    });
    await ended.opened;
    const granting = world.administer.write(world.as('karin'), {}, (acting) => grant(acting));
    await waiting();
    finish.open();
    await expect(granting).rejects.toMatchObject({ code: 'act_refused' });
    await intervening;
    const { rows } = await world.pool.query(
      `select count(*)::integer as left from mandates where represented = $1 and status = 'active' and kind <> 'statutory'`,
      [world.party('bakkerij')],
    );
    expect(rows).toEqual([{ left: 0 }]);
  });

  it('waits for a grant to the party as well', async () => {
    const [granted, finish] = [gate(), gate()];
    const granting = world.administer.write(world.as('karin'), {}, async (acting) => {
      const made = await grantMandates(acting, {
        represented: { partyId: world.party('bakkerij') },
        delegates: [{ party: { partyId: world.party('balans') } }],
        kind: 'business',
        services: ['5e000000-0000-4000-8000-000000000010'],
        operations: 'all',
        branches: 'all',
        cases: 'all',
        loa: 'eh3',
        valid_until: '2027-01-01T00:00:00Z',
      });
      granted.open();
      await finish.opened;
      return idOf(made);
    });
    await granted.opened;
    const intervening = bankrupt('balans');
    await waiting();
    finish.open();
    const [{ value: mandateId }] = await Promise.all([granting, intervening]);
    expect(await world.mandate(mandateId)).toMatchObject({ status: 'revoked' });
  });

  it('that the rules refuse waits for nobody, and makes nobody wait', async () => {
    const [asked, finish] = [gate(), gate()];
    const holding = world.administer.write(world.as('karin'), {}, async (acting) => {
      await grant(acting);
      asked.open();
      await finish.opened;
    });
    await asked.opened;
    // It would wait for the grant, were it allowed.
    const refused = world.administer.write(world.as('stan'), {}, (acting) =>
      intervene(acting, world.party('bakkerij'), { kind: 'bankruptcy', since: new Date(0), reference: 'x' }),
    );
    await expect(refused).rejects.toMatchObject({ code: 'act_refused' });
    finish.open();
    await holding;
  });

  it('beside a revocation of one of its mandates, ends it once, whoever comes first', async () => {
    const revoking = world.administer.write(world.as('karin'), {}, (acting) =>
      revokeMandate(acting, { mandateId: SPECIFIC, reason: 'uit dienst' }),
    );
    const [revoked, intervened] = await Promise.allSettled([revoking, bankrupt('bakkerij')]);
    expect(intervened.status).toBe('fulfilled');
    const { status, status_cause } = await world.mandate(SPECIFIC);
    expect(status).toBe('revoked');
    expect(status_cause === 'uit dienst').toBe(revoked.status === 'fulfilled');
  });

  it('on each of two parties with a mandate between them does not wait for the other in vain', async () => {
    const both = await Promise.all([bankrupt('bakkerij', 'F.1'), bankrupt('balans', 'F.2')]);
    expect(both.every(({ created }) => created)).toBe(true);
    expect((await world.mandate('3a000000-0000-4000-8000-000000000010')).status).toBe('revoked');
  });
});

describe('a party with very many mandates', () => {
  const MANY = 70_000;

  it('loses them all in one transaction', { timeout: 600_000 }, async () => {
    await world.act((client) =>
      client.query(
        `set local session_replication_role = replica;
         insert into parties (party_id, kind, name)
           select ('bbbbbbbb-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, 'person', 'klant ' || i
           from generate_series(1, ${MANY}) as i;
         insert into mandates select r.* from generate_series(1, ${MANY}) as i, mandates m, jsonb_populate_record(m,
           jsonb_build_object('mandate_id', 'cccccccc-0000-4000-8000-' || lpad(i::text, 12, '0'), 'represented_kind', 'person',
             'represented', 'bbbbbbbb-0000-4000-8000-' || lpad(i::text, 12, '0'), 'kind', 'voluntary')) as r
         where m.mandate_id = '3a000000-0000-4000-8000-000000000080';
         analyze mandates`,
      ),
    );
    const { rows: before } = await world.pool.query('select max(revision)::integer as revision from changes');
    const { intervention } = await bankrupt('schuldhulp');
    // Beside them: three that it held or granted itself, and what was passed on from one of these.
    expect(intervention.mandates_ended).toBe(MANY + 4);
    const { rows } = await world.pool.query(
      `select count(*)::integer as changes, count(distinct transaction_id)::integer as transactions,
         count(*) filter (where entity = 'mandate' and after ->> 'status' = 'revoked')::integer as revoked
       from changes where revision > $1`,
      [before[0].revision],
    );
    expect(rows).toEqual([{ changes: MANY + 6, transactions: 1, revoked: MANY + 4 }]);
  });
});
