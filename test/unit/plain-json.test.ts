import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAnyJson } from '../../src/http/json.ts';
import { readPlainJson } from '../../src/http/plain-json.ts';

const name = fc.constantFrom(
  ...['subject', 'action', 'resource', 'context', 'type', 'id', 'properties', 'name', 'actor', 'represented'],
  ...['service', 'loa', 'via', 'operation', 'branch', 'case', 'min_loa', 'min_revision', 'time', 'traceparent'],
);
const rare = fc.constantFrom('', 'ids', 'nome', 'Type', '__proto__', 'constructor', 'é', 'a"b', 'toString', 'i\\u0064');
const text = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[ -~]{0,40}$/).map((value) => value.replaceAll(/["\\]/g, '-')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const space = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  fc.constantFrom(' ', '\n', '\r\n\t', '\u00a0', '\v', '\f', '\u0000', '\ufeff'),
);

/** JSON as anybody may write it: names may come twice, anything may stand around them. */
const { json } = fc.letrec<{ json: string; object: string }>((tie) => ({
  json: fc.oneof(
    { weight: 6, arbitrary: text.map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: tie('object') },
    { weight: 1, arbitrary: fc.constantFrom('null', 'true', '1', '[]', '["a"]', '"', '{', '{"id":"a",}', '"\t"') },
  ),
  object: fc
    .array(fc.tuple(fc.oneof({ weight: 20, arbitrary: name }, rare), space, space, tie('json'), space), {
      maxLength: 5,
    })
    .map((members) => `{${members.map(([key, a, b, value, c]) => `${a}"${key}"${b}:${value}${c}`).join(',')}}`),
}));
const body = fc.tuple(space, json, space).map((parts) => parts.join(''));

/** Undefined where it is refused. */
function outcomeOf(bytes: Buffer): { value: unknown } | undefined {
  try {
    return { value: parseAnyJson(bytes) };
  } catch {
    return undefined;
  }
}

function holdsAlike(bytes: Buffer): boolean {
  const plain = readPlainJson(bytes);
  if (plain === undefined) return false;
  expect({ value: plain }).toStrictEqual(outcomeOf(bytes));
  expect(JSON.stringify(plain)).toBe(JSON.stringify(JSON.parse(bytes.toString())));
  return true;
}

test('what is read the short way is what JSON.parse makes of it, and never what would be refused', () => {
  let read = 0;
  fc.assert(
    fc.property(body, (written) => {
      if (holdsAlike(Buffer.from(written))) read += 1;
    }),
    { numRuns: 5000 },
  );
  expect(read).toBeGreaterThan(200);
});

test('nor when bytes of a question are changed, lost or doubled', () => {
  const whole = Buffer.from(
    '{"subject":{"type":"person","id":"urn:nl:bsn:999990019","properties":{"loa":"urn:etoegang:core:assurance-class:loa3"}},' +
      '"action":{"name":"service-a"},"resource":{"type":"organisation","id":"urn:nl:kvk:90000001"}}',
  );
  expect(holdsAlike(whole)).toBe(true);
  const spot = fc.nat({ max: whole.length - 1 });
  const change = fc.record({ at: spot, drop: fc.nat({ max: 12 }), put: fc.uint8Array({ maxLength: 3 }), from: spot });
  fc.assert(
    fc.property(change, fc.boolean(), ({ at, drop, put, from }, double) => {
      const inserted = double ? whole.subarray(from, from + drop) : put;
      holdsAlike(Buffer.concat([whole.subarray(0, at), inserted, whole.subarray(at + (double ? 0 : drop))]));
    }),
    { numRuns: 5000 },
  );
});

describe('leaves to JSON.parse', () => {
  test.each([
    ['a name that stands twice', '{"id":"a","id":"b"}'],
    ['a name that stands twice further in', '{"subject":{"id":"a","type":"b","id":"a"}}'],
    ['another name', '{"nome":"a"}'],
    ['an escape', '{"id":"\\u0061"}'],
    ['what is not ASCII', '{"id":"é"}'],
    ['a control character', '{"id":"a\tb"}'],
    ['what stands behind', '{"id":"a"}}'],
    ['a list', '{"id":["a"]}'],
    ['what is cut off', '{"id":"a"'],
    ['what is nested deep', '{"id":{"id":{"id":{}}}}'],
    ['no object', '"id"'],
    ['nothing', ''],
  ])('%s', (_, written) => {
    expect(readPlainJson(Buffer.from(written))).toBeUndefined();
  });
});

test('every name of a question is read the short way', () => {
  for (const one of ['subject', 'action', 'resource', 'context', 'type', 'id', 'properties', 'name', 'actor'])
    expect(readPlainJson(Buffer.from(`{"${one}":"x"}`))).toEqual({ [one]: 'x' });
  for (const one of ['represented', 'service', 'loa', 'via', 'operation', 'branch', 'case', 'min_loa', 'min_revision'])
    expect(readPlainJson(Buffer.from(`{"${one}":"x"}`))).toEqual({ [one]: 'x' });
});
