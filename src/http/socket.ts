import { chmod, lstat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { listen } from './server.ts';

export interface SocketDoor {
  path: string;
  mode: number;
  /** Another process has made room at the path, and makes the file where nobody may connect yet (`UNREACHABLE`). */
  handedOver?: true;
}

/** Listens on a Unix socket with exactly this file mode. */
export async function listenOnSocket(server: Server, { path, mode, handedOver }: SocketDoor): Promise<void> {
  if (!handedOver) await makeRoom(path);
  await listen(server, () => (handedOver ? server.listen(path) : listenUnreachable(server, path)));
  await chmod(path, mode);
}

/** Under this umask nobody may connect to a socket between the moment its file appears and that its mode is set. */
export const UNREACHABLE = 0o777;

/** Binding is synchronous. */
function listenUnreachable(server: Server, path: string): void {
  const before = process.umask(UNREACHABLE);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
}

/**
 * Removes what a killed process left behind.
 * @throws Error when somebody still answers on the socket, or the file is no socket
 */
export async function makeRoom(path: string): Promise<void> {
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
