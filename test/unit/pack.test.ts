import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBundle } from '../../src/policy/bundle.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { revisionOf } from '../../src/policy/revision.ts';
import { readTar } from '../../src/policy/tar.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';

const text = (value: string) => new TextEncoder().encode(value);
const unpack = (packed: Uint8Array) => readTar(gunzipSync(packed));
const mini = () => unpack(readFileSync(fixtureBundle('mini')));

function withParts(parts: Record<string, unknown>): Uint8Array {
  const held = mini();
  for (const [path, value] of Object.entries(parts)) held.set(path, text(JSON.stringify(value)));
  const manifest = JSON.parse(new TextDecoder().decode(held.get('.manifest')));
  held.set('.manifest', text(JSON.stringify({ ...manifest, revision: revisionOf(held) })));
  return packBundle(held);
}

describe('packing a bundle', () => {
  it('gives back what was put in, whatever it holds and however long', () => {
    const name = fc.stringMatching(/^[a-z0-9_]{1,40}(\/[a-z0-9_]{1,40}){0,3}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.uint8Array({ maxLength: 1500 })), (held) => {
        const files = new Map(Object.entries(held));
        const back = unpack(packBundle(files));
        expect([...back].sort()).toEqual([...files].map(([path, bytes]) => [path, Buffer.from(bytes)]).sort());
      }),
    );
  });

  it('gives the same bytes in whatever order files come', () => {
    const files = [...mini()];
    expect(packBundle(new Map(files.reverse()))).toEqual(packBundle(mini()));
  });

  it('names files as opa build does, the manifest last, without owner or time', () => {
    const listed = execFileSync('tar', ['-tvzf', '-', '--absolute-names', '--numeric-owner', '--utc', '--full-time'], {
      input: packBundle(new Map([['.manifest', text('{}')], ...mini()])),
      encoding: 'utf8',
    });
    const lines = listed.trim().split('\n');
    expect(lines.at(-1)).toMatch(/\/\.manifest$/);
    for (const line of lines) expect(line).toMatch(/^-rw------- 0\/0 +\d+ 1970-01-01 00:00:00 \//);
  });

  it('parts a long path at a slash, and refuses one without', () => {
    const long = `${'a'.repeat(90)}/${'b'.repeat(90)}.rego`;
    expect([...unpack(packBundle(new Map([[long, text('x')]]))).keys()]).toEqual([long]);
    expect(() => packBundle(new Map([['c'.repeat(120), text('x')]]))).toThrow(/too long/);
  });
});

describe('what a bundle says of itself', () => {
  const note = {
    title: 'Begun',
    description: 'The mandate has begun (R46).',
    requirements: ['R46'],
    links: [{ ref: 'https://wetten.overheid.nl/' }],
    file: 'policies/authz/validity/validity.rego',
    reasons: { mandate_not_started: 'It has not begun.' },
  };
  const question = { title: 'nobody', input: { now: 0 }, expect: { allow: false } };

  it('is read from its own files, which its revision counts', () => {
    const plain = parseBundle(withParts({}));
    const bundle = parseBundle(withParts({ 'rules.json': { 'authz.a.b': note }, 'self_test.json': [question] }));
    expect(bundle.rules).toEqual({ 'authz.a.b': note });
    expect(bundle.selfTest).toEqual([question]);
    expect(bundle.revision).not.toBe(plain.revision);
    expect([plain.rules, plain.selfTest]).toEqual([{}, []]);
  });

  it.each([
    ['rules.json', { 'authz.a.b': { ...note, title: undefined } }, /rules.json is malformed: authz.a.b.title/],
    ['rules.json', { 'authz.a.b': { ...note, more: 1 } }, /rules.json is malformed: authz.a.b/],
    ['self_test.json', {}, /self_test.json is malformed/],
    ['self_test.json', [{ ...question, expect: {} }], /0.expect: expects nothing/],
    ['self_test.json', [{ ...question, extra: 1 }], /self_test.json is malformed: 0/],
  ])('is refused when %s is %j', (path, value, message) => {
    expect(() => parseBundle(withParts({ [path]: value }))).toThrow(message);
  });
});
