import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeAdminister } from '../../src/administer/administer.ts';
import { makeChangeBell } from '../../src/administer/events/change-bell.ts';
import type { CloudEvent } from '../../src/administer/events/event.ts';
import { type AdminWorld, MANAGE, startAdminWorld } from '../support/admin.ts';
import { type Call, callsOf } from '../support/admin-calls.ts';

let world: AdminWorld;
let call: Call;

const M = (n: string) => `3a000000-0000-4000-8000-0000000000${n}`;
const RVO = '00000003800000020000';

beforeAll(async () => {
  world = await startAdminWorld();
  call = callsOf(world);
});
afterAll(() => world.close());

const registrar = () => world.system('registrar');
const events = async (query = '', session = registrar()) => call(session, `GET /events${query}`);

async function readAll(session = registrar()): Promise<CloudEvent[]> {
  const found: CloudEvent[] = [];
  for (let after = '', more = true; more; ) {
    const { body } = await events(`?limit=100${after}`, session);
    found.push(...body.items);
    ({ more } = body);
    after = `&after=${body.next}`;
  }
  return found;
}

const suspend = (id: string, cause = 'test') =>
  world.act((client) =>
    client.query(`update mandates set status = 'suspended', status_cause = $2 where mandate_id = $1`, [id, cause]),
  );
const headOf = async () => {
  const { rows } = await world.pool.query<{ head: string }>('select max(revision) as head from changes');
  return Number(rows[0]?.head);
};

describe('the feed of events', () => {
  it('tells the registrar of every change, in the order of commit, without a gap', async () => {
    const found = await readAll();
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: await headOf() }, (_, i) => `1.${i + 1}`));
    expect(new Set(found.map(({ specversion }) => specversion))).toEqual(new Set(['1.0']));
  });

  it('never holds a personal number, a name of a person, a birth date or a sealed text', async () => {
    const text = JSON.stringify(await readAll());
    expect(text).not.toMatch(/9999\d{5}|pseudonym:|sealed|birth_date|Marijke/);
  });

  it('says what became of a mandate, and who did it', async () => {
    const before = await headOf();
    await suspend(M('01'));
    const { body } = await events(`?after=1.${before}`);
    expect(body.items).toEqual([
      expect.objectContaining({
        id: `1.${before + 1}`,
        type: 'nl.machtig.mandate.suspended.v1',
        subject: M('01'),
        data: expect.objectContaining({
          before: expect.objectContaining({ status: 'active' }),
          after: expect.objectContaining({ status: 'suspended' }),
          by: expect.objectContaining({ who: 'test', channel: 'test' }),
        }),
      }),
    ]);
    expect(body).toMatchObject({ next: `1.${before + 1}`, more: false });
  });

  it('misses nothing while many write at once', async () => {
    const head = await headOf();
    const write = async (who: string) => {
      for (let i = 0; i < 10; i++) {
        await world.act((client) =>
          client.query(`update parties set name = name || '.' where party_id = $1`, [world.party(who)]),
        );
      }
    };
    const seen: string[] = [];
    let isWriting = true;
    const follow = async () => {
      for (let after = `1.${head}`, goesOn = true; goesOn; ) {
        const wasWriting = isWriting;
        const { body } = await events(`?after=${after}&limit=7`);
        seen.push(...body.items.map(({ id }: CloudEvent) => id));
        [after, goesOn] = [body.next, body.more || wasWriting];
      }
    };
    const following = follow();
    await Promise.all(['willem', 'karin', 'stan', 'henk', 'olaf'].map(write));
    isWriting = false;
    await following;
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => `1.${head + i + 1}`));
  });

  it('is the log of one thing, for an auditor', async () => {
    const { body } = await events(`?entity=mandate&entityId=${M('01')}`);
    expect(body.items.map(({ type }: CloudEvent) => type)).toEqual([
      'nl.machtig.mandate.granted.v1',
      'nl.machtig.mandate.suspended.v1',
    ]);
  });

  it('shows a means by its handle, and a citizen by her party', async () => {
    const found = await readAll();
    const means = found.find(({ type }) => type === 'nl.machtig.means.added.v1');
    expect(means?.subject).toMatch(/^[0-9a-f]{32}$/);
    const number = found.find(
      ({ type, subject }) => type.startsWith('nl.machtig.identifier') && subject === world.party('moeder'),
    );
    expect(number?.data.after).toMatchObject({ party_id: world.party('moeder'), scheme: 'bsn', public_value: null });
  });
});

describe('a service owner', () => {
  const rvo = () => world.system('service_owner', RVO);

  it('reads what touches its own services, and of a mandate only that part', async () => {
    const found = await readAll(rvo());
    const mandates = found.filter(({ type }) => type.startsWith('nl.machtig.mandate'));
    expect(mandates.map(({ subject }) => subject)).toContain(M('01'));
    expect(mandates.map(({ subject }) => subject)).not.toContain(M('10'));
    const shared = mandates.find(({ subject }) => subject === M('11'));
    expect(shared?.data.after).toMatchObject({
      services: ['5e000000-0000-4000-8000-000000000002'],
      joint_with: null,
    });
    expect(shared?.data.by).toEqual({ channel: 'import' });
    expect(found.some(({ type }) => /party|identifier|means|branch/.test(type))).toBe(false);
    const instances = found.filter(({ type }) => type.startsWith('nl.machtig.service.'));
    expect(instances.every(({ subject }) => subject.includes(RVO))).toBe(true);
  });

  it('hears of a mandate that no longer reaches its services', async () => {
    const head = await headOf();
    await world.act((client) =>
      client.query(`update mandates set services = '{5e000000-0000-4000-8000-000000000010}' where mandate_id = $1`, [
        M('11'),
      ]),
    );
    const { body } = await events(`?after=1.${head}`, rvo());
    expect(body.items[0].data.after.services).toEqual([]);
  });

  it('gets a cursor that moves over what is not for it', async () => {
    const head = await headOf();
    await suspend(M('10'));
    const { body } = await events(`?after=1.${head}`, rvo());
    expect(body).toEqual({ items: [], next: `1.${await headOf()}`, more: false });
  });

  it('is refused when the register does not know it', async () => {
    expect((await events('', world.system('service_owner', '00000003800000099999'))).status).toBe(403);
  });
});

describe('who may read events', () => {
  it.each(['willem', 'karin'])('not %s, a person', async (who) => {
    const { status, body } = await events('', world.as(who));
    expect([status, body.code]).toEqual([403, 'act_refused']);
  });

  it('not a court', async () => {
    expect((await events('', world.system('court'))).status).toBe(403);
  });
});

describe('a cursor', () => {
  it('of another epoch, or from beyond the chain, is refused', async () => {
    for (const after of ['2.1', `1.${(await headOf()) + 1}`]) {
      const { status, body } = await events(`?after=${after}`);
      expect([after, status, body.code]).toEqual([after, 409, 'epoch_mismatch']);
    }
  });

  it('is refused once the register has begun anew, and the chain is read again with the ids it had', async () => {
    const { body } = await events('?limit=5');
    const other = await startAdminWorld();
    try {
      await other.pool.query('update register set epoch = 2');
      const callOther = callsOf(other);
      const late = await callOther(registrar(), `GET /events?after=${body.next}`);
      expect([late.status, late.body.code]).toEqual([409, 'epoch_mismatch']);
      const again = await callOther(registrar(), 'GET /events?limit=5');
      expect(again.body.items.map(({ id }: CloudEvent) => id)).toEqual(['1.1', '1.2', '1.3', '1.4', '1.5']);
      expect(again.body.next).toBe('2.5');
    } finally {
      await other.close();
    }
  });
});

describe('waiting for an event', () => {
  const stops: AbortController[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop.abort();
  });

  function listening(): { call: Call; done: Promise<unknown>; stop: AbortController } {
    const stop = new AbortController();
    stops.push(stop);
    const bell = makeChangeBell({ databaseUrl: world.database.url, signal: stop.signal });
    const { pool, keys, policy, clock } = world;
    const deps = { pool, keys, policy, manageService: MANAGE, now: () => clock.now, nextChange: bell.nextChange };
    return { call: callsOf({ ...world, administer: makeAdminister(deps) }), done: bell.done, stop };
  }

  it('ends with the event that is committed meanwhile', async () => {
    const { call: listen } = listening();
    const head = await headOf();
    const waiting = listen(registrar(), `GET /events?after=1.${head}&wait=30`);
    await sleep(50);
    await suspend(M('20'));
    const { body } = await waiting;
    expect(body.items.map(({ subject }: CloudEvent) => subject)).toEqual([M('20')]);
  });

  it('goes on over what is not for the reader', async () => {
    const { call: listen } = listening();
    const head = await headOf();
    const waiting = listen(world.system('service_owner', RVO), `GET /events?after=1.${head}&wait=30`);
    await sleep(50);
    await suspend(M('22'));
    await suspend(M('02'));
    const { body } = await waiting;
    expect(body.items.map(({ subject }: CloudEvent) => subject)).toEqual([M('02')]);
  });

  it('ends empty when the time is up', async () => {
    const { body } = await events(`?after=1.${await headOf()}&wait=1`);
    expect(body).toMatchObject({ items: [], more: false });
  });

  it('ends when the process stops', async () => {
    const { call: listen, done, stop } = listening();
    const waiting = listen(registrar(), `GET /events?after=1.${await headOf()}&wait=30`);
    await sleep(50);
    stop.abort();
    expect((await waiting).body.items).toEqual([]);
    await done;
  });
});
