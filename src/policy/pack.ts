import { gzipSync } from 'node:zlib';

const BLOCK = 512;
const MAX_NAME = 100;
const MAX_PREFIX = 155;

/**
 * A bundle as `opa build` packs it: gzipped ustar, names with a leading slash, no owner and no time. The same files give
 * the same bytes in whatever order they come: sorted, the manifest last.
 * @param files contents by path, without a leading slash
 * @throws Error for a path that ustar has no room for
 */
export function packBundle(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const blocks = [...files].sort(([a], [b]) => order(a, b)).flatMap(([path, content]) => entry(`/${path}`, content));
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
}

function order(a: string, b: string): number {
  const [lastA, lastB] = [a.startsWith('.'), b.startsWith('.')];
  if (lastA !== lastB) return lastA ? 1 : -1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function entry(name: string, content: Uint8Array): Uint8Array[] {
  return [header(name, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1))];
}

/** POSIX.1-1988 ustar: fields at fixed places, numbers in octal, the sum reckoned over blanks in its own place. */
function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { prefix, rest } = split(name);
  block.write(rest, 0);
  block.write('0000600\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A longer path is parted at a slash. */
function split(name: string): { prefix: string; rest: string } {
  const long = Buffer.from(name);
  if (long.length <= MAX_NAME) return { prefix: '', rest: name };
  for (let at = Math.min(long.length - 2, MAX_PREFIX); at > 0; at -= 1) {
    const rest = long.subarray(at + 1);
    if (long[at] === 0x2f && rest.length <= MAX_NAME) {
      return { prefix: long.subarray(0, at).toString(), rest: rest.toString() };
    }
  }
  throw new Error(`the path is too long for an archive: ${name}`);
}
