import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endIntervention } from '../../src/administer/interventions/end-intervention.ts';
import { type InterventionWish, intervene } from '../../src/administer/interventions/intervene.ts';
import type { InterventionKind } from '../../src/domain/administration.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { doAs, refusalOf } from '../support/grants.ts';

let world: AdminWorld;
beforeEach(async () => {
  world = await startAdminWorld();
});
afterEach(() => world.close());

const RVO = () => world.system('service_owner', '00000003800000020000');
const COURT = () => world.system('court', '00000003800000080000');
const REGISTRAR = () => world.system('registrar');
const SINCE = new Date('2026-05-28T00:00:00Z');

describe('an intervention by a service owner', () => {
  const on = (key: string, kind: InterventionKind, session = RVO(), more: Partial<InterventionWish> = {}) =>
    doAs(world, session, (acting) =>
      intervene(acting, world.party(key), {
        kind,
        since: SINCE,
        reference: 'F.10/26/900',
        verifiedBy: ['insolventieregister'],
        ...more,
      }),
    );

  it.each(['death', 'curatele', 'bewind'] as const)(
    'is never %s: that is for courts and the registrar',
    async (kind) => {
      expect(await refusalOf(on('moeder', kind))).toEqual(['act_refused', 'intervention_not_for_this_capacity']);
      await expect(on('moeder', kind, COURT())).resolves.toMatchObject({ created: true });
      await expect(on('moeder', kind, REGISTRAR(), { reference: 'akte 2' })).resolves.toMatchObject({ created: true });
    },
  );

  it('says where it was seen', async () => {
    for (const verifiedBy of [undefined, [], [' ']]) {
      expect(await refusalOf(on('bakkerij', 'bankruptcy', RVO(), { verifiedBy } as object))).toEqual([
        'act_refused',
        'intervention_unverified',
      ]);
    }
    await expect(on('bakkerij', 'bankruptcy')).resolves.toMatchObject({ created: true });
  });

  it('is not over because another service owner, or one who cannot have said so, says so', async () => {
    const { intervention } = await on('moeder', 'death', COURT());
    const ending = doAs(world, RVO(), (acting) =>
      endIntervention(acting, {
        partyId: world.party('moeder'),
        interventionId: intervention.intervention_id,
        endedAt: new Date('2026-06-01T00:00:00Z'),
        reference: 'vergissing',
        verifiedBy: ['telefoon'],
      }),
    );
    expect((await refusalOf(ending))[1]).toBe('intervention_not_for_this_capacity');
  });

  it('names itself as whoever appoints', async () => {
    const appointed = (session = RVO()) =>
      on('bakkerij', 'business_ended', session, {
        reference: `R ${session.system?.role}`,
        successor: {
          as: 'appointed',
          delegate: { partyId: world.party('doorstart') },
          services: ['5e000000-0000-4000-8000-000000000001'],
          grantedBy: { partyId: world.party('rechtbank') },
          validUntil: new Date('2028-01-01T00:00:00Z'),
          evidence: [],
        },
      });
    expect(await refusalOf(appointed())).toEqual(['invalid_request', '/successor/granted_by']);
    await expect(appointed(REGISTRAR())).resolves.toMatchObject({ created: true });
  });
});
