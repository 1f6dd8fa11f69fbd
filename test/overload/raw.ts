import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

export const BODY = JSON.stringify({
  actor: 'urn:etoegang:pseudonym:bea@balans',
  loa: 'eh3',
  represented: 'urn:nl:kvk:90000004',
  service: 'urn:etoegang:DV:00000003800000010000:services:1',
  operation: 'submit',
});

/** The bytes of a question as they go over the wire. */
export function request(
  body: string,
  headers: readonly string[] = [`content-length: ${Buffer.byteLength(body)}`],
): string {
  const head = ['POST /v1/decision HTTP/1.1', 'host: localhost', 'content-type: application/json', ...headers];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

export interface Answer {
  status: number;
  head: string;
  body: string;
}

/** A connection over which anything may be said. */
export interface Raw {
  socket: Socket;
  /** What came that is no whole answer yet, or was not asked for. */
  received(): string;
  /** The next whole answer; undefined when the server closes first. */
  answer(): Promise<Answer | undefined>;
  closed: Promise<void>;
}

export async function open(url: string, { halfOpen = false } = {}): Promise<Raw> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), allowHalfOpen: halfOpen });
  let text = '';
  let wake = () => {};
  let over = false;
  const end = () => {
    over = true;
    wake();
  };
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    wake();
  });
  socket.once('end', end).once('close', end);
  await once(socket, 'connect');
  return {
    socket,
    closed,
    received: () => text,
    async answer() {
      for (;;) {
        const whole = take(text);
        if (whole) {
          text = whole.rest;
          return whole.answer;
        }
        if (over) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function take(text: string): { answer: Answer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const whole = end + 4 + length;
  if (text.length < whole) return undefined;
  const answer = { status: Number(head.slice(9, 12)), head: head.toLowerCase(), body: text.slice(end + 4, whole) };
  return { answer, rest: text.slice(whole) };
}

/** One question on a connection of its own. */
export async function ask(url: string, bytes = request(BODY)): Promise<Answer | undefined> {
  const raw = await open(url);
  raw.socket.write(bytes);
  const answer = await raw.answer();
  raw.socket.destroy();
  return answer;
}

/** Resident memory, MiB. */
export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
