import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { parseJson } from '../../src/http/json.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function faultsOf(input: string | Uint8Array) {
  try {
    parseJson(typeof input === 'string' ? bytes(input) : input);
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request')
      return error.faults.map(({ at, message }) => `${at} ${message}`);
    throw error;
  }
  return [];
}

test('any JSON value comes back as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), fc.boolean(), (value, spaced) => {
      const text = JSON.stringify(value, undefined, spaced ? 2 : undefined);
      fc.pre(!/\\ud[89a-f]/i.test(text));
      expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('a name twice in one object is found wherever it stands, and only there', () => {
  const name = fc.constantFrom('a', 'b', 'x":1', '\\', '\\"', '', '__proto__', 'é');
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), fc.array(name, { maxLength: 5 }), (outer, inner) => {
      const object = (names: string[], value: string) =>
        `{${names.map((n) => `${JSON.stringify(n)} : ${value}`).join(', ')}}`;
      const text = object(outer, `[${object(inner, '"a\\":"')}]`);
      const doubled = (names: string[]) => new Set(names).size < names.length;
      expect(faultsOf(text).length > 0).toBe(doubled(outer) || (outer.length > 0 && doubled(inner)));
    }),
  );
});

describe('refuses, saying where', () => {
  test.each([
    ['', ' the body is empty; a JSON object is needed'],
    ['{"a":', ' the body is not valid JSON'],
    ['{"a":1,"b":{"c":1,"c":2}}', '/b/c stands twice in one object'],
    ['{"a":1,"\\u0061":2}', '/a stands twice in one object'],
    ['[0,{"x/y":1,"x/y":1}]', '/1/x~1y stands twice in one object'],
    ['{"a":"\\ud800"}', ' a text holds half a surrogate pair, which is no Unicode'],
    ['{"\\udc00":1}', ' a text holds half a surrogate pair, which is no Unicode'],
    [`${'['.repeat(17)}${']'.repeat(17)}`, ' the body is nested deeper than 16 levels'],
    [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, ' the body is nested deeper than 16 levels'],
  ])('%.30s', (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test('what is not UTF-8', () => {
    expect(faultsOf(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toEqual([' the body is not UTF-8']);
  });
});

test('takes whole surrogate pairs and 16 levels', () => {
  expect(parseJson(bytes('"\\ud83d\\ude00"'))).toBe('😀');
  expect(faultsOf(`${'['.repeat(16)}${']'.repeat(16)}`)).toEqual([]);
});

const members = (count: number, name = (i: number) => `x${i}`) =>
  `{${Array.from({ length: count }, (_, i) => `${JSON.stringify(name(i))}:[1,{"a":2,"b":","}]`).join()}}`;

test('tells the first of many names that stand twice', () => {
  expect(faultsOf(members(256, () => 'a'))).toHaveLength(20);
});

test('takes 256 names in each object, and as many items as there is room for', () => {
  expect(faultsOf(members(256))).toEqual([]);
  expect(faultsOf(`[${Array.from({ length: 3 }, () => members(256)).join()}]`)).toEqual([]);
  expect(faultsOf(`{"a":[${'{"b":1,"c":2},'.repeat(4000)}{}]}`)).toEqual([]);
});

test.each([
  ['one more', members(257)],
  ['one more, below', `[{"a":${members(257)}}]`],
  ['indices that collide', members(1500, (i) => `${i * 65_536}`)],
  ['one name again and again', members(1500, () => 'a')],
])('refuses an object of more names, before anything is made of them: %s', (_, text) => {
  expect(faultsOf(text)).toEqual([' an object of the body has more than 256 names']);
});

test('takes no bracket in a text for one', () => {
  expect(faultsOf(`{"a":"\\"${'['.repeat(40)}","${'{'.repeat(40)}":"\\\\"}`)).toEqual([]);
  expect(faultsOf(`[${'[],'.repeat(40)}{}]`)).toEqual([]);
});
