import { afterEach, beforeEach, expect, it } from 'vitest';
import { toError } from '../../src/domain/errors.ts';
import { recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { LAYOUT } from '../../src/mandates/redis-layout.ts';
import { openRedisProjection } from '../../src/mandates/redis-projection.ts';
import { BATCH, type Lead } from '../../src/mandates/sync/keep-up.ts';
import { tryLead } from '../../src/mandates/sync/leadership.ts';
import { takePosition } from '../../src/mandates/sync/position.ts';
import { rebuildProjection } from '../../src/mandates/sync/rebuild.ts';
import { makeBesides } from '../../src/mandates/sync/rebuild-beside.ts';
import { truthOf } from '../../src/mandates/sync/reconcile.ts';
import { makeMending } from '../../src/mandates/sync/reconcile-mend.ts';
import { openSession } from '../../src/mandates/sync/session.ts';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { makeLog } from '../../src/process/log.ts';
import { cloneDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startRedis } from '../support/redis.ts';
import { redisClient } from '../support/redis-stack.ts';
import { fillRegister, firm, highestRevision, person, revoke, SERVICE } from '../support/small-register.ts';

let lifecycle: ReturnType<typeof makeLifecycle>;
beforeEach(() => {
  lifecycle = makeLifecycle();
});
afterEach(() => lifecycle.close());

/** A register with its projection, and a leader who is about to build another copy. */
async function startLeading() {
  const database = await cloneDatabase();
  lifecycle.onClose('database', database.drop);
  const redis = await startRedis();
  lifecycle.onClose('redis', redis.stop);
  await fillRegister(database.pool, 1, 3);
  const projection = await openRedisProjection({ client: await redisClient(lifecycle, redis.url) });
  const session = await openSession({ databaseUrl: database.url, purpose: 'sync: leader', answerWithinMs: 2000 });
  lifecycle.onClose('session', session.close);
  const { signal } = new AbortController();
  const options = { databaseUrl: database.url, projection, layout: LAYOUT, signal, log: makeLog({ level: 'silent' }) };
  const { fence, header } = await takePosition({
    session,
    projection,
    layout: LAYOUT,
    fence: Number(await tryLead(session)),
  });
  const mending = makeMending(projection, () => {}, signal);
  const lead: Lead = { session, fence, header, signal, mending };
  const cursor = await rebuildProjection(options, lead);
  const loaded: unknown[] = [];
  const telling: typeof projection = {
    ...projection,
    async rebuild(...asked) {
      const copy = await projection.rebuild(...asked);
      const load: typeof copy.load = async (writes) => void loaded.push(await copy.load(writes));
      return { ...copy, load };
    },
  };
  const besides = makeBesides({ ...options, projection: telling });
  lifecycle.onClose('what is built', besides.forsake);
  return { database, projection, session, mending, lead, cursor, besides, loaded };
}

it('a truth from before a copy took the place of the live one is not written upon it', async () => {
  const { database, projection, session, mending, lead, besides, ...started } = await startLeading();
  let { cursor } = started;
  const key = recordKey.mandates(firm(1), person(1), scopeKey.service(SERVICE));
  mending.watch();
  const truth = await truthOf(session, [key]);
  besides.begin(lead);
  await revoke(database.pool, 1);
  const before = cursor.n;
  await eventually('the other copy is the live one', async () => {
    ({ cursor } = await besides.change(cursor));
    return cursor.n > before;
  });

  const checked = mending.check(truth);
  const { hash, ...revision } = cursor;
  await mending.mend({ revision, hash, fence: lead.fence });
  expect(await checked).toEqual({ differences: [], moved: [key] });
  const [held] = (await projection.held([key])).records;
  expect(held).toEqual([expect.objectContaining({ facts: expect.objectContaining({ status: 'revoked' }) })]);
});

it('a copy does not take that place when the register names another key by then', async () => {
  const { database, projection, lead, cursor, besides, loaded } = await startLeading();
  const before = await projection.state();
  besides.begin(lead);
  await eventually('the copy is loaded', () => loaded.length > 0);
  await database.pool.query("update register set key_id = 'another'");
  const outcome = await eventually('it has tried', async () => {
    const round = await besides.change(cursor).catch(toError);
    return round instanceof Error && round;
  });
  expect(outcome).toMatchObject({ code: 'conflict' });
  expect(await projection.state()).toEqual(before);
});

it('a copy takes what was committed since its snapshot by batches, so that the live one is fed between them', async () => {
  const { database, projection, lead, cursor, besides, loaded } = await startLeading();
  besides.begin(lead);
  await eventually('the copy is loaded', () => loaded.length > 0);
  await fillRegister(database.pool, 4, 4 + BATCH);
  await revoke(database.pool, 1, 4);
  const end = await highestRevision(database.pool);

  const batches = Math.ceil((end - cursor.n) / BATCH);
  expect(batches).toBeGreaterThan(3);
  const first = await eventually('the copy takes a batch', async () => {
    const round = await besides.change(cursor);
    return round.behind && round;
  });
  expect(first.cursor).toBe(cursor);
  expect(await projection.state()).toMatchObject({ revision: { n: cursor.n } });
  for (let taken = 2; taken < batches; taken++) expect(await besides.change(cursor)).toEqual(first);
  expect(await besides.change(cursor)).toMatchObject({ cursor: { n: end }, behind: false });
  expect(await projection.state()).toMatchObject({ revision: { n: end } });
  const revoked = [1, 4].map((i) => recordKey.mandates(firm(i), person(i), scopeKey.service(SERVICE)));
  const gone = [expect.objectContaining({ facts: expect.objectContaining({ status: 'revoked' }) })];
  expect((await projection.held(revoked)).records).toEqual([gone, gone]);
});
