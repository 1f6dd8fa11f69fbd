import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import { defineOperation } from '../../src/http/admin/operation.ts';
import { type AdminWorld, deny, startAdminWorld } from '../support/admin.ts';
import { refusalOf } from '../support/admin-app.ts';
import { anAdminHttp } from '../support/admin-http.ts';

let world: AdminWorld;
let post: ReturnType<typeof anAdminHttp>['post'];
let runs: number;
let fail: (() => Error) | undefined;

/** Renames a party: one act, one change, and an answer that differs each time it is made. */
const rename = defineOperation({
  id: 'rename',
  method: 'post',
  path: '/renamings',
  tag: 'Things',
  summary: 'Rename',
  requirements: [],
  body: z.strictObject({ party: z.string(), name: z.string() }),
  answers: { 201: { description: 'Renamed.', schema: z.object({ run: z.number(), code: z.string() }) } },
  async handle({ session, administer, body, idempotency }) {
    const written = await administer.write(session, { ...(idempotency && { idempotency }) }, async (acting) => {
      await acting.authorise({ name: 'party.change', party: body.party });
      await acting.client.query('update parties set name = $2 where party_id = $1', [body.party, body.name]);
      runs += 1;
      if (fail) throw fail();
      return { run: runs, code: `code-${runs}` };
    });
    return { status: 201, body: written.value, revision: written.revision };
  },
});

beforeAll(async () => {
  world = await startAdminWorld();
  ({ post } = anAdminHttp(world, { operations: [rename] }));
});
afterAll(() => world.close());
beforeEach(() => {
  runs = 0;
  fail = undefined;
  world.policy.answer();
});

const ask = (key: string, name: string, who = 'karin') =>
  post(
    '/v1/renamings',
    { party: world.party('bakkerij'), name },
    { 'idempotency-key': `"${key}"`, authorization: `Bearer ${who}` },
  );
const changes = async () => {
  const { rows } = await world.pool.query<{ n: string }>('select count(*) as n from changes');
  return Number(rows[0]?.n);
};

describe('a repeat with the same Idempotency-Key', () => {
  it('is answered the same, revision included, and done once', async () => {
    const before = await changes();
    const first = await ask('same', 'Een');
    const second = await ask('same', 'Een');
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(await second.json()).toEqual(await first.json());
    expect(second.headers.get('machtig-revision')).toBe(first.headers.get('machtig-revision'));
    expect([runs, await changes()]).toEqual([1, before + 1]);
  });

  it('with another body is refused', async () => {
    await ask('other', 'Een');
    const response = await ask('other', 'Twee');
    expect([response.status, (await refusalOf(response)).code]).toEqual([422, 'idempotency_conflict']);
    expect(runs).toBe(1);
  });

  it('of another caller is a request of its own', async () => {
    await ask('mine', 'Een');
    await ask('mine', 'Een', 'olaf');
    await ask('mine', 'Een', 'karin for bakkerij');
    expect(runs).toBe(3);
  });

  it('at the same moment waits for the first, and is answered the same', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask('at-once', 'Drie')));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(runs).toBe(1);
  });

  it('after a failure is tried again', async () => {
    fail = () => new AppError('conflict', 'not now');
    expect((await ask('later', 'Vier')).status).toBe(409);
    fail = undefined;
    expect((await ask('later', 'Vier')).status).toBe(201);
  });

  it('after a refusal is judged again', async () => {
    world.policy.answer(deny('loa_insufficient'));
    expect((await ask('refused', 'Vijf')).status).toBe(403);
    expect((await ask('refused', 'Vijf')).status).toBe(403);
    world.policy.answer();
    expect((await ask('refused', 'Vijf')).status).toBe(201);
  });

  it('keeps no answer in clear', async () => {
    await ask('sealed', 'Zes');
    const { rows } = await world.pool.query<{ answer: Buffer }>(
      "select answer from idempotent_answers where key = 'sealed'",
    );
    expect(rows[0]?.answer.toString('latin1')).not.toContain('code-');
  });
});

describe('a write', () => {
  it('without a key is done each time', async () => {
    const body = { party: world.party('bakkerij'), name: 'Zeven' };
    for (const _ of [1, 2]) await post('/v1/renamings', body, { authorization: 'Bearer karin' });
    expect(runs).toBe(2);
  });

  it('answers with a revision at or beyond its change', async () => {
    const response = await ask('revision', 'Acht');
    const { rows } = await world.pool.query<{ newest: string }>(
      "select epoch || '.' || max(revision) as newest from changes group by epoch",
    );
    expect(response.headers.get('machtig-revision')).toBe(rows[0]?.newest);
  });

  it('leaves nothing behind when it fails', async () => {
    const before = await changes();
    fail = () => new Error('a bug');
    expect((await ask('bug', 'Negen')).status).toBe(500);
    expect(await changes()).toBe(before);
  });
});
