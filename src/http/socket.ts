import { chmod, lstat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { listen } from './server.ts';

/**
 * Listens on a Unix socket with exactly this file mode. What a killed process left behind is removed first; a socket
 * on which somebody still answers, or a file that is no socket, is refused.
 */
export async function listenOnSocket(server: Server, { path, mode }: { path: string; mode: number }): Promise<void> {
  await removeStale(path);
  await listen(server, () => listenUnreachable(server, path));
  await chmod(path, mode);
}

/** Nobody may connect between the moment the file appears and the moment its mode is set. Binding is synchronous. */
function listenUnreachable(server: Server, path: string): void {
  const before = process.umask(0o777);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
}

async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} exists and is no socket: remove it, or choose another path`);
  if (await answers(path)) throw new Error(`another process listens on ${path}`);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
