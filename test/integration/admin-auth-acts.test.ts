import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/administer/acting.ts';
import type { ActName } from '../../src/domain/administration.ts';
import { AppError } from '../../src/domain/errors.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld({ policy: 'allow' });
});
afterAll(() => world?.close());

function registrar(...acts: ActName[]): Session {
  const { system, ...rest } = world.system('registrar');
  if (system === undefined) throw new Error('no system');
  return { ...rest, system: { ...system, acts } };
}

/** What comes of an act that the rules allow. */
async function attempt(session: Session, ...names: ActName[]): Promise<string> {
  const party = world.party('boerderij');
  try {
    await world.administer.read(session, (acting) => acting.authorise(...names.map((name) => ({ name, party }))));
    return 'done';
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return `${thrown.code} ${thrown.reasons.join(' ')}`;
  }
}

describe('a system that is configured for some acts', () => {
  it('does these', async () => {
    expect(await attempt(registrar('party.view', 'means.view'), 'party.view')).toBe('done');
    expect(await attempt(registrar('party.view', 'means.view'), 'party.view', 'means.view')).toBe('done');
  });

  it('does no other, whatever the rules allow its role, and not a part of what is asked', async () => {
    expect(await attempt(registrar('party.view'), 'means.view')).toBe('act_refused act_not_configured');
    expect(await attempt(registrar('party.view'), 'party.view', 'means.view')).toBe('act_refused act_not_configured');
    const asked = world.policy.asked.length;
    await attempt(registrar('party.view'), 'means.view');
    expect(world.policy.asked).toHaveLength(asked);
  });

  it('does everything of its role when no acts are named', async () => {
    expect(await attempt(world.system('registrar'), 'means.view')).toBe('done');
  });
});
