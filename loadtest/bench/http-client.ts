import { connect, type Socket } from 'node:net';
import { toError } from '../../src/domain/errors.ts';

/** How an answer is read: exact pieces of text, of which a well-formed body has one. */
export interface Markers {
  allowed: string;
  denied: string;
}

export type Outcome = 'allow' | 'deny' | 'error';

export type Address = { port: number } | { socket: string };

/** One keep-alive connection with at most one request under way. */
export interface Connection {
  send(request: Buffer): void;
  close(): void;
}

export interface ConnectionOptions {
  address: Address;
  markers?: Markers | undefined;
  /** Called once for each request that was sent. */
  onAnswer(outcome: Outcome): void;
  /** The socket broke or the server closed it: nothing comes any more. */
  onBroken(error: Error): void;
}

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';
const BUFFER_BYTES = 64 * 1024;

/** The bytes of a POST as they go over the wire. */
export function toRequest(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({ host: '127.0.0.1', 'content-type': 'application/json', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** True when `text` holds one whole answer. @throws Error when its end cannot be known */
export function isWhole(text: string): boolean {
  const end = text.indexOf(HEAD_END);
  if (end < 0) return false;
  const head = text.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return text.length >= end + HEAD_END.length + Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return text.endsWith(LAST_CHUNK);
  throw new Error('an answer came with neither Content-Length nor chunks');
}

/** A 200 that says yes or no by its markers; without markers any 200 is an allow. */
export function outcomeOf(text: string, markers: Markers | undefined): Outcome {
  if (!text.startsWith('HTTP/1.1 200')) return 'error';
  if (markers === undefined || text.includes(markers.allowed)) return 'allow';
  return text.includes(markers.denied) ? 'deny' : 'error';
}

/** Connects at once. Bytes are read into one buffer of its own: no garbage for each answer. */
export async function openConnection({ address, markers, onAnswer, onBroken }: ConnectionOptions): Promise<Connection> {
  let received = '';

  function read(length: number, bytes: Uint8Array): boolean {
    received += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
    try {
      if (!isWhole(received)) return true;
    } catch (thrown) {
      // Such as a 408 to a connection on which nothing was asked for long: it closes it.
      received = '';
      socket.destroy(toError(thrown));
      return true;
    }
    const outcome = outcomeOf(received, markers);
    received = '';
    onAnswer(outcome);
    return true;
  }

  const onread = { buffer: Buffer.allocUnsafe(BUFFER_BYTES), callback: read };
  const where = 'socket' in address ? { path: address.socket } : { port: address.port, host: '127.0.0.1' };
  const socket: Socket = connect({ ...where, onread });
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('error', onBroken);
  socket.on('end', () => onBroken(new Error('the server closed the connection')));
  return {
    send: (request) => void socket.write(request),
    close: () => socket.destroy(),
  };
}
