import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseBundle, readBundle } from '../../src/policy/bundle.ts';
import { revisionOf } from '../../src/policy/revision.ts';
import { readTar } from '../../src/policy/tar.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';

const good = readFileSync(fixtureBundle('mini'));
const files = () => new Map(readTar(gunzipSync(good)));

interface TarEntry {
  name: string;
  content?: Uint8Array;
  type?: string;
  size?: number;
}

/** One header and its blocks, as tar lays them out. */
function tarEntry({ name, content = new Uint8Array(), type = '0', size = content.length }: TarEntry): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000600\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const tar = (entries: TarEntry[]) => Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Packs the files as a bundle whose manifest carries its right revision, unless told otherwise. */
function pack(change: (held: Map<string, Uint8Array>) => void, revision?: string): Buffer {
  const held = files();
  change(held);
  const manifest = held.get('.manifest');
  if (manifest) {
    const parsed = JSON.parse(new TextDecoder().decode(manifest));
    held.set('.manifest', json({ ...parsed, revision: revision ?? revisionOf(held) }));
  }
  return gzipSync(tar([...held].map(([name, content]) => ({ name: `/${name}`, content }))));
}

function manifestWith(change: object) {
  return (held: Map<string, Uint8Array>) => {
    const parsed = JSON.parse(new TextDecoder().decode(held.get('.manifest')));
    held.set('.manifest', json({ ...parsed, ...change }));
  };
}

describe('a policy bundle', () => {
  it('is read as opa build writes it', async () => {
    const bundle = await readBundle(fixtureBundle('mini'));
    expect(bundle).toMatchObject({ input: 'mandates', entrypoint: 'authz/decision', data: {} });
    expect(bundle.revision).toMatch(/^[0-9a-f]{32}$/);
    expect((await readBundle(fixtureBundle('echo'))).input).toBe('authzen');
  });

  it('reads the same however its files are ordered and packed', () => {
    const reversed = gzipSync(tar([...files()].reverse().map(([name, content]) => ({ name, content }))), { level: 1 });
    expect(parseBundle(reversed).revision).toBe(parseBundle(good).revision);
  });

  it('is refused when one byte of it is not what its revision says', () => {
    const changed = pack((held) => {
      const wasm = Buffer.from(held.get('policy.wasm') ?? []);
      wasm.writeUInt8(wasm.readUInt8(wasm.length - 1) ^ 1, wasm.length - 1);
      held.set('policy.wasm', wasm);
    }, parseBundle(good).revision);
    expect(() => parseBundle(changed)).toThrow(/its manifest says revision/);
    expect(() => parseBundle(pack(() => {}, 'latest'))).toThrow(/says revision latest/);
  });

  it('is refused when it needs a built-in that nobody supplies', async () => {
    await expect(readBundle(fixtureBundle('clock'))).rejects.toThrow(/clock.tar.gz.*time\.now_ns/);
  });

  it.each([
    ['no manifest', (held: Map<string, Uint8Array>) => held.delete('.manifest'), /it holds no .manifest/],
    ['no input', manifestWith({ metadata: {} }), /malformed: metadata.input/],
    ['an unknown input', manifestWith({ metadata: { input: 'anything' } }), /malformed: metadata.input/],
    ['no entrypoint', manifestWith({ wasm: [] }), /no entrypoint authz\/decision/],
    ['another entrypoint', manifestWith({ wasm: [{ entrypoint: 'a/b', module: '/policy.wasm' }] }), /no entrypoint/],
    ['no module', (held: Map<string, Uint8Array>) => held.delete('policy.wasm'), /it holds no policy.wasm/],
    ['data elsewhere', (held: Map<string, Uint8Array>) => held.set('a/data.json', json({})), /holds a\/data.json/],
    ['data that is no object', (held: Map<string, Uint8Array>) => held.set('data.json', json([])), /no object/],
    ['data that is no JSON', (held: Map<string, Uint8Array>) => held.set('data.json', Buffer.from('{')), /no JSON/],
  ])('is refused with %s', (_, change, message) => {
    expect(() => parseBundle(pack(change))).toThrow(message);
  });

  it('is refused when it says that it reads mandates and does not answer as such a policy does', () => {
    const echo = readTar(gunzipSync(readFileSync(fixtureBundle('echo'))));
    const pretending = pack((held) => held.set('policy.wasm', echo.get('policy.wasm') ?? new Uint8Array()));
    expect(() => parseBundle(pretending)).toThrow(/does not answer as it should/);
  });

  it('is refused when its module is none', () => {
    expect(() => parseBundle(pack((held) => held.set('policy.wasm', Buffer.from('no wasm'))))).toThrow(/WebAssembly/);
  });

  it('is refused when it is cut short, or no archive at all', () => {
    expect(() => parseBundle(good.subarray(0, good.length - 100))).toThrow();
    expect(() => parseBundle(Buffer.from('hello'))).toThrow();
    const unpacked = gunzipSync(good);
    expect(() => parseBundle(gzipSync(unpacked.subarray(0, 2000)))).toThrow(/ends in the middle/);
    expect(() => parseBundle(gzipSync(unpacked.subarray(0, 1024)))).toThrow(/without its closing block/);
  });

  it('is refused before it fills the memory', () => {
    expect(() => parseBundle(gzipSync(Buffer.alloc(65 * 1024 * 1024)))).toThrow(/larger than|too large|ERR_BUFFER/i);
  });

  it('is named in the error when it is not there', async () => {
    await expect(readBundle('/nowhere/b.tar.gz')).rejects.toThrow(/cannot use the policy bundle \/nowhere\/b.tar.gz/);
  });
});

describe('a tar archive', () => {
  const content = new TextEncoder().encode('x');

  it.each(['../a', 'a/../../b', '/a/../b', 'a\\b', 'a//b', './../a'])('with the path %j is refused', (name) => {
    expect(() => readTar(tar([{ name, content }]))).toThrow(/unsafe path/);
  });

  it.each(['1', '2', '3', '6', 'x', 'L'])('with an entry of type %j is refused', (type) => {
    expect(() => readTar(tar([{ name: 'a', content, type }]))).toThrow(/neither a file nor a folder/);
  });

  it('with the same path twice is refused, however it is written', () => {
    expect(() =>
      readTar(
        tar([
          { name: '/a', content },
          { name: './a', content },
        ]),
      ),
    ).toThrow(/twice/);
  });

  it('with a damaged header is refused', () => {
    const archive = tar([{ name: 'a', content }]);
    archive.write('b', 0);
    expect(() => readTar(archive)).toThrow(/damaged/);
  });

  it('that goes on after its end is refused', () => {
    const archive = Buffer.concat([tar([{ name: 'a', content }]), tarEntry({ name: 'b', content })]);
    expect(() => readTar(archive)).toThrow(/goes on after its end/);
    expect([...readTar(Buffer.concat([tar([{ name: 'a', content }]), Buffer.alloc(8192)])).keys()]).toEqual(['a']);
  });

  it('that promises more than it holds is refused', () => {
    expect(() => readTar(tar([{ name: 'a', content, size: 1_000_000 }]))).toThrow(/ends in the middle of a/);
  });

  it('with too many files is refused', () => {
    const many = Array.from({ length: 5 }, (_, index) => ({ name: `f${index}`, content }));
    expect(() => readTar(tar(many), 4)).toThrow(/more than 4/);
  });

  it('gives its files, and no folders', () => {
    const archive = tar([{ name: 'folder/', type: '5' }, { name: 'folder/a', content }, { name: 'empty' }]);
    expect([...readTar(archive)].map(([name, bytes]) => [name, bytes.length])).toEqual([
      ['folder/a', 1],
      ['empty', 0],
    ]);
  });
});
