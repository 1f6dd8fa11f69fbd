import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RefusalCode } from '../../src/policy/bundle-refusal.ts';
import { type Authority, makeAuthority } from './certificates.ts';

/** A bundle server over TLS that can be made to misbehave. */
export interface HostileServer {
  url: string;
  caFile: string;
  /** Serves this as a good server does, under an ETag of its own. */
  publish(bytes: Uint8Array): void;
  misbehave(fault: Fault): void;
  /** How often it was asked for what it serves now. */
  asked(): number;
  close(): Promise<void>;
}

type Serve = (request: IncomingMessage, response: ServerResponse, good: Uint8Array) => void;

interface Fault {
  serve?: Serve;
  certificate?(own: Authority, folder: string): { certFile: string; keyFile: string };
}

export interface ServerAttack extends Fault {
  title: string;
  code: RefusalCode;
}

export async function startHostileServer(folder: string): Promise<HostileServer> {
  const authority = makeAuthority(folder, 'ca');
  const honest = authority.issue('server', '/CN=localhost');
  let published: { bytes: Uint8Array; tag: string } = { bytes: new Uint8Array(), tag: '"0"' };
  let fault: Fault = {};
  let asked = 0;
  const answer: RequestListener = (request, response) => {
    if (fault.serve) return fault.serve(request, response, published.bytes);
    asked += 1;
    const { 'if-none-match': known } = request.headers;
    // RFC 9110 section 13.1.2: anything that is there meets `*`.
    if (known === '*' || known?.split(', ').includes(published.tag)) return response.writeHead(304).end();
    response.writeHead(200, { etag: published.tag }).end(published.bytes);
  };
  const server: Server = createServer(read(honest), answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let count = 0;
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/bundle.tar.gz`,
    caFile: authority.caFile,
    publish(bytes) {
      count += 1;
      asked = 0;
      published = { bytes, tag: `"${count}"` };
      fault = {};
      server.setSecureContext(read(honest));
    },
    misbehave(next) {
      fault = next;
      if (next.certificate) server.setSecureContext(read(next.certificate(authority, folder)));
    },
    asked: () => asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const read = ({ certFile, keyFile }: { certFile: string; keyFile: string }) => ({
  cert: readFileSync(certFile),
  key: readFileSync(keyFile),
});

/** Bytes in place of an answer. */
const raw =
  (text: string): Serve =>
  (request) =>
    void request.socket.end(text);
const status =
  (code: number, headers: Record<string, string> = {}): Serve =>
  (_, response, good) =>
    void response.writeHead(code, headers).end(code === 204 || code === 304 ? undefined : good);

export const SERVER_ATTACKS: readonly ServerAttack[] = [
  { title: 'falls silent before it answers', code: 'source_unavailable', serve: () => {} },
  {
    title: 'answers a byte at a time',
    code: 'source_unavailable',
    serve(_, response) {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 500);
      response.on('close', () => clearInterval(timer));
    },
  },
  { title: 'hangs up at once', code: 'source_unavailable', serve: (request) => void request.socket.destroy() },
  {
    title: 'hangs up half-way',
    code: 'source_unavailable',
    serve(_, response, good) {
      response.writeHead(200, { 'content-length': String(good.length) });
      response.write(good.subarray(0, good.length / 2), () => response.destroy());
    },
  },
  {
    title: 'sends less than it says',
    code: 'source_unavailable',
    serve: raw('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc'),
  },
  {
    title: 'sends more than it says',
    code: 'damaged',
    serve(request, _, good) {
      request.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${good.length - 10}\r\nConnection: close\r\n\r\n`);
      request.socket.end(good);
    },
  },
  {
    title: 'sends without end',
    code: 'too_large',
    serve(_, response) {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    },
  },
  {
    title: 'announces a gigabyte',
    code: 'too_large',
    serve: raw('HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx'),
  },
  {
    title: 'announces two lengths',
    code: 'source_unavailable',
    serve: raw('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'),
  },
  {
    title: 'sends a megabyte of headers',
    code: 'source_unavailable',
    serve: raw(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1e6)}\r\n\r\n`),
  },
  { title: 'speaks no HTTP', code: 'source_unavailable', serve: raw('SSH-2.0-OpenSSH_9.9\r\n') },
  {
    title: 'sends elsewhere, to another host',
    code: 'source_redirects',
    serve: status(302, { location: 'https://evil.example/bundle.tar.gz' }),
  },
  { title: 'sends elsewhere, to itself', code: 'source_redirects', serve: status(308, { location: '/bundle.tar.gz' }) },
  {
    title: 'packs what it sends (Content-Encoding)',
    code: 'source_answer',
    serve: status(200, { 'content-encoding': 'gzip' }),
  },
  { title: 'gives a part (206)', code: 'source_answer', serve: status(206) },
  { title: 'gives nothing (204)', code: 'source_answer', serve: status(204) },
  { title: 'asks for a password', code: 'source_refuses', serve: status(401) },
  { title: 'knows of no bundle', code: 'source_refuses', serve: status(404) },
  { title: 'is out of order', code: 'source_unavailable', serve: status(503) },
  {
    title: 'has a certificate for another name',
    code: 'source_unavailable',
    certificate: (own) => own.issue('evil', '/CN=localhost', 'DNS:evil.example'),
  },
  {
    title: 'has a certificate of another authority',
    code: 'source_unavailable',
    certificate: (_, folder) => makeAuthority(folder, 'other').issue('imposter', '/CN=localhost'),
  },
];
