import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminWorld, ALLOW, deny, startAdminWorld } from '../support/admin.ts';
import { refusalOf } from '../support/admin-app.ts';
import { anAdminHttp } from '../support/admin-http.ts';

let world: AdminWorld;
let send: ReturnType<typeof anAdminHttp>['send'];
beforeAll(async () => {
  world = await startAdminWorld();
  ({ send } = anAdminHttp(world));
});
afterAll(() => world.close());
afterEach(() => world.policy.rules());

const me = (who: string) => send('/v1/me', { headers: { authorization: `Bearer ${who}` } });

describe('GET /v1/me', () => {
  it('tells a person who he is and for whom he manages, by law or by mandate', async () => {
    expect(await (await me('olaf@eh3')).json()).toMatchObject({
      party: { party_id: world.party('olaf'), kind: 'person', name: 'Olaf Oosting' },
      loa: 'eh3',
      manages: [{ party: { party_id: world.party('balans') }, capacity: 'legal_representative' }],
      more: false,
    });
    expect(await (await me('karin')).json()).toMatchObject({
      manages: [{ party: { party_id: world.party('bakkerij') }, capacity: 'manager' }],
    });
    expect(await (await me('stan')).json()).toMatchObject({ manages: [] });
  });

  it('tells the guardian whom he represents, as long as the rules let him', async () => {
    world.policy.answer();
    expect(await (await me('ouder')).json()).toMatchObject({
      manages: [{ party: { party_id: world.party('kind') }, capacity: 'legal_representative' }],
    });
    world.policy.answer(({ act }) => (act.name === 'party.view' ? deny('minor_came_of_age') : ALLOW));
    expect(await (await me('ouder')).json()).toMatchObject({ manages: [] });
  });

  it('tells who logged in for one party of that party alone', async () => {
    expect(await (await me('karin@eh3 for bakkerij')).json()).toMatchObject({
      for: { party_id: world.party('bakkerij') },
      manages: [{ party: { party_id: world.party('bakkerij') } }],
    });
    expect(await (await me('karin@eh3 for balans')).json()).toMatchObject({ manages: [] });
  });

  it('tells a system as what it is known', async () => {
    expect(await (await me('registrar')).json()).toEqual({
      system: { name: 'registrar', role: 'registrar' },
      manages: [],
      more: false,
    });
    expect(await (await me('owner 00000003800000020000')).json()).toMatchObject({
      system: { role: 'service_owner', owner: { oin: '00000003800000020000' } },
    });
  });

  it('never tells a personal number', async () => {
    for (const who of ['olaf', 'karin', 'ouder'])
      expect(await (await me(who)).text()).not.toMatch(/99999\d{4}|pseudonym/);
  });

  it('tells nobody what the rules refuse, and asks them each time', async () => {
    world.policy.answer(deny('means_inactive'));
    const response = await me('olaf');
    expect(response.status).toBe(403);
    expect((await refusalOf(response)).reasons).toEqual(['means_inactive']);
  });
});
