import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { z } from 'zod';

/** What is known of the connection that a request came over; made once per connection by the listener. */
export interface Connection {
  /** Over the Unix socket: its file mode has already decided who may. */
  unixSocket: boolean;
  /** The peer's address never leaves this machine. */
  loopback: boolean;
  /** The peer's address, for rate limits; never logged. */
  address?: string;
  /** The client certificate that was presented; `refused` when no accepted authority has signed it. */
  certificate?: ClientCertificate | 'refused';
}

export interface ClientCertificate {
  /** SHA-256 of the certificate, 64 lower-case hex digits. */
  fingerprint: string;
  /** `serialNumber` of the subject: on PKIoverheid certificates the OIN. */
  serialNumber?: string;
}

const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && LOOPBACK.test(address);
}

const known = new WeakMap<Socket, Connection>();

/**
 * The connection behind a socket, looked at once: a client certificate is costly to take apart.
 * @param unixSocket as the listener knows it; a socket that has just been cut has no addresses either.
 */
export function connectionOf(socket: Socket, unixSocket: boolean): Connection {
  const seen = known.get(socket);
  if (seen !== undefined) return seen;
  const certificate = socket instanceof TLSSocket ? certificateOf(socket) : undefined;
  const connection = {
    unixSocket,
    loopback: unixSocket || isLoopbackAddress(socket.remoteAddress),
    ...(socket.remoteAddress !== undefined && { address: socket.remoteAddress }),
    ...(certificate && { certificate }),
  };
  known.set(socket, connection);
  return connection;
}

const subjectForm = z.object({ serialNumber: z.string().optional() });

function certificateOf(socket: TLSSocket): Connection['certificate'] {
  const { fingerprint256, subject } = socket.getPeerCertificate();
  if (!fingerprint256) return undefined;
  if (!socket.authorized) return 'refused';
  // A subject with two serial numbers names nobody in particular.
  const parsed = subjectForm.safeParse(subject);
  if (!parsed.success) return 'refused';
  const { serialNumber } = parsed.data;
  return { fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(), ...(serialNumber && { serialNumber }) };
}
