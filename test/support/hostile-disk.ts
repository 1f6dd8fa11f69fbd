import { execFileSync } from 'node:child_process';
import { mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import type { RefusalCode } from '../../src/policy/bundle-refusal.ts';

export interface DiskFault {
  title: string;
  code: RefusalCode;
  /** Puts something at this path, in place of the bundle. */
  cause(path: string, bytes: Uint8Array): Promise<void>;
}

/** What may lie where a bundle is expected. */
export const DISK_FAULTS: readonly DiskFault[] = [
  { title: 'is an empty folder', code: 'source_unavailable', cause: async () => {} },
  {
    title: 'is swapped half: the bundle has its name not yet',
    code: 'source_unavailable',
    async cause(path, bytes) {
      await writeFile(path, bytes);
      await rename(path, `${path}.next`);
    },
  },
  { title: 'is a link to nothing', code: 'source_unavailable', cause: (path) => symlink('/nowhere/at/all', path) },
  { title: 'is a link to itself', code: 'source_unavailable', cause: (path) => symlink(path, path) },
  {
    title: 'is a pipe in which nobody writes',
    code: 'source_answer',
    async cause(path) {
      execFileSync('mkfifo', [path]);
    },
  },
  { title: 'is a device without end', code: 'source_answer', cause: (path) => symlink('/dev/zero', path) },
  {
    title: 'has a folder by the name of the bundle',
    code: 'source_answer',
    async cause(path) {
      await mkdir(path);
    },
  },
  { title: 'is an empty file', code: 'damaged', cause: (path) => writeFile(path, '') },
  {
    title: 'is half of a bundle',
    code: 'damaged',
    cause: (path, bytes) => writeFile(path, bytes.subarray(0, bytes.length / 2)),
  },
  {
    title: 'is a file of a terabyte, with nothing in it',
    code: 'too_large',
    async cause(path) {
      await writeFile(path, '');
      await truncate(path, 1e12);
    },
  },
];
