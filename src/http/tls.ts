import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { dirname } from 'node:path';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { toError } from '../domain/errors.ts';

export interface TlsFiles {
  certFile: string;
  keyFile: string;
  /** Authorities whose client certificates are accepted; without it none is asked for. */
  clientCaFile?: string;
}

const SETTLE_MS = 200;

/**
 * Server options for these files. A client certificate is asked for and verified, not demanded: a caller may show a
 * token instead, and one who shows neither is answered 401 rather than cut off.
 */
export async function readTls(files: TlsFiles): Promise<TlsOptions> {
  return {
    ...(await readContext(files)),
    requestCert: files.clientCaFile !== undefined,
    rejectUnauthorized: false,
  };
}

async function readContext({ certFile, keyFile, clientCaFile }: TlsFiles): Promise<SecureContextOptions> {
  const [cert, key, ca] = await Promise.all([
    readFile(certFile),
    readFile(keyFile),
    clientCaFile === undefined ? undefined : readFile(clientCaFile),
  ]);
  return { cert, key, minVersion: 'TLSv1.2', ...(ca && { ca }) };
}

/** Takes new files into use for new connections. Folders are watched: certificates are mostly replaced by renaming. */
export function watchTls(files: TlsFiles, server: Server, onError: (error: Error) => void = () => {}): () => void {
  let timer: NodeJS.Timeout | undefined;
  const reload = () => {
    readContext(files)
      .then((context) => server.setSecureContext(context))
      .catch((thrown: unknown) => onError(toError(thrown)));
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLE_MS);
  };
  const folders = new Set(
    [files.certFile, files.keyFile, files.clientCaFile].flatMap((file) => (file ? [dirname(file)] : [])),
  );
  const watchers = [...folders].map(
    (folder): FSWatcher => watch(folder, { persistent: false }, later).on('error', onError),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
