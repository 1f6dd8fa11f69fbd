import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../../src/evaluate/call.ts';
import { readDecision } from '../../src/http/read-decision.ts';
import { readEvaluation } from '../../src/http/read-evaluation.ts';
import { authzenRequest, decisionRequest, evaluationRequest } from '../../src/http/schemas.ts';

const ids = [
  'urn:nl:kvk:90000001',
  'urn:nl:bsn:999990019',
  'urn:nl:bsn:999990018',
  'urn:nl:rsin:001234567',
  'urn:etoegang:pseudonym:a@b',
  'urn:machtig:handle:AAAAAAAAAAAAAAAAAAAAAA',
  'urn:machtig:handle:AAAAAAAAAAAAAAAAAAAAAB',
  'jan',
  '',
];
const odd = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.boolean(),
  fc.constant([]),
  fc.constant({}),
  fc.constant(''),
  fc.string({ maxLength: 300 }),
);
const mostly = <T>(good: fc.Arbitrary<T>) => fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: odd });
const id = mostly(fc.constantFrom(...ids));
const word = mostly(fc.string({ minLength: 1, maxLength: 20 }));
const revision = mostly(fc.constantFrom('1.0', '2.4711', '01.1', '1', '1.2.3'));
const branch = mostly(fc.constantFrom('000090000001', '123', '12345678901２'));
const together = mostly(fc.array(mostly(fc.record({ id, loa: word }, { requiredKeys: ['id'] })), { maxLength: 18 }));

const short = fc.record(
  {
    actor: id,
    loa: word,
    represented: id,
    branch,
    service: word,
    operation: word,
    case: word,
    via: id,
    min_loa: word,
    min_revision: revision,
    together,
    brnach: fc.constant('1'),
    __proto__: fc.constant('1'),
  },
  { requiredKeys: ['actor', 'represented', 'service'] },
);

const party = (properties: fc.Arbitrary<unknown>) =>
  mostly(
    fc.record(
      { type: mostly(fc.constantFrom('person', 'organisation', 'user')), id, properties, more: odd },
      { requiredKeys: ['type', 'id'] },
    ),
  );
const authzen = fc.record(
  {
    subject: party(mostly(fc.record({ loa: word, via: id, role: odd }, { requiredKeys: [] }))),
    action: mostly(
      fc.record(
        { name: word, properties: mostly(fc.record({ operation: word }, { requiredKeys: [] })) },
        { requiredKeys: ['name'] },
      ),
    ),
    resource: party(mostly(fc.record({ branch, case: word }, { requiredKeys: [] }))),
    context: mostly(
      fc.record(
        { min_loa: word, min_revision: revision, together, time: word, traceparent: word, ip: odd },
        { requiredKeys: [] },
      ),
    ),
    future: odd,
  },
  { requiredKeys: ['subject', 'action', 'resource'] },
);

describe('the fast readers and the documented schemas agree', () => {
  test('on the short form: what the one reads, the other accepts', () => {
    fc.assert(
      fc.property(mostly(short), (body) => {
        expect(readDecision(body) !== undefined).toBe(decisionRequest.safeParse(body).success);
      }),
      { numRuns: 5000 },
    );
  });

  test('on AuthZEN', () => {
    fc.assert(
      fc.property(mostly(authzen), (body) => {
        expect(readEvaluation(body) !== undefined).toBe(evaluationRequest.safeParse(body).success);
      }),
      { numRuns: 5000 },
    );
  });

  test('whatever is a question about mandates is a request that any policy could be asked', () => {
    fc.assert(
      fc.property(mostly(authzen), (body) => {
        if (readEvaluation(body) !== undefined) expect(authzenRequest.safeParse(body).success).toBe(true);
      }),
    );
  });
});

describe('AuthZEN', () => {
  const base = {
    subject: { type: 'person', id: 'urn:nl:bsn:999990019', properties: { loa: 'eh3', via: 'urn:nl:kvk:90000002' } },
    action: { name: 'urn:etoegang:DV:1:services:1', properties: { operation: 'submit' } },
    resource: { type: 'organisation', id: 'urn:nl:kvk:90000001', properties: { branch: '000012345678', case: 'A-1' } },
    context: {
      min_loa: 'eh3',
      min_revision: '1.7',
      time: '2025-06-27T18:03-07:00',
      together: [{ id: 'urn:etoegang:pseudonym:p', loa: 'eh3' }],
    },
  };

  test('every field lands in the question', () => {
    expect(readEvaluation(base)).toEqual({
      actor: { scheme: 'bsn', value: '999990019' },
      loa: 'eh3',
      via: { scheme: 'kvk', value: '90000002' },
      service: 'urn:etoegang:DV:1:services:1',
      operation: 'submit',
      represented: { scheme: 'kvk', value: '90000001' },
      branch: '000012345678',
      case: 'A-1',
      min_loa: 'eh3',
      min_revision: '1.7',
      time: '2025-06-27T18:03-07:00',
      together: [{ id: { scheme: 'pseudonym', value: 'p' }, loa: 'eh3' }],
    });
  });

  test.each<[string, object]>([
    ['a BSN that fails the elfproef', { subject: { type: 'person', id: 'urn:nl:bsn:999990018' } }],
    ['the BSN of nobody', { subject: { type: 'person', id: 'urn:nl:bsn:000000000' } }],
    ['a type that the identifier contradicts', { resource: { type: 'person', id: 'urn:nl:kvk:90000001' } }],
    ['a type that is no party', { subject: { type: 'user', id: 'urn:nl:bsn:999990019' } }],
    ['an unknown scheme', { resource: { type: 'organisation', id: 'kvk:90000001' } }],
    ['a branch number that is too short', { resource: { ...base.resource, properties: { branch: '12' } } }],
    ['an impossible intermediary', { subject: { ...base.subject, properties: { via: 'urn:nl:kvk:1' } } }],
    ['an impossible co-actor', { context: { together: [{ id: 'urn:nl:bsn:1' }] } }],
  ])('%s is a refusal, not an error', (_what, change) => {
    const read = readEvaluation({ ...base, ...change });
    expect(read !== undefined && isRefusal(read) && read.refused).toEqual(['identifier_invalid']);
  });
});
