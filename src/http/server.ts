import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Slow or endless requests never hold a connection for long; sizes leave room for a long client certificate chain. */
export const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
  noDelay: true,
};

/** Resolves when the server listens, rejects when it cannot. */
export function listen(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    start();
  });
}

/** Stops accepting, lets open requests end within the limit, then cuts what is left. */
export function drain(server: Server, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection whose last answer leaves during the drain must not wait for another request.
    server.keepAliveTimeout = 1;
    const limit = setTimeout(() => server.closeAllConnections(), limitMs);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}

export function toUrl(scheme: string, address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${address.port}`;
}
