import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toError } from '../domain/errors.ts';
import { MAX_PACKED, tooLarge } from '../policy/bundle.ts';
import { BundleRefusal } from '../policy/bundle-refusal.ts';
import type { Fetched, Source } from './source.ts';

/** In a folder that is swapped as a whole the bundle is one file, so that it is met before or after, never between. */
const IN_FOLDER = 'bundle.tar.gz';

/**
 * A file, or `bundle.tar.gz` in a folder that is swapped (a symbolic link, as Kubernetes mounts things). It is looked
 * at by name each time: whatever lies there now counts.
 */
export async function fileSource(path: string): Promise<Source> {
  const folder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = folder ? join(path, IN_FOLDER) : path;
  return {
    kind: folder ? 'folder' : 'file',
    name: path,
    async fetch(known) {
      try {
        return await read(file, known);
      } catch (thrown) {
        if (thrown instanceof BundleRefusal) throw thrown;
        throw new BundleRefusal('source_unavailable', `${file}: ${toError(thrown).message}`, { cause: thrown });
      }
    },
  };
}

async function read(file: string, known: string | undefined): Promise<Fetched | undefined> {
  const tag = await tagOf(file);
  if (tag === known) return undefined;
  const handle = await open(file, 'r');
  try {
    const packed = await readAll(handle);
    if ((await tagOf(file)) === tag) return { packed, tag };
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

/** Changes whenever the file does, or another one has its name. What is no file, such as a pipe, is read once. */
async function tagOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true });
  if (!found.isFile()) return 'no file';
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
