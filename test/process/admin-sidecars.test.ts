import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDice } from '../support/dice.ts';
import { hasRevision, nameOfRow, type Rows, rowsOf } from '../support/feed-rows.ts';
import { type FeedEvent, followFeed, placeOf } from '../support/follow-feed.ts';
import { type Attempt, isDone, makeWriters, numberOf, type Reply, type Writers } from '../support/http-writers.ts';
import { answersOnPostgres } from '../support/postgres-answers.ts';
import { manyQuestions } from '../support/register-questions.ts';
import { type RestrictedProcesses, startRestrictedProcesses } from '../support/restricted-processes.ts';
import { answersAt, grantAndRevoke, type Round } from '../support/sidecar-answers.ts';
import { contested, wishes } from '../support/wishes.ts';

const WRITERS = 200;
const ROUNDS = 4;

let world: RestrictedProcesses;
let writers: Writers;
/** What was asked of the admin API at once, and what became of it. */
let attempts: Attempt[];
/** Meanwhile, for the sidecars. */
const rounds: Round[] = [];
/** As PostgreSQL has them. */
let before: Rows;
let after: Rows;
/** The last revision before anybody began. */
let start: number;
/** All of them, read while they were made. */
let events: FeedEvent[];

beforeAll(async () => {
  world = await startRestrictedProcesses();
  writers = makeWriters({ url: world.admin.adminUrl, credential: world.credential });
  const about = await contested(writers);
  start = await headOf();
  before = await rowsOf(world.database.pool);

  let isOver = false;
  const following = followFeed(writers, () => isOver);
  const dice = makeDice(11);
  const asked = Array.from({ length: WRITERS }, (_, i) => wishes(about, dice, i));
  // Every third of them sends everything twice.
  const writing = asked.map((wish, i) => writers.write(wish, `writer-${i}`, i % 3 === 0 ? 2 : 1));
  for (let i = 0; i < ROUNDS; i++) rounds.push(await grantAndRevoke(writers, world.sidecars, `round-${i}`));
  attempts = [...(await Promise.all(writing)).flat(), ...rounds.flatMap((round) => round.attempts)];
  isOver = true;
  events = await following;
  after = await rowsOf(world.database.pool);
}, 180_000);
afterAll(() => world?.close());

const done = () => attempts.flatMap((one) => (one.done ? [{ ...one, done: one.done }] : []));
const eventsOf = (requestId: string) => events.filter(({ data }) => data.by.request_id === requestId);
const placeOfLast = (some: readonly FeedEvent[]) => Math.max(0, ...some.map(placeOf));
const last = () => `1.${placeOfLast(events)}`;
/** Those that found everything as they wanted it changed nothing. */
const changing = () => done().filter(({ wish, requestId }) => !isRepeatable(wish) || eventsOf(requestId).length > 0);
const isRepeatable = ({ to }: { to: string }) => /means|interventions/.test(to);

describe('200 writers over HTTP, each process with the rights of its role', () => {
  it('are answered as documented: done, refused, or told to try again', () => {
    expect([...writers.seen.keys()].filter((code) => !FORESEEN.test(code))).toEqual([]);
    expect(attempts.flatMap(({ replies }) => replies).filter(({ status }) => [429, 503].includes(status))).toEqual([]);
    const acts = new Set(done().map(({ wish }) => wish.to.replace(/[0-9a-f-]{32,36}/, '…')));
    expect([...acts]).toEqual(expect.arrayContaining(ACTS));
    expect(done().length).toBeGreaterThan(WRITERS / 3);
  });

  it('get a revision for whatever was done, and each another', () => {
    for (const { done: reply, wish } of done()) expect(reply.revision, wish.to).toMatch(/^1\.[0-9]+$/);
    const revisions = changing().map(({ done: reply }) => reply.revision);
    expect(new Set(revisions).size).toBe(revisions.length);
  });

  it('get one answer to a request that they send twice, at once or later, and it is done once', async () => {
    const twice = attempts.filter(({ replies }) => replies.filter(isDone).length === 2);
    expect(twice.length).toBeGreaterThan(10);
    for (const { replies } of twice) expect(replies[1]).toEqual(replies[0]);
    const dice = makeDice(5);
    for (const one of Array.from({ length: 25 }, () => dice.pick(done()))) {
      expect(await writers.repeat(one)).toEqual(one.done);
    }
    expect(await headOf()).toBe(numberOf(last()));
  });

  it('find every act of theirs in the feed, under the revision that they were told, and nothing else', () => {
    for (const { requestId, done: reply, wish } of changing()) {
      expect(placeOfLast(eventsOf(requestId)), `${wish.by} ${wish.to}`).toBe(numberOf(reply.revision));
    }
    const acknowledged = new Set(done().map(({ requestId }) => requestId));
    const others = events.filter((one) => placeOf(one) > start && !acknowledged.has(one.data.by.request_id ?? ''));
    expect(others).toEqual([]);
  });

  it('are told that nothing was left to do only where it was so', () => {
    const idle = done().filter(({ wish, requestId }) => isRepeatable(wish) && eventsOf(requestId).length === 0);
    for (const { wish, done: reply } of idle) {
      const known = events.filter((one) => placeOf(one) <= numberOf(reply.revision));
      if (wish.to.includes('interventions')) {
        const said = known.find(({ subject }) => subject === reply.body.intervention_id);
        expect(said?.type).toBe('nl.machtig.intervention.added.v1');
      } else {
        const switched = known.filter(({ subject, type }) => type.includes('.means.') && wish.to.includes(subject));
        expect(switched.at(-1)?.data.after?.means_active).toBe(wish.to.endsWith('/activations'));
      }
    }
  });

  it('change what they saw, and never what they did not see', () => {
    const conditional = done().filter(({ ifMatch }) => ifMatch !== undefined);
    expect(conditional.length).toBeGreaterThan(20);
    for (const { wish, ifMatch = '', requestId } of conditional) {
      const life = events.filter(({ subject, data }) => subject === wish.seen && data.relation === 'mandates');
      const at = life.findIndex(({ data }) => data.by.request_id === requestId);
      expect(placeOfLast(life.slice(0, at)), `${wish.by} ${wish.to}`).toBe(numberOf(ifMatch));
    }
  });

  it('read back what they wrote', async () => {
    for (const { done: reply, wish } of done()) {
      for (const { mandate_id, revision } of viewsIn(reply)) {
        const now = after.get(`mandates ${mandate_id}`)?.revision ?? '';
        expect(numberOf(now), wish.to).toBeGreaterThanOrEqual(numberOf(revision));
      }
    }
    const reads = done().filter(({ done: reply }) => reply.body.mandate !== undefined);
    for (const { wish, done: reply } of reads.slice(-15)) {
      const { mandate_id } = reply.body.mandate;
      const { status, etag } = await writers.read(wish.by, `/mandates/${mandate_id}`);
      const { revision } = after.get(`mandates ${mandate_id}`) ?? {};
      expect({ status, etag }).toEqual({ status: 200, etag: `"${revision}"` });
    }
  });

  it('leave a chain that is whole', async () => {
    const { code, out, err } = await world.machtig('admin', 'audit', 'verify');
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verified: numberOf(last()), head: numberOf(last()) });
  });

  it('leave a feed without gaps, by which whoever folds it over the start arrives at what PostgreSQL has', () => {
    expect(events.map(placeOf)).toEqual(events.map((_, i) => i + 1));
    const folded: Rows = new Map(before);
    for (const { id, subject, data } of events.slice(start)) {
      const { relation, before: was, after: is } = data;
      const name = nameOfRow(relation, subject, is ?? was ?? {});
      if (name === undefined) continue;
      expect({ name, row: folded.get(name)?.row ?? null }).toEqual({ name, row: was });
      if (is === null) folded.delete(name);
      else folded.set(name, { row: is, ...(hasRevision(relation) && { revision: id }) });
    }
    expect(Object.fromEntries(folded)).toEqual(Object.fromEntries(after));
    const changed = [...after].filter(([name, { revision }]) => before.get(name)?.revision !== revision);
    expect(changed.length).toBeGreaterThan(20);
  });
});

describe('both sidecars', () => {
  it('allowed what was granted and denied what was revoked at the very next question, while all this went on', () => {
    expect(rounds.map(({ allowed, denied }) => [...allowed, ...denied])).toEqual(
      Array.from({ length: ROUNDS }, () => [true, true, false, false]),
    );
  });

  it('answer at the last revision as the policy does on PostgreSQL', async () => {
    const questions = manyQuestions();
    const expected = await answersOnPostgres(world, questions);
    const found = await Promise.all(world.sidecars.map((sidecar) => answersAt(sidecar, questions, last())));
    const pairs = (answers: readonly object[]) => answers.map((answer, i) => ({ question: questions[i], answer }));
    for (const answers of found) expect(pairs(answers)).toEqual(pairs(expected));
    const allows = expected.filter(({ allow }) => allow).length;
    expect(allows).toBeGreaterThan(20);
    expect(questions.length - allows).toBeGreaterThan(200);
  });

  it('have a Redis that is as PostgreSQL', async () => {
    const { code, out, err } = await world.machtig('sync', 'sync', 'verify');
    expect({ code, found: JSON.parse(out) }, err).toMatchObject({ code: 0, found: { equal: true } });
  });
});

const FORESEEN =
  /^(20[01]|403 act_refused|404 not_found|409 conflict|412 precondition_failed|429 too_many_requests|503 (overloaded|store_unavailable))$/;

const ACTS = [
  'POST /mandates',
  'PATCH /mandates/…',
  'POST /mandates/…/suspensions',
  'POST /mandates/…/reactivations',
  'POST /mandates/…/revocations',
  'POST /mandates/…/transfers',
  'POST /mandates/_revoke',
  'POST /mandates/_transfer',
  'POST /means/…/deactivations',
  'POST /means/…/activations',
  'POST /interventions',
];

const viewsIn = ({ body }: Reply): { mandate_id: string; revision: string }[] =>
  body.mandate ? [body.mandate] : (body.mandates ?? []);

async function headOf(): Promise<number> {
  const { rows } = await world.database.pool.query<{ head: string }>('select max(revision) as head from changes');
  return Number(rows[0]?.head);
}
