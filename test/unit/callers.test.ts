import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/domain/caller.ts';
import { AppError } from '../../src/domain/errors.ts';
import { makeIdentify, parseCallers } from '../../src/http/callers.ts';
import type { Connection } from '../../src/http/connection.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const file = `
callers:
  - name: portal
    owners: all
    rights: [bsn]
    tokens: [${sha256('old')}, ${sha256('new')}]
  - name: tax
    owners: [6f1c0000-0000-4000-8000-000000000001]
    certificates: [{ fingerprint: ${'ab'.repeat(32)} }, { oin: "00000003123456780000" }]
  - name: beside
    owners: all
    rights: [bsn, search, details]
    socket: true
`;
const anonymous: Caller = { name: 'anonymous', owners: 'all', rights: { search: false, bsn: false, details: false } };
const remote: Connection = { unixSocket: false, loopback: false };
const local: Connection = { unixSocket: false, loopback: true };
const socket: Connection = { unixSocket: true, loopback: true };

function nameOf(connection: Connection, authorization?: string, open?: Caller): string {
  try {
    return makeIdentify({ known: parseCallers(file), ...(open && { anonymous: open }) })(connection, authorization)
      .name;
  } catch (error) {
    return error instanceof AppError ? error.code : 'crash';
  }
}

describe('who calls', () => {
  test.each<[string, Connection, string | undefined, string]>([
    ['a token', remote, 'Bearer new', 'portal'],
    ['a token during its replacement', remote, 'bearer old', 'portal'],
    ['a wrong token', remote, 'Bearer newer', 'unauthenticated'],
    ['another scheme', remote, 'Basic bmV3', 'unauthenticated'],
    ['a digest instead of the token', remote, `Bearer ${sha256('new')}`, 'unauthenticated'],
    ['nothing', local, undefined, 'unauthenticated'],
    ['a certificate by fingerprint', { ...remote, certificate: { fingerprint: 'ab'.repeat(32) } }, undefined, 'tax'],
    [
      'a certificate by OIN',
      { ...remote, certificate: { fingerprint: 'cd', serialNumber: '00000003123456780000' } },
      undefined,
      'tax',
    ],
    [
      'an unknown certificate',
      { ...remote, certificate: { fingerprint: 'cd', serialNumber: '1' } },
      undefined,
      'unauthenticated',
    ],
    ['a certificate of an unknown authority', { ...local, certificate: 'refused' }, undefined, 'unauthenticated'],
    ['the Unix socket', socket, undefined, 'beside'],
    ['a wrong token on the Unix socket', socket, 'Bearer wrong', 'unauthenticated'],
  ])('%s', (_what, connection, authorization, expected) => {
    expect(nameOf(connection, authorization)).toBe(expected);
  });

  test('anonymous calls are for loopback alone, and for those who present nothing', () => {
    expect(nameOf(local, undefined, anonymous)).toBe('anonymous');
    expect(nameOf(remote, undefined, anonymous)).toBe('unauthenticated');
    expect(nameOf(local, 'Bearer wrong', anonymous)).toBe('unauthenticated');
    expect(nameOf({ ...local, certificate: 'refused' }, undefined, anonymous)).toBe('unauthenticated');
    expect(nameOf({ ...local, certificate: { fingerprint: 'cd' } }, undefined, anonymous)).toBe('unauthenticated');
  });
});

describe('the callers file', () => {
  test('gives each caller its owners and rights, none by default', () => {
    const { byFingerprint, bySocket } = parseCallers(file);
    expect(byFingerprint.get('ab'.repeat(32))).toEqual({
      name: 'tax',
      owners: ['6f1c0000-0000-4000-8000-000000000001'],
      rights: { search: false, bsn: false, details: false },
    });
    expect(bySocket?.rights).toEqual({ search: true, bsn: true, details: true });
  });

  test.each<[string, string, string[]]>([
    ['no YAML', '{', ['']],
    ['nobody', 'callers: []', ['/callers']],
    ['a typo', 'callers: [{name: a, owner: all, socket: true}]', ['/callers/0/owners', '/callers/0/owner']],
    ['a caller nobody can be', 'callers: [{name: a, owners: all}]', ['/callers/0']],
    ['a token in clear', 'callers: [{name: a, owners: all, tokens: [s3cret]}]', ['/callers/0/tokens/0']],
    [
      'a name twice',
      'callers: [{name: a, owners: all, socket: true}, {name: a, owners: all, tokens: [X]}]'.replace('X', sha256('t')),
      ['/callers'],
    ],
    ['a name that is nobody’s', 'callers: [{name: anonymous, owners: all, socket: true}]', ['/callers/0/name']],
    [
      'two callers on the socket',
      'callers: [{name: a, owners: all, socket: true}, {name: b, owners: all, socket: true}]',
      ['/callers'],
    ],
  ])('%s is refused', (_what, text, places) => {
    try {
      parseCallers(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      if (error instanceof AppError) expect(error.faults.map(({ at }) => at)).toEqual(places);
    }
  });
});
