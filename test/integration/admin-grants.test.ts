import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world.close());

describe('the world of the admin tests', () => {
  it('knows people by their keys', async () => {
    expect(world.as('willem').person?.identifier.scheme).toBe('pseudonym');
    expect(world.as('moeder', { loa: 'eh2' }).person?.identifier.scheme).toBe('bsn');
    expect((await world.mandate('3a000000-0000-4000-8000-000000000001')).represented).toBe(world.party('boerderij'));
    const { value } = await world.administer.write(world.as('willem'), {}, async (acting) => {
      await acting.authorise({ name: 'party.view', party: world.party('boerderij') });
      return acting.actor;
    });
    expect(value).toBe(world.party('willem'));
  });
});
