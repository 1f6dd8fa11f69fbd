import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls with the path of a file that holds the text and is gone afterwards. */
export async function withFile<T>(text: string, call: (path: string) => Promise<T>, name = 'input.json'): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-'));
  try {
    const path = join(folder, name);
    await writeFile(path, text);
    return await call(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
