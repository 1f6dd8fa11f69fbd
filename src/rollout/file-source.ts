import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toError } from '../domain/errors.ts';
import { MAX_PACKED, tooLarge } from '../policy/bundle.ts';
import { BundleRefusal } from '../policy/bundle-refusal.ts';
import { fileWords } from '../process/file-words.ts';
import type { Fetched, Source } from './source.ts';

/** In a folder that is swapped as a whole the bundle is one file, so that it is met before or after, never between. */
const IN_FOLDER = 'bundle.tar.gz';
const EXACT = { bigint: true } as const;

/**
 * A file, or `bundle.tar.gz` in a folder that is swapped (a symbolic link, as Kubernetes mounts things). It is looked
 * at by name each time: whatever lies there now counts, also when it was the other kind before.
 */
export async function fileSource(path: string): Promise<Source> {
  let folder = await isFolder(path);
  return {
    get kind() {
      return folder ? 'folder' : 'file';
    },
    name: path,
    async fetch(known) {
      folder = await isFolder(path);
      const file = folder ? join(path, IN_FOLDER) : path;
      try {
        return await read(file, known);
      } catch (thrown) {
        if (thrown instanceof BundleRefusal) throw thrown;
        const says = fileWords(thrown) ?? `${file}: ${toError(thrown).message}`;
        throw new BundleRefusal('source_unavailable', says, { cause: thrown });
      }
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

async function read(file: string, known: string | undefined): Promise<Fetched | undefined> {
  const tag = tagOf(await stat(file, EXACT));
  if (tag === known) return undefined;
  // Opening a pipe would wait for whoever writes, and hold one of few threads until then.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const opened = await handle.stat(EXACT);
    if (!opened.isFile()) throw new BundleRefusal('source_answer', `${file} is no file`);
    const packed = await readAll(handle);
    // Neither written meanwhile, nor replaced by another one.
    const settled = [opened, await handle.stat(EXACT), await stat(file, EXACT)];
    if (settled.every((found) => tagOf(found) === tag)) return { packed, tag };
  } finally {
    await handle.close();
  }
  throw new BundleRefusal('source_unavailable', `${file} is being written: it is looked at again`);
}

async function readAll(handle: FileHandle): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_PACKED) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Changes whenever the file does, or another one has its name. */
function tagOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
