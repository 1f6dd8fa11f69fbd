import { gzipSync } from 'node:zlib';

/** What may stand in a tar archive, whether or not it makes sense. */
export interface Entry {
  name: string | Buffer;
  content?: Uint8Array;
  /** `0` when absent: a file. */
  type?: string;
  /** What the header says of the length; the truth when absent. */
  size?: number | Buffer;
  link?: string;
  prefix?: string;
  /** What the header says of itself; its true sum when absent. */
  sum?: number;
}

const BLOCK = 512;

export function entry({ name, content = new Uint8Array(), type = '0', ...more }: Entry): Buffer {
  const { size = content.length, link = '', prefix = '' } = more;
  const header = Buffer.alloc(BLOCK);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write('0000600\0', 100);
  if (typeof size === 'number') header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  else size.copy(header, 124);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write('ustar\x0000', 257);
  header.write(prefix, 345);
  const { sum = header.reduce((total, byte) => total + byte, 0) } = more;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(-content.length & (BLOCK - 1))]);
}

export const END = Buffer.alloc(2 * BLOCK);

/** Files as they are in a bundle. */
export const entriesOf = (files: ReadonlyMap<string, Uint8Array>): Entry[] =>
  [...files].map(([path, content]) => ({ name: `/${path}`, content }));

export const tarOf = (entries: readonly Entry[]): Buffer => Buffer.concat([...entries.map(entry), END]);

export const packed = (entries: readonly Entry[]): Buffer => gzipSync(tarOf(entries));
