import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findTool } from '../../scripts/tools.ts';
import { packBundle } from '../../src/policy/pack.ts';
import { ALGORITHMS, type Algorithm, verifySignature } from '../../src/policy/signature.ts';
import { type Held, jsonBytes, makePair, type Pair, revised, signed, unpacked } from '../support/signing.ts';

const folder = mkdtempSync(join(tmpdir(), 'signature-opa-'));
afterAll(() => rmSync(folder, { recursive: true }));
const opa = findTool('opa');

/** What Go writes otherwise than JavaScript: order of keys, escapes, numbers. */
const AWKWARD =
  '{"tables": {"z": 1.50, "a": [1e3, -0, 12345678901234567890], "\u{1F600}": 1, "\uFFFD": 2, "h": "<&>\\u2028\\u2029\\b\\f\\n\\u001f\\u007f\\/é"}}';

function bundleFiles(): Held {
  return revised(unpacked('bundles/mandates.tar.gz'), (held) => {
    held.set('data.json', Buffer.from(AWKWARD));
    held.set('rules.json', jsonBytes({ 'a.b': { title: 'x' } }));
    held.set('self_test.json', Buffer.from('[ ]'));
  });
}

function keyFiles(pair: Pair): { privateFile: string; publicFile: string } {
  const [privateFile, publicFile] = [join(folder, `${pair.algorithm}.pem`), join(folder, `${pair.algorithm}.pub`)];
  writeFileSync(privateFile, pair.privateKey);
  writeFileSync(publicFile, pair.publicKey);
  return { privateFile, publicFile };
}

/** What `opa sign` makes of an unpacked bundle. */
function signedByOpa(files: Held, pair: Pair, claims: object): Held {
  const place = mkdtempSync(join(folder, 'files-'));
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), bytes);
  }
  writeFileSync(join(folder, 'claims.json'), JSON.stringify(claims));
  const { privateFile } = keyFiles(pair);
  const key = ['--signing-key', privateFile, '--signing-alg', pair.algorithm];
  execFileSync(opa, ['sign', ...key, '--claims-file', join(folder, 'claims.json'), '--bundle', '.'], { cwd: place });
  execFileSync('tar', ['-czf', join(folder, 'made.tar.gz'), '--transform', 's|^\\./||', '.signatures.json'], {
    cwd: place,
  });
  return new Map([...files, ...unpacked(join(folder, 'made.tar.gz'))]);
}

/** Whether OPA loads a bundle that it must verify; with a query, so that it ends. */
function opaSays(packed: Uint8Array, pair: Pair): { status: number | null; said: string } {
  const path = join(folder, 'bundle.tar.gz');
  writeFileSync(path, packed);
  const { publicFile } = keyFiles(pair);
  const key = ['--verification-key', publicFile, '--verification-key-id', 'release', '--signing-alg', pair.algorithm];
  const output = join(folder, 'again.tar.gz');
  const { status, stdout, stderr } = spawnSync(opa, ['build', ...key, '--bundle', path, '--output', output], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

describe('signatures of bundles, between machtig and OPA', () => {
  it.each(ALGORITHMS)('what opa sign makes with %s is accepted here', async (algorithm: Algorithm) => {
    const pair = makePair(algorithm);
    const held = signedByOpa(bundleFiles(), pair, { keyid: 'release', iat: 1_700_000_000 });
    expect(await verifySignature(held, await pair.trust())).toEqual({ keyId: 'release', issuedAt: 1_700_000_000 });
  });

  it.each(ALGORITHMS.filter((name) => name !== 'EdDSA'))(
    'what is signed here with %s is accepted by OPA',
    async (algorithm) => {
      const pair = makePair(algorithm);
      const held = await signed(bundleFiles(), pair, 1_700_000_000);
      expect(opaSays(packBundle(held), pair)).toEqual({ status: 0, said: '' });
    },
  );

  it('what was altered after signing is refused by both', async () => {
    const pair = makePair();
    const held = await signed(bundleFiles(), pair, 1_700_000_000);
    held.set('self_test.json', Buffer.from('[]'));
    const said = opaSays(packBundle(held), pair);
    expect(said.status).not.toBe(0);
    expect(said.said).toContain('digest mismatch');
    await expect(verifySignature(held, await pair.trust())).rejects.toThrow('self_test.json is not the file');
  });
});
