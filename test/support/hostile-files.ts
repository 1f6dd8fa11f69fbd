import { gzipSync } from 'node:zlib';
import { packBundle } from '../../src/policy/pack.ts';
import { SIGNATURES } from '../../src/policy/signature.ts';
import { END, type Entry, entriesOf, entry, packed, tarOf } from './hostile-archive.ts';
import type { Attack, Loot } from './hostile-signatures.ts';
import type { Held } from './signing.ts';

const MEGABYTE = 1024 * 1024;
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const content = Buffer.from('x');

/** The release in use, altered after it was signed. */
export function tamperings({ good }: Loot): Attack[] {
  const paths = [...good.keys()].filter((path) => path !== SIGNATURES);
  const withFile = (path: string, bytes: Uint8Array) => packBundle(new Map([...good, [path, bytes]]));
  const rewritten = (path: string, rewrite: (json: string) => string) =>
    withFile(path, Buffer.from(rewrite(text(good.get(path)))));
  const data = text(good.get('data.json'));
  return [
    ...paths.map<Attack>((path) => ({
      title: `one bit of ${path} changed`,
      code: 'file_altered',
      make: () => withFile(path, flipped(good.get(path) ?? content)),
    })),
    ...paths.map<Attack>((path) => ({
      title: `${path} left out`,
      code: 'file_missing',
      make: () => packBundle(new Map([...good].filter(([name]) => name !== path))),
    })),
    { title: 'a file more', code: 'file_extra', make: () => withFile('extra.rego', content) },
    { title: 'a second data file', code: 'file_extra', make: () => withFile('data.yaml', content) },
    {
      title: 'two files exchanged',
      code: 'file_altered',
      make: () => packBundle(exchanged(good, 'policy.wasm', 'data.json')),
    },
    {
      title: 'data of the same meaning in other bytes, so with the signed hash',
      code: 'revision_wrong',
      make: () => rewritten('data.json', (json) => ` ${json}\n`),
    },
    {
      title: 'data with a number written otherwise (1.0 for 1)',
      code: 'file_altered',
      make: () => rewritten('data.json', () => data.replace('true', '1.0')),
    },
    {
      title: 'data with a key twice: the signed value last, another one first',
      code: 'file_altered',
      make: () => rewritten('data.json', (json) => json.replace('{', '{"release": {"name": "evil"}, ')),
    },
    {
      title: 'a manifest with its revision twice',
      code: 'file_altered',
      make: () => rewritten('.manifest', (json) => json.replace('{', '{"revision": "evil", ')),
    },
    {
      title: 'a manifest with a byte order mark',
      code: 'file_altered',
      make: () => rewritten('.manifest', (json) => `\uFEFF${json}`),
    },
    {
      title: 'data that are not UTF-8',
      code: 'file_altered',
      make: () => withFile('data.json', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
    },
    {
      title: 'data of 60 MiB',
      code: 'file_altered',
      make: () => withFile('data.json', Buffer.from(`[${'0,'.repeat(30 * MEGABYTE - 1000)}0]`)),
    },
    {
      title: 'data nested a million deep',
      code: 'file_altered',
      make: () => withFile('data.json', Buffer.from(`${'['.repeat(1e6)}${']'.repeat(1e6)}`)),
    },
    {
      title: 'a manifest of the same meaning in other bytes',
      code: 'active',
      make: () => rewritten('.manifest', (json) => ` ${json}\n`),
    },
    {
      title: 'the same files, packed otherwise',
      code: 'active',
      make: () => packed(entriesOf(new Map([...good].reverse()))),
    },
  ];
}

function exchanged(held: Held, one: string, other: string): Held {
  return new Map([...held, [one, held.get(other) ?? content], [other, held.get(one) ?? content]]);
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

/** Archives that would harm whoever unpacks them without looking. All but these holds what was signed. */
export function archives({ good }: Loot): Attack[] {
  const whole = packBundle(good);
  const adding = (...more: Entry[]) => packed([...entriesOf(good), ...more]);
  const hostile = (title: string, code: Attack['code'], ...more: Entry[]): Attack => ({
    title,
    code,
    make: () => adding(...more),
  });
  const link = (type: string): Entry => ({ name: 'data.json.link', type, link: '/etc/passwd' });
  return [
    { title: 'nothing at all', code: 'damaged', make: () => new Uint8Array() },
    { title: 'a page of HTML', code: 'damaged', make: () => Buffer.from('<!doctype html><title>Sign in</title>') },
    { title: 'an archive without gzip', code: 'damaged', make: () => tarOf(entriesOf(good)) },
    { title: 'cut short by a byte', code: 'damaged', make: () => whole.subarray(0, -1) },
    { title: 'cut short by half', code: 'damaged', make: () => whole.subarray(0, whole.length / 2) },
    { title: 'cut short within', code: 'damaged', make: () => gzipSync(tarOf(entriesOf(good)).subarray(0, -2000)) },
    { title: 'one bit changed on the way', code: 'damaged', make: () => flipped(whole) },
    { title: 'bytes after its end', code: 'damaged', make: () => Buffer.concat([whole, content]) },
    {
      title: 'a second archive after the first',
      code: 'damaged',
      make: () => gzipSync(Buffer.concat([tarOf(entriesOf(good)), entry({ name: 'evil', content }), END])),
    },
    {
      title: 'random bytes of 17 MiB',
      code: 'too_large',
      make: () => Buffer.alloc(17 * MEGABYTE, 0xa5),
    },
    {
      title: 'a gzip bomb: 10 GiB in 10 MiB',
      code: 'unpacks_too_large',
      make: () => Buffer.concat(new Array<Buffer>(160).fill(gzipSync(Buffer.alloc(64 * MEGABYTE)))),
    },
    hostile('a path out of the archive', 'unsafe_path', { name: '../../etc/cron.d/evil', content }),
    hostile('a path out of the archive in its prefix', 'unsafe_path', { name: 'evil', prefix: '../..', content }),
    hostile('a path with backslashes', 'unsafe_path', { name: '..\\evil', content }),
    hostile('a path that a terminal obeys', 'unsafe_path', { name: 'a\x1b]0;evil\x07', content }),
    hostile('a path that is not UTF-8', 'unsafe_path', { name: Buffer.from([0x61, 0xff]), content }),
    hostile('a file without a name', 'unsafe_path', { name: '/', content }),
    hostile('an absolute path: read as one within', 'file_extra', { name: '/etc/passwd', content }),
    hostile('a symbolic link', 'unsafe_entry', link('2')),
    hostile('a hard link', 'unsafe_entry', link('1')),
    hostile('a device', 'unsafe_entry', { name: 'zero', type: '3' }),
    hostile('a pipe', 'unsafe_entry', { name: 'pipe', type: '6' }),
    hostile('a sparse file', 'unsafe_entry', { name: 'sparse', type: 'S', content }),
    hostile('another name in a pax header', 'unsafe_entry', {
      name: 'PaxHeaders/x',
      type: 'x',
      content: Buffer.from('19 path=data.yaml\n'),
    }),
    hostile('a pax header for all that follows', 'unsafe_entry', { name: 'pax', type: 'g', content }),
    hostile('a long name of GNU', 'unsafe_entry', { name: '@LongLink', type: 'L', content }),
    hostile('a folder with contents', 'unsafe_entry', { name: 'folder/', type: '5', content }),
    hostile('a file twice, the second one other', 'doubled_file', { name: '/data.json', content }),
    hostile('a file twice under another spelling', 'doubled_file', { name: './/data.json', content }),
    hostile('a length beyond the archive', 'damaged', { name: 'a', content, size: 0o77777777777 }),
    hostile('a length below nothing', 'damaged', { name: 'a', size: Buffer.from('-0000000001\0') }),
    hostile('a length in binary', 'damaged', {
      name: 'a',
      size: Buffer.from([0x80, ...new Array<number>(11).fill(0xff)]),
    }),
    hostile('a header whose sum is wrong', 'damaged', { name: 'a', content, sum: 1 }),
    {
      title: '1001 files',
      code: 'too_many_files',
      make: () => adding(...Array.from({ length: 1001 }, (_, index) => ({ name: `f${index}` }))),
    },
    {
      title: 'a hundred thousand folders',
      code: 'too_many_files',
      make: () => adding(...Array.from({ length: 100_000 }, (_, index) => ({ name: `d${index}/`, type: '5' }))),
    },
  ];
}
