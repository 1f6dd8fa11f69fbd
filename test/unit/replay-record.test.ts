import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEvaluateAuthzen } from '../../src/evaluate/authzen.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { readAuthzenAnswer } from '../../src/policy/result.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { makeRecords } from '../../src/records/records.ts';
import { replayRecords } from '../../src/workbench/replay.ts';
import { readLines, textsOf } from '../../src/workbench/replay-lines.ts';
import { readRecord } from '../../src/workbench/replay-record.ts';
import { COMMITTED } from '../support/changed-bundle.ts';
import { caller } from '../support/decide-world.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-replay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function linesOf(content: string | Uint8Array): Promise<string[]> {
  const file = join(folder, 'lines');
  await writeFile(file, content);
  const lines: string[] = [];
  for await (const { bytes } of readLines(file, () => {})) lines.push(...textsOf(bytes));
  return lines;
}

describe('lines of records', () => {
  it('are what stands between line feeds, packed or not, wherever the file is cut', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.integer({ min: 1, max: 700_000 }).map((n) => '€'.repeat(n)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.boolean(), fc.boolean(), async (texts, packed, ended) => {
        const wanted = texts.map((text) => Buffer.from(text.replaceAll('\n', ' ')).toString());
        const content = wanted.join('\n') + (ended ? '\n' : '');
        expect(await linesOf(packed ? gzipSync(content) : content)).toEqual(wanted.filter((text) => text !== ''));
      }),
      { numRuns: 40 },
    );
  });

  it('are none in an empty file', async () => {
    expect(await linesOf('')).toEqual([]);
  });

  it('are refused where one is too long to be a record, or the packing is damaged', async () => {
    await expect(linesOf('x'.repeat(17 * 1024 * 1024))).rejects.toThrow('too long for a record');
    await expect(linesOf(gzipSync('a line\n').subarray(0, 20))).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

const base = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), event_name: 'adl.access_evaluation', timestamp: 0 };
const decided = { id: 'd', allow: false, reasons: ['no_mandate'], branch_verified: false };
const recordOf = (body: object, more: object = {}) => JSON.stringify({ ...base, body, ...more });
const body = (request: unknown, response: unknown, inputs?: unknown[]) => ({
  'adl.core.request': request,
  'adl.core.response': response,
  'adl.core.policies': { revision: 'r' },
  'adl.core.information': { revision: '1.1', inputs },
});

describe('a record', () => {
  it('gives the decision with its input, and where it stands', () => {
    const input = { now: 1, services: [{ service: { service_id: 's' } }] };
    expect(readRecord(recordOf(body({}, decided, [input])), 'mandates')).toEqual([
      {
        kind: 'mandates',
        input,
        service: 's',
        revision: 'r',
        where: { record: `${base.trace_id}/${base.span_id}`, decision: 'd', at: '1970-01-01T00:00:00.000Z' },
        before: expect.objectContaining({ allow: false, reasons: ['no_mandate'] }),
      },
    ]);
  });

  it('of several questions gives each its own input', () => {
    const request = { evaluations: [{ refused: ['x'] }, {}, { faults: [] }, {}] };
    const response = { evaluations: [decided, decided, { error: 'invalid_request' }, decided] };
    const inputs = [
      { now: 1, services: [] },
      { now: 2, services: [] },
    ];
    const more = { event_name: 'adl.access_evaluations' };
    const found = readRecord(recordOf(body(request, response, inputs), more), 'mandates');
    expect(found.map((one) => (typeof one === 'string' ? one : one.input))).toEqual([
      'refused',
      inputs[0],
      'error',
      inputs[1],
    ]);
  });

  it.each<[string, string, string[]]>([
    ['is no JSON', '{', ['malformed']],
    ['is no object', '[1]', ['malformed']],
    ['has no body', JSON.stringify(base), ['malformed']],
    ['is about the log itself', JSON.stringify({ event_name: 'machtig.records_opened' }), []],
    ['is a search', JSON.stringify({ event_name: 'adl.search_subject', body: {} }), ['search']],
    ['is an explanation', JSON.stringify({ event_name: 'machtig.explanation', body: {} }), ['explanation']],
    ['is not full', recordOf(body({}, decided)), ['not_full']],
    ['is an error', recordOf(body({}, { error: 'data_stale' })), ['error']],
    ['lacks an input', recordOf(body({}, decided, [])), ['malformed']],
    ['has an answer that is none', recordOf(body({}, { id: 'd', allow: 'yes' }, [{ now: 1 }])), ['malformed']],
    [
      'lost its free text',
      recordOf(body({}, decided, [{ now: 1, request: { operation: '[redacted]' } }])),
      ['redacted'],
    ],
    ['is foreign', recordOf(body({ subject: { type: 'a' } }, { decision: true })), ['foreign']],
    [
      'counts differently',
      recordOf(body({ evaluations: [{}] }, { evaluations: [] }), { event_name: 'adl.access_evaluations' }),
      ['malformed'],
    ],
  ])('that %s is not replayed', (_what, line, expected) => {
    expect(readRecord(line, 'mandates')).toEqual(expected);
  });
});

describe('records of a policy that reads the bare request', () => {
  it('are replayed by its answers, and are foreign to one that reads mandates', async () => {
    const bundle = await readBundle(join(import.meta.dirname, '../../examples/authzen-fixture/bundle.tar.gz'));
    const path = join(folder, 'authzen.jsonl');
    const log = makeLog({ level: 'silent' });
    const records = makeRecords({ path, mode: 'full', version: 'test', now: () => 0, log });
    const policy = makeEngine(bundle, readAuthzenAnswer);
    const evaluate = makeEvaluateAuthzen({ policy, records, now: () => 0, metrics: makeMetrics() });
    const request = {
      subject: { type: 'user', id: 'u' },
      action: { name: 'read' },
      resource: { type: 'doc', id: 'd' },
    };
    await evaluate.one(request, { caller });
    await evaluate.many([request, request], 'execute_all', { caller });
    await records.close();
    const options = { files: [path], maxExamples: 1, threads: 0 };
    expect((await replayRecords({ bundle, ...options })).tally).toMatchObject({ compared: 3, same: 3 });
    const mandates = await replayRecords({ bundle: await readBundle(COMMITTED), ...options });
    expect(mandates).toMatchObject({ skipped: { foreign: 3 }, tally: { compared: 0 } });
  });
});
