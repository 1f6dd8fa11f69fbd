import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../src/administer/acting.ts';
import {
  approveRequest,
  type Narrowing,
  rejectRequest,
  withdrawRequest,
} from '../../src/administer/grants/answer-request.ts';
import { requestMandates } from '../../src/administer/grants/request.ts';
import type { MandateWish } from '../../src/administer/grants/wish.ts';
import { type AdminWorld, NOON, startAdminWorld } from '../support/admin.ts';
import { doAs, LIVESTOCK_REPORT, named, refusalOf, terms, VAT, type View } from '../support/grants.ts';

const DAY = 86_400_000;

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
beforeEach(() => {
  world.clock.now = NOON;
});
afterAll(() => world.close());

/** Olaf signs for Balans; Willem owns the farm, Kees his painter's firm. */
const olaf = () => world.as('olaf');
const willem = () => world.as('willem');

async function ask(of: string[], wish: MandateWish = terms(VAT), by: Session = olaf()): Promise<View[]> {
  const { mandates } = await doAs(world, by, (acting) =>
    requestMandates(acting, {
      represented: of.map((one) => named(world, one)),
      delegate: { partyId: world.party('balans') },
      ...wish,
    }),
  );
  return mandates as View[]; // As SQL's `mandate_view` makes them.
}

async function one(of = 'boerderij', wish?: MandateWish): Promise<View> {
  const [view] = await ask([of], wish);
  if (view === undefined) throw new Error('nothing was asked');
  return view;
}

const approve = ({ mandate_id, revision }: View, by = willem(), narrowing: Narrowing = {}, seen = revision) =>
  doAs(world, by, (acting) => approveRequest(acting, { mandateId: mandate_id, seen, narrowing })) as Promise<View>;
const reject = ({ mandate_id }: View, by = willem()) =>
  doAs(world, by, (acting) => rejectRequest(acting, { mandateId: mandate_id, reason: 'niet nodig' }));
const withdraw = ({ mandate_id }: View, by = olaf()) =>
  doAs(world, by, (acting) => withdrawRequest(acting, { mandateId: mandate_id }));

async function viewOf({ mandate_id }: View): Promise<View> {
  const { rows } = await world.pool.query<{ view: View }>(
    'select mandate_view(m) as view from mandates m where mandate_id = $1',
    [mandate_id],
  );
  if (rows[0] === undefined) throw new Error('there is no such mandate');
  return rows[0].view;
}

describe('asking to be mandated', () => {
  it('asks several parties at once, and waits thirty days', async () => {
    const views = await ask(['boerderij', 'schilder', 'bakkerij']);
    expect(views).toMatchObject([
      {
        status: 'requested',
        represented: { party_id: world.party('boerderij') },
        lapses_at: '2026-07-01T12:00:00.000Z',
      },
      { status: 'requested', represented: { party_id: world.party('schilder') } },
      { status: 'requested', represented: { party_id: world.party('bakkerij') } },
    ]);
    expect(views.every((view) => view.granted_by === undefined)).toBe(true);
  });

  it('waits until another moment where that is said, within ninety days', async () => {
    const until = (days: number) =>
      doAs(world, olaf(), (acting) =>
        requestMandates(acting, {
          represented: [named(world, 'boerderij')],
          delegate: { partyId: world.party('balans') },
          lapses_at: new Date(NOON + days * DAY).toISOString(),
          ...terms(VAT),
        }),
      );
    expect((await until(90)).mandates).toMatchObject([{ lapses_at: '2026-08-30T12:00:00.000Z' }]);
    expect(await refusalOf(until(91))).toEqual(['invalid_request', '/lapses_at']);
    expect(await refusalOf(until(0))).toEqual(['invalid_request', '/lapses_at']);
  });

  it('is for the delegate himself, or who manages for it', async () => {
    expect(await refusalOf(ask(['boerderij'], terms(VAT), world.as('bea')))).toEqual([
      'act_refused',
      'not_representative',
    ]);
  });

  it('names all that is wrong once, however many are asked', async () => {
    const wrong = terms('5e000000-0000-4000-8000-0000000000ff', { valid_until: '2026-01-01T00:00:00Z' });
    expect(await refusalOf(ask(['boerderij', 'schilder'], wrong))).toEqual([
      'invalid_request',
      '/services/0',
      '/valid_until',
    ]);
  });

  it('lets a citizen ask another, with her date of birth', async () => {
    const asked = (birth_date?: string) =>
      doAs(world, world.as('dochter', { loa: 'eh2plus' }), (acting) =>
        requestMandates(acting, {
          represented: [{ party: { identifier: world.bsn('betrokkene') }, birth_date }],
          delegate: { identifier: world.bsn('dochter') },
          ...terms('5e000000-0000-4000-8000-000000000012', { kind: 'voluntary', loa: 'eh2plus' }),
        }),
      );
    expect(await refusalOf(asked())).toEqual(['invalid_request', '/represented/0/party']);
    expect((await asked(world.birthDate('betrokkene'))).mandates).toMatchObject([{ kind: 'voluntary' }]);
  });
});

describe('approving', () => {
  it('makes it a mandate, granted by whoever approves, from then on', async () => {
    const asked = await one();
    world.clock.now = NOON + DAY;
    expect(await approve(asked)).toMatchObject({
      status: 'active',
      granted_by: { party_id: world.party('willem') },
      granted_at: '2026-06-02T12:00:00.000Z',
      valid_from: '2026-06-02T12:00:00.000Z',
    });
  });

  it('may narrow what was asked', async () => {
    const asked = await one();
    const narrowing: Narrowing = {
      operations: ['view'],
      valid_until: '2027-01-01T00:00:00Z',
      branches: ['000090000011'],
    };
    const refused = approve(asked, willem(), narrowing);
    expect(await refusalOf(refused)).toContain('branches_not_accepted');
    const { branches: _, ...rest } = narrowing;
    expect(await approve(asked, willem(), rest)).toMatchObject({
      operations: ['view'],
      valid_until: '2027-01-01T00:00:00.000Z',
    });
  });

  it.each<[string, Narrowing]>([
    ['more services', { services: [VAT, LIVESTOCK_REPORT] }],
    ['another service', { services: [LIVESTOCK_REPORT] }],
    ['all services', { all_services: true }],
    ['more operations', { operations: 'all' }],
    ['a later end', { valid_until: '2028-01-02T00:00:00Z' }],
    ['passing on', { substitution: true }],
    ['reading messages', { reads_messages: true }],
  ])('never widens it: %s', async (_what, narrowing) => {
    const asked = await one('boerderij', terms(VAT, { operations: ['view'] }));
    expect(await refusalOf(approve(asked, willem(), narrowing))).toEqual(['invalid_request', '']);
    expect(await world.mandate(asked.mandate_id)).toMatchObject({ status: 'requested' });
  });

  it('does not raise its level', async () => {
    const asked = await one('boerderij', terms(VAT, { loa: 'eh3' }));
    const raised = approve(
      asked,
      { ...world.as('willem', { loa: 'eh4' }), signature: { fingerprint: 'ab' } },
      { loa: 'eh4' },
    );
    expect(await refusalOf(raised)).toEqual(['invalid_request', '']);
  });

  it('approves only what was seen', async () => {
    const asked = await one();
    expect(await refusalOf(approve(asked, willem(), {}, '1.1'))).toEqual(['precondition_failed']);
  });

  it('is for the represented, not for whoever asked', async () => {
    const asked = await one();
    expect(await refusalOf(approve(asked, olaf()))).toContain('not_for_this_capacity');
    expect(await refusalOf(approve(asked, world.as('petra')))).toEqual(['not_found']);
  });

  it('comes too late when the thirty days are over', async () => {
    const [early, late] = await Promise.all([one(), one()]);
    world.clock.now = NOON + 30 * DAY - 1;
    expect(await approve(early)).toMatchObject({ status: 'active' });
    world.clock.now = NOON + 30 * DAY;
    expect(await refusalOf(approve(late))).toEqual(['conflict']);
  });

  it('waits for the other where two must grant together', async () => {
    const asked = await one('rederij');
    expect(await approve(asked, world.as('vandam-een'))).toMatchObject({ status: 'offered' });
    const { rows } = await world.pool.query('select party_id from consents where mandate_id = $1', [asked.mandate_id]);
    expect(rows).toEqual([{ party_id: world.party('vandam-een') }]);
  });
});

describe('a request that is not approved', () => {
  it('is rejected with a reason, for good', async () => {
    const asked = await one();
    expect(await reject(asked)).toMatchObject({ status: 'rejected', status_cause: 'niet nodig' });
    expect(await refusalOf(approve(asked))).toEqual(['precondition_failed']);
    const { revision } = await viewOf(asked);
    expect(await refusalOf(approve(asked, willem(), {}, revision))).toEqual(['conflict']);
    expect(await refusalOf(reject(asked))).toContain('not_for_this_capacity');
  });

  it('is withdrawn by whoever asked, and by nobody else', async () => {
    const asked = await one();
    expect(await refusalOf(withdraw(asked, willem()))).toContain('not_for_this_capacity');
    expect(await withdraw(asked)).toMatchObject({ status: 'withdrawn' });
  });

  it('is either approved or withdrawn when both happen at once', async () => {
    for (let round = 0; round < 5; round++) {
      const asked = await one();
      const both = await Promise.allSettled([approve(asked), withdraw(asked)]);
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { status } = await world.mandate(asked.mandate_id);
      expect(status).toBe(both[0]?.status === 'fulfilled' ? 'active' : 'withdrawn');
    }
  });
});
