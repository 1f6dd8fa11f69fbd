import { BundleRefusal } from './bundle-refusal.ts';

/** Reads a tar archive of plain files, as `opa build` writes it: refuses everything a bundle has no use for. */
const BLOCK = 512;
/** Control characters, which a terminal or a log would obey. */
const UNSEEN = /\p{Cc}/u;
const TEXT = new TextDecoder('utf-8', { fatal: true });

/**
 * File contents by path, without a leading slash.
 * @throws BundleRefusal for links, devices, paths that leave the archive, doubles, damage.
 */
export function readTar(archive: Uint8Array, maxFiles = 1000): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let at = 0;
  let entries = 0;
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK);
    if (isBlank(header)) {
      if (!isBlank(archive.subarray(at))) throw new BundleRefusal('damaged', 'the archive goes on after its end');
      return files;
    }
    const { path, size, type } = readHeader(header);
    entries += 1;
    if (entries > maxFiles)
      throw new BundleRefusal('too_many_files', `the archive holds more than ${maxFiles} files and folders`);
    const from = at + BLOCK;
    if (from + size > archive.length) throw new BundleRefusal('damaged', `the archive ends in the middle of ${path}`);
    if (type === '0') {
      if (path === '') throw new BundleRefusal('unsafe_path', 'the archive holds a file without a name');
      if (files.has(path)) throw new BundleRefusal('doubled_file', `the archive holds ${path} twice`);
      files.set(path, archive.subarray(from, from + size));
    } else if (type !== '5' || size > 0) {
      throw new BundleRefusal('unsafe_entry', `${path} is neither a file nor a folder without contents`);
    }
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new BundleRefusal('damaged', 'the archive ends without its closing block');
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function readHeader(header: Uint8Array): { path: string; size: number; type: string } {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (sum !== octal(header, 148, 8)) throw new BundleRefusal('damaged', 'a header of the archive is damaged');
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  const path = safePath(prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
  const type = text(header, 156, 1);
  return { path, size: octal(header, 124, 12), type: type === '' ? '0' : type };
}

function safePath(raw: string): string {
  const path = raw.replace(/^\.?\/+/, '').replace(/\/$/, '');
  const unsafe =
    UNSEEN.test(path) ||
    path.includes('\\') ||
    path.split('/').some((part) => part === '..' || part === '.' || part === '');
  if (unsafe && path !== '') {
    throw new BundleRefusal('unsafe_path', `the archive holds an unsafe path: ${JSON.stringify(raw)}`);
  }
  return path;
}

function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  try {
    return TEXT.decode(end === -1 ? field : field.subarray(0, end));
  } catch (thrown) {
    throw new BundleRefusal('unsafe_path', 'a name in the archive is no UTF-8', { cause: thrown });
  }
}

function octal(header: Uint8Array, at: number, length: number): number {
  const digits = Buffer.from(header.subarray(at, at + length))
    .toString('latin1')
    .replace(/\0.*$/s, '')
    .trim();
  if (!/^[0-7]+$/.test(digits)) throw new BundleRefusal('damaged', 'a header of the archive holds no octal number');
  return Number.parseInt(digits, 8);
}
