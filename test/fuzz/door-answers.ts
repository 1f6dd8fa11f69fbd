import { connect } from 'node:net';
import { Broken } from './target.ts';

export interface HttpAnswer {
  status: number;
  headers: ReadonlyMap<string, string>;
  body: string;
}

const SILENT_MS = 5000;

/** Sends bytes over a Unix socket, says that there are no more, and reads until the other side has no more either. */
export function exchange(path: string, sent: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ path, allowHalfOpen: true });
    socket.setTimeout(SILENT_MS, () => {
      socket.destroy();
      reject(new Broken(`nothing came for ${SILENT_MS} ms, and the connection stayed open`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => socket.destroy());
    // What came before the connection was cut counts; writing to what is closed does not.
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.end(sent);
  });
}

/** The answers in what came back to what was sent, one behind another. @throws Broken when it is no HTTP */
export function readAnswers(came: Buffer, sent: Uint8Array): HttpAnswer[] {
  const answers: HttpAnswer[] = [];
  const asksForHeads = /HEAD /.test(Buffer.from(sent).toString('latin1'));
  for (let rest = came; rest.length > 0; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) throw new Broken(`an answer without an end of its head: ${rest.toString('latin1', 0, 80)}`);
    const [first = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    if (Number.isNaN(status)) throw new Broken(`an answer that begins with ${first.slice(0, 80)}`);
    const headers = new Map(lines.map((line) => [line.split(':', 1)[0]?.toLowerCase() ?? '', afterColon(line)]));
    const behind = rest.subarray(end + 4);
    const { body, length } = asksForHeads && isOver(behind) ? NO_BODY : readBody(behind, headers);
    answers.push({ status, headers, body: body.toString() });
    rest = behind.subarray(length);
  }
  return answers;
}

interface Body {
  body: Buffer;
  /** Of all that belongs to it. */
  length: number;
}

const NO_BODY: Body = { body: Buffer.alloc(0), length: 0 };

/** Nothing follows, or the next answer: as to HEAD, which is told the length of what it does not get (RFC 9110, 9.3.2). */
const isOver = (behind: Buffer): boolean => behind.length === 0 || behind.toString('latin1', 0, 9) === 'HTTP/1.1 ';

const readBody = (behind: Buffer, headers: ReadonlyMap<string, string>): Body =>
  headers.has('transfer-encoding') ? chunked(behind) : announced(behind, headers);

function announced(bytes: Buffer, headers: ReadonlyMap<string, string>): Body {
  const length = Number(headers.get('content-length') ?? 0);
  if (bytes.length < length) throw new Broken(`an answer shorter than the ${length} bytes that it announces`);
  return { body: bytes.subarray(0, length), length };
}

function chunked(bytes: Buffer): Body {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const from = bytes.indexOf('\r\n', at) + 2;
    const size = Number.parseInt(bytes.toString('latin1', at, from), 16);
    if (from < 2 || Number.isNaN(size) || bytes.length < from + size + 2)
      throw new Broken('an answer cut off in a chunk');
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
    if (size === 0) return { body: Buffer.concat(parts), length: at };
  }
}

const afterColon = (line: string): string => line.slice(line.indexOf(':') + 1).trim();

/** A request as it stands in the bytes, if they are one request in the plainest form and nothing more. */
export interface PlainRequest {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

const HEADER = /^[A-Za-z-]+: ?[!-~]([ -~]*[!-~])?$/;

export function readPlain(sent: Uint8Array): PlainRequest | undefined {
  const all = Buffer.from(sent);
  const end = all.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = all.toString('latin1', 0, end).split('\r\n');
  const path = /^POST (\/[a-z0-9/]+) HTTP\/1\.1$/.exec(first)?.[1];
  if (path === undefined || !lines.every((line) => HEADER.test(line))) return undefined;
  const names = lines.map((line) => line.split(':', 1)[0]?.toLowerCase() ?? '');
  if (new Set(names).size < names.length || names.some((name) => !PLAIN.has(name))) return undefined;
  const headers = Object.fromEntries(lines.map((line, index) => [names[index] ?? '', afterColon(line)]));
  // Without a host, or with one that is none, it never comes as far as the doors.
  if (!HOST.test(headers.host ?? '')) return undefined;
  const body = all.subarray(end + 4);
  return headers['content-length'] === String(body.length) ? { path, headers, body } : undefined;
}

const HOST = /^[a-z0-9.-]+(:\d{1,4})?$/i;

/** Headers that mean the same to both doors. */
const PLAIN = new Set(['host', 'authorization', 'content-type', 'content-length', 'x-request-id']);
