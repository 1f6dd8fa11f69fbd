import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { releaseFiles, revisionIn } from '../support/releases.ts';

let folder: string;
const at = (name: string) => join(folder, name);

async function policy(...args: string[]) {
  const said = { out: '', err: '' };
  const screen = (name: 'out' | 'err') => ({
    write(text: string) {
      said[name] += text;
      return true;
    },
  });
  const terminal = { env: {}, out: screen('out'), err: screen('err') } as unknown as Terminal; // Nothing else is used.
  const code = await runProgram(['node', 'machtig', 'policy', ...args], terminal);
  return { code, ...said };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-sign-'));
  await writeFile(at('one.tar.gz'), packBundle(releaseFiles('one')));
  const made = await policy('keygen', '--private', at('key.pem'), '--public', at('key.pub'));
  expect(made).toMatchObject({ code: 0, err: '' });
});

afterAll(() => rm(folder, { recursive: true }));

const sign = (bundle: string, output: string, ...more: string[]) =>
  policy('sign', at(bundle), '--key', at('key.pem'), '--key-id', 'release', '--output', at(output), ...more);
const verify = (bundle: string, ...more: string[]) =>
  policy('verify', at(bundle), '--key', at('key.pub'), '--key-id', 'release', ...more);

describe('machtig policy keygen', () => {
  it('keeps the private half from others, and never writes over a key', async () => {
    expect((await stat(at('key.pem'))).mode & 0o777).toBe(0o600);
    const before = await readFile(at('key.pem'), 'utf8');
    const again = await policy('keygen', '--private', at('key.pem'), '--public', at('other.pub'));
    expect(again.code).toBe(1);
    expect(again.err).toBe(`${at('key.pem')} is there already\n`);
    expect(await readFile(at('key.pem'), 'utf8')).toBe(before);
  });

  it('leaves no half of a pair behind', async () => {
    const half = await policy('keygen', '--private', at('half.pem'), '--public', at('key.pub'));
    expect(half).toMatchObject({ code: 1, err: `${at('key.pub')} is there already\n` });
    await expect(stat(at('half.pem'))).rejects.toThrow('ENOENT');
  });

  it('knows the algorithms that need no shared secret', async () => {
    const made = await policy('keygen', '--private', at('x'), '--public', at('y'), '--algorithm', 'HS256');
    expect(made).toMatchObject({ code: 65, err: '--algorithm must be one of ES256, ES384, RS256, PS256, EdDSA\n' });
  });
});

describe('machtig policy sign and verify', () => {
  it('say which revision was issued when and by whom', async () => {
    const moment = '2026-03-01T12:00:00Z';
    const revision = revisionIn(releaseFiles('one'));
    const signed = await sign('one.tar.gz', 'signed.tar.gz', '--issued-at', moment);
    expect(signed).toMatchObject({ code: 0, err: '' });
    expect(signed.out).toContain(`revision ${revision}, issued at 2026-03-01T12:00:00.000Z by release`);
    const verified = await verify('signed.tar.gz');
    expect(verified.code).toBe(0);
    expect(verified.out).toContain(`revision    ${revision}`);
    expect(verified.out).toContain('issued at 2026-03-01T12:00:00.000Z by release');
  });

  it('sign anew what was signed before, also with a key that openssl made', async () => {
    execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at('sec1.pem')]);
    execFileSync('openssl', ['ec', '-in', at('sec1.pem'), '-pubout', '-out', at('sec1.pub')], { stdio: 'pipe' });
    await sign('one.tar.gz', 'first.tar.gz');
    const key = ['--key', at('sec1.pem'), '--key-id', 'second', '--output', at('second.tar.gz')];
    expect((await policy('sign', at('first.tar.gz'), ...key)).code).toBe(0);
    const own = ['--key', at('sec1.pub'), '--key-id', 'second'];
    expect((await policy('verify', at('second.tar.gz'), ...own)).code).toBe(0);
    expect(await verify('second.tar.gz')).toMatchObject({ code: 1, out: expect.stringContaining('signature_invalid') });
  });

  it('refuse with the code and the sentence that a sidecar would give', async () => {
    expect(await verify('one.tar.gz')).toMatchObject({
      code: 1,
      out: 'refused: unsigned\nit holds no .signatures.json\n',
    });
    await writeFile(at('hello.tar.gz'), 'hello');
    expect((await verify('hello.tar.gz')).out).toMatch(/^refused: damaged\n/);
    expect((await sign('hello.tar.gz', 'never.tar.gz')).code).toBe(1);
    await expect(stat(at('never.tar.gz'))).rejects.toThrow('ENOENT');
  });

  it('say what is wrong with a key, and with its name', async () => {
    const withKey = (key: string, id: string) =>
      policy('sign', at('one.tar.gz'), '--key', at(key), '--key-id', id, '--output', at('never.tar.gz'));
    expect((await withKey('key.pub', 'release')).err).toBe(
      `${at('key.pub')} holds a public key: the private one signs\n`,
    );
    expect((await withKey('one.tar.gz', 'release')).err).toMatch(/holds no private key in PEM without a password\n$/);
    expect((await withKey('nowhere', 'release')).err).toBe(`${at('nowhere')} is not there\n`);
    expect((await withKey('key.pem', 'release 2026')).err).toMatch(/^--key-id must be 1 to 64 letters/);
    expect((await verify('nowhere.tar.gz')).out).toBe(
      `refused: source_unavailable\n${at('nowhere.tar.gz')} is not there\n`,
    );
    await expect(stat(at('never.tar.gz'))).rejects.toThrow('ENOENT');
  });

  it('sign nothing that fails its own cases', async () => {
    const selfTest = [{ title: 'says two', input: {}, expect: { context: { release: 'two' } } }];
    await writeFile(at('wrong.tar.gz'), packBundle(releaseFiles('one', { selfTest })));
    const signed = await sign('wrong.tar.gz', 'wrong-signed.tar.gz');
    expect(signed.code).toBe(1);
    expect(signed.err).toContain('its case "says two" expects context {"release":"two"} and gets {"release":"one"}');
  });

  it('say without a key that the signature was not looked at', async () => {
    const { code, out } = await policy('verify', at('one.tar.gz'));
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('not checked: no --key') });
    expect((await policy('verify', at('one.tar.gz'), '--key', at('key.pub'))).err).toContain('go together');
  });
});
