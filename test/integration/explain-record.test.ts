import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { makeExplain } from '../../src/evaluate/explain.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeRecords } from '../../src/records/records.ts';
import { verifyRecords } from '../../src/records/verify.ts';
import { replayRecords } from '../../src/workbench/replay.ts';
import { COMMITTED } from '../support/changed-bundle.ts';
import {
  ANNA,
  alias,
  aMandate,
  aParty,
  aService,
  FIRM,
  fixed,
  id,
  kept,
  mandateWrite,
  NOW,
  OFFICE,
  PEOPLE,
  projected,
  question,
  SERVICE,
  stranger,
} from '../support/decide-world.ts';
import { committedBoth } from '../support/explained.ts';
import { anApp, anEvaluate, everyone } from '../support/http.ts';

const policy = await committedBoth();
const IDENTIFIER = /"(11111111|22222222|99999999)"|urn:nl:|pseudonym/;
/** As the rules want it: no mandate of half a century, and a service that knows business mandates. */
const valid_from = NOW - 10_000;
const SHORT = mandateWrite(FIRM, ANNA, aMandate(id(10), { valid_from }));
const terms = { ...aService().definition, kinds: { business: true, employee: true } } as const;
const LINKED: Write[] = [
  ...PEOPLE,
  { put: 'service', serviceId: SERVICE, facts: aService({ definition: terms, instance: terms }) },
  { put: 'link', actor: ANNA, organisation: OFFICE, mandateId: id(12) },
  mandateWrite(FIRM, OFFICE, aMandate(id(11), { kind: 'business', valid_from })),
  mandateWrite(OFFICE, ANNA, aMandate(id(12), { reach: 'clients', valid_from })),
];
const ASK = {
  actor: 'urn:etoegang:pseudonym:anna',
  loa: 'eh3',
  represented: 'urn:nl:kvk:11111111',
  service: SERVICE,
};
const TRACE = { trace_id: '0af7651916cd43dd8448eb211c80319c', parent_span_id: 'b7ad6b7169203331' };
const call = { caller: everyone, requestId: 'asked-7', traceparent: `00-${TRACE.trace_id}-${TRACE.parent_span_id}-01` };

async function aWorld(writes: readonly Write[] = LINKED, records = kept(), freshness = fixed()) {
  const deps = { ...policy, freshness, alias, now: () => NOW, log: { info: () => {} }, records };
  return { explain: makeExplain({ ...deps, lookups: await projected(writes) }), records };
}

describe('the record of an explanation', () => {
  it('is one for each call: who asked what, and of whose mandates he was told, by party', async () => {
    const { explain, records } = await aWorld();
    const told = await explain({ question: { ...question, loa: 'eh2' } }, call);
    expect(records.entries).toEqual([
      {
        ...TRACE,
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        event_name: 'machtig.explanation',
        timestamp: NOW,
        status: 'Ok',
        attributes: {
          'machtig.caller': everyone.name,
          'machtig.request_id': 'asked-7',
          'dpl.core.data_subject_id': ANNA,
        },
        body: {
          'adl.core.request': expect.objectContaining({ actor: ANNA, represented: FIRM, service: SERVICE, loa: 'eh2' }),
          'adl.core.response': expect.objectContaining({
            allow: false,
            reasons: told.verdict.reasons,
            paths: told.paths.length,
            mandates: [id(11), id(12)],
            intermediaries: [OFFICE],
          }),
          'adl.core.policies': { revision: told.policy_revision },
          'adl.core.information': { revision: '1.7', age_ms: 12 },
        },
      },
    ]);
    expect(told.nearest).not.toEqual([]);
    expect(JSON.stringify(records.entries[0]?.body)).not.toMatch(IDENTIFIER);
  });

  it('names intermediaries that would do by party as well', async () => {
    const { explain, records } = await aWorld();
    const named = { ...question, via: stranger };
    const { nearest } = await explain({ question: named }, call);
    expect(nearest.map(({ change, to }) => `${change} ${to}`)).toContain('via urn:nl:kvk:22222222');
    expect(records.entries[0]?.body['adl.core.response']).toMatchObject({
      nearest: expect.arrayContaining([{ change: 'via', to: OFFICE }]),
    });
    expect(JSON.stringify(records.entries[0]?.body)).not.toMatch(IDENTIFIER);
  });

  it('says for which moment, and that it was supposed', async () => {
    const { explain, records } = await aWorld([...PEOPLE, SHORT]);
    await explain({ question, at: NOW - 1000 }, call);
    const { body } = records.entries[0] ?? {};
    expect(body).toMatchObject({ 'adl.core.request': { at: NOW - 1000 }, 'adl.core.response': { would_allow: true } });
    expect(JSON.stringify(body)).not.toContain('"allow"');
  });

  it('is one of an error, where nothing could be told', async () => {
    const stale = { ...fixed(), maxAgeMs: 5 };
    const { explain, records } = await aWorld([...PEOPLE, SHORT], kept(), stale);
    await expect(explain({ question }, call)).rejects.toMatchObject({ code: 'data_stale' });
    expect(records.entries).toMatchObject([
      { event_name: 'machtig.explanation', status: 'Error', body: { 'adl.core.response': { error: 'data_stale' } } },
    ]);
    expect(records.entries[0]?.body['adl.core.request']).toMatchObject({ actor: ANNA, represented: FIRM });
  });

  it('is none where the caller may not ask', async () => {
    const { explain, records } = await aWorld();
    const caller = { ...everyone, rights: { ...everyone.rights, details: false } };
    await expect(explain({ question }, { caller })).rejects.toMatchObject({ code: 'forbidden' });
    expect(records.entries).toEqual([]);
  });

  it('comes before the answer: without it nothing is told', async () => {
    const { explain, records } = await aWorld();
    records.fail = new AppError('records_unavailable', 'the disk is full');
    const { post } = anApp({ policy: { input: 'mandates', evaluate: anEvaluate().evaluate, explain } });
    const response = await post('/v1/explain', ASK);
    const text = await response.text();
    expect([response.status, JSON.parse(text).code]).toEqual([503, 'records_unavailable']);
    expect(text).not.toContain(id(11));
  });

  it('is waited for, and what becomes too old meanwhile is not told', async () => {
    const slow = kept();
    const append = async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
    };
    const { explain } = await aWorld([...PEOPLE, SHORT], { ...slow, append }, { ...fixed(), maxAgeMs: 50 });
    await expect(explain({ question }, call)).rejects.toMatchObject({ code: 'data_stale' });
  });
});

describe('a file with explanations', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'machtig-explain-record-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is one chain, and is not replayed: it says why', async () => {
    const path = join(folder, 'records.jsonl');
    const log = makeLog({ level: 'silent' });
    const records = makeRecords({ path, mode: 'full', version: 'test', now: () => NOW, log });
    const ward = aParty(FIRM, { kvk: '11111111', states: [{ state: 'bankrupt', since: NOW - 1 }] });
    const lookups = await projected([...LINKED, { put: 'party', party: FIRM, facts: ward }]);
    const deps = { ...policy, lookups, freshness: fixed(), alias, now: () => NOW, log: { info: () => {} }, records };
    const explain = makeExplain(deps);
    await explain({ question }, call);
    await explain({ question, at: NOW + 1 }, call);
    await records.close();
    expect(await verifyRecords([path])).toMatchObject({ records: 3, faults: [] });
    expect(await readFile(path, 'utf8')).not.toMatch(IDENTIFIER);
    const options = { bundle: await readBundle(COMMITTED), files: [path], maxExamples: 1, threads: 0 };
    expect(await replayRecords(options)).toMatchObject({
      records: 2,
      malformed: [],
      skipped: { explanation: 2, malformed: 0 },
      tally: { compared: 0 },
    });
  });
});
