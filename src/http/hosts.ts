import { AppError } from '../domain/errors.ts';
import type { Connection } from './connection.ts';

/** @throws AppError `host_refused` */
export type HostCheck = (host: string | undefined, connection: Connection) => void;

const LOOPBACK_NAMES = ['localhost', '[::1]'];
const LOOPBACK_ADDRESS = /^127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$/;
const PORT = /:[0-9]{1,5}$/;

/**
 * Accepts loopback names and the configured ones. A page in a browser may make a name of its own point to 127.0.0.1
 * (DNS rebinding), but cannot choose the Host header. No browser reaches a Unix socket: there any name will do.
 */
export function makeHostCheck(allowed: readonly string[]): HostCheck {
  const names = new Set([...LOOPBACK_NAMES, ...allowed]);
  let accepted: string | undefined; // the last one: it comes with almost every request
  return function checkHost(host = '', connection) {
    if (connection.unixSocket || host === accepted) return;
    const name = host.replace(PORT, '').toLowerCase();
    if (!names.has(name) && !LOOPBACK_ADDRESS.test(name)) throw new AppError('host_refused', 'a host that is not ours');
    accepted = host;
  };
}
