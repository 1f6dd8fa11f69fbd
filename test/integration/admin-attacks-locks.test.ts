import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reconfirm } from '../../src/administer/jobs/reconfirm.ts';
import { recordState } from '../../src/administer/parties/states.ts';
import { answerReconfirmation } from '../../src/administer/reconfirmations/answer.ts';
import { type AdminWorld, startAdminWorld } from '../support/admin.ts';
import { makeLifeWorld } from '../support/admin-life.ts';
import { eventually } from '../support/eventually.ts';
import { doAs, MANAGING } from '../support/grants.ts';
import { insertRow } from '../support/register-rows.ts';

let world: AdminWorld;
beforeEach(async () => {
  world = await startAdminWorld();
});
afterEach(() => world.close());

const ASKED = { asked_of: 'manager', asked_at: '2026-05-01T00:00:00Z', due_at: '2026-05-31T00:00:00Z' };

/** Whether an act waits for whoever holds that lock, and is done once he has gone. */
async function waitsFor(lock: string, values: unknown[], act: () => Promise<unknown>): Promise<unknown> {
  let acting: Promise<unknown> | undefined;
  await world.act(async (client) => {
    await client.query(`select ${lock}`, values);
    acting = act().catch((error: unknown) => error);
    await eventually('it waits for that lock', async () => {
      const { rowCount } = await world.pool.query(`select from pg_locks where locktype = 'advisory' and not granted`);
      return rowCount !== 0;
    });
  });
  return acting;
}

async function askedAbout(delegate: string) {
  const life = await makeLifeWorld(world);
  const mandate = await life.mandate({ delegate: world.party(delegate) });
  const reconfirmation_id = randomUUID();
  const ends = { represented: world.party('bakkerij'), delegate: world.party(delegate), mandates: [mandate] };
  const repeated_at = '2026-05-31T00:00:00Z';
  await world.act((client) =>
    insertRow(client, 'reconfirmations', {
      reconfirmation_id,
      ...ends,
      ...ASKED,
      repeated_at,
      due_at: '2026-06-01T00:00:00Z',
    }),
  );
  return { mandate, reconfirmation_id };
}

it('a state of a manager waits for whoever counts managers', async () => {
  const state = () =>
    doAs(world, world.system('registrar'), (acting) =>
      recordState(acting, world.party('bea'), { state: 'curatele', since: new Date(0), reference: 'C/1' }),
    );
  const lives = `pg_advisory_xact_lock_shared(hashtextextended('machtig.lives', 0))`;
  expect(await waitsFor(lives, [], state)).toMatchObject({ states: [{ state: 'curatele' }] });
});

it('an answer to a question waits for whoever counts managers', async () => {
  const { mandate, reconfirmation_id } = await askedAbout('petra');
  const answer = () =>
    doAs(world, world.as('karin'), (acting) =>
      answerReconfirmation(acting, { reconfirmationId: reconfirmation_id, answer: 'deregistered' }),
    );
  const lock = 'pg_advisory_xact_lock(hashtextextended($1, 1))';
  expect(await waitsFor(lock, [world.party('bakkerij')], answer)).toEqual({ revoked: [mandate] });
});

it('what is used while the job runs is not revoked as unused', async () => {
  const { mandate, reconfirmation_id } = await askedAbout('petra');
  const { pool } = world;
  let connected = 0;
  const watched = new Proxy(pool, {
    get(target, name) {
      if (name !== 'connect') return Reflect.get(target, name);
      return async () => {
        connected += 1;
        // Before the last of its steps, which revokes.
        if (connected === 4) {
          await pool.query(`insert into mandate_uses values ($1, '2026-06-01', 1, '2026-06-01T00:00:00Z')`, [mandate]);
        }
        return pool.connect();
      };
    },
  });
  const report = await reconfirm.run({ pool: watched, manageService: MANAGING }, new Date(world.clock.now));
  expect([connected, report]).toMatchObject([4, { revoked: 0 }]);
  expect((await world.mandate(mandate)).status).toBe('active');
  await reconfirm.run({ pool, manageService: MANAGING }, new Date(world.clock.now));
  const { rows } = await pool.query('select outcome from reconfirmations where reconfirmation_id = $1', [
    reconfirmation_id,
  ]);
  expect(rows).toEqual([{ outcome: 'used' }]);
});
