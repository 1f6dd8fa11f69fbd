import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { toError } from '../domain/errors.ts';
import { MAX_PACKED, tooLarge } from '../policy/bundle.ts';
import { BundleRefusal, type RefusalCode } from '../policy/bundle-refusal.ts';
import { makeDeadline } from '../process/deadline.ts';
import { entityTag } from './known.ts';
import type { Fetched, Source } from './source.ts';

export interface UrlOptions {
  /** Sent as bearer token (RFC 6750). */
  token?: string;
  userAgent: string;
  /** PEM: authorities whose certificates are believed, instead of those that Node knows. */
  ca?: Buffer;
  /** Longest silence, in milliseconds. */
  idleMs?: number;
  /** Longest time for all of it. */
  totalMs?: number;
}

/**
 * A bundle server as OPA's bundle protocol has it: GET with If-None-Match, answered with 200 or 304. Redirects are not
 * followed, nothing is unpacked on the way (a server that says Content-Encoding is refused), and never more is read
 * than a bundle may hold.
 */
export function urlSource(address: string, options: UrlOptions): Source {
  const url = new URL(address);
  const name = `${url.origin}${url.pathname}`;
  const { totalMs = 30_000 } = options;
  return {
    kind: 'url',
    name,
    async fetch(known, signal) {
      const deadline = makeDeadline(signal, totalMs);
      try {
        return await read(await send(url, known, options, deadline.signal), known);
      } catch (thrown) {
        if (thrown instanceof BundleRefusal) throw thrown;
        const why = deadline.isOver() ? `no whole answer within ${totalMs} ms` : toError(thrown).message;
        throw new BundleRefusal('source_unavailable', `${name}: ${why}`, { cause: thrown });
      } finally {
        deadline.clear();
      }
    },
  };
}

function headersFor(known: string | undefined, { token, userAgent }: UrlOptions): Record<string, string> {
  return {
    accept: 'application/gzip, application/octet-stream, application/vnd.openpolicyagent.bundles',
    'accept-encoding': 'identity',
    prefer: 'modes=snapshot',
    'user-agent': userAgent,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(known !== undefined && { 'if-none-match': known }),
  };
}

function send(url: URL, known: string | undefined, options: UrlOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const { ca, idleMs = 10_000 } = options;
  const how = {
    headers: headersFor(known, options),
    signal,
    agent: false,
    timeout: idleMs,
    ...(ca && { ca }),
  } as const;
  const begin = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = begin(url, how, resolve);
    request.on('timeout', () => request.destroy(new Error(`nothing heard for ${idleMs} ms`)));
    request.on('error', reject);
    request.end();
  });
}

async function read(answer: IncomingMessage, known: string | undefined): Promise<Fetched | undefined> {
  const { statusCode: status = 0, headers } = answer;
  const fault = faultOf(status, headers['content-encoding'], known);
  if (fault !== undefined || status === 304) {
    answer.destroy();
    if (fault === undefined) return undefined;
    throw new BundleRefusal(fault.code, fault.message);
  }
  const packed = await readAll(answer);
  const tag = entityTag(headers.etag);
  return { packed, ...(tag !== undefined && { tag }) };
}

function faultOf(
  status: number,
  encoding: string | undefined,
  known: string | undefined,
): { code: RefusalCode; message: string } | undefined {
  const says = (code: RefusalCode, message: string) => ({ code, message: `the server answers ${status}: ${message}` });
  if (status === 304)
    return known === undefined ? says('source_answer', 'nothing was there to be unchanged') : undefined;
  if (status >= 300 && status < 400) return says('source_redirects', 'redirects are not followed');
  if (status === 408 || status === 429 || status >= 500) return says('source_unavailable', 'it is asked again');
  if (status >= 400) return says('source_refuses', 'is the address right, and the token?');
  if (status !== 200) return says('source_answer', 'that is no bundle');
  if (encoding === undefined || encoding === 'identity') return undefined;
  return says('source_answer', `with Content-Encoding ${encoding}; a bundle is sent as it is`);
}

async function readAll(answer: IncomingMessage): Promise<Uint8Array> {
  if (Number(answer.headers['content-length'] ?? 0) > MAX_PACKED) {
    answer.destroy();
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop, by a throw too, ends the transfer.
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_PACKED) throw tooLarge();
    chunks.push(chunk);
  }
  if (!answer.complete) throw new Error('the answer was cut short');
  return Buffer.concat(chunks);
}
