import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { eventually } from './eventually.ts';
import type { Process } from './program.ts';

/** Process ids of the workers of a sidecar; a loader of TypeScript may have a helper of its own. */
export function workersOf({ pid }: Pick<Process, 'pid'>): number[] {
  const all = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,stat=,args=']).toString().split('\n');
  return all.flatMap((line) => {
    const [, own, parent, state = '', args = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    return Number(parent) === pid && !state.startsWith('Z') && args.endsWith(' sidecar') ? [Number(own)] : [];
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** One question over a connection of its own, so that it comes to whichever worker is next. */
export async function askOnce(door: { url: string } | { socketPath: string }, body: unknown) {
  const [at, more] = 'url' in door ? [door.url, {}] : ['http://localhost', door];
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const sent = request(`${at}/v1/decision`, { method: 'POST', agent: false, headers, ...more });
  sent.end(JSON.stringify(body));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: Number(response.statusCode), answer: JSON.parse(text) as Record<string, unknown> };
}

/** A question of which the last byte is held back: the connection is a worker's, and its answer is owed. */
export async function beginQuestion({ url }: Process, body: unknown) {
  const text = JSON.stringify(body);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const head = `POST /v1/decision HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`;
  let heard = '';
  socket.on('data', (bytes: Buffer) => {
    heard += bytes.toString();
  });
  socket.write(`${head}content-length: ${text.length}\r\nexpect: 100-continue\r\n\r\n`);
  // With this a worker says that the connection is in its hands.
  await eventually('it is told to go on', () => heard.includes('100 Continue'));
  socket.write(text.slice(0, -1));
  return {
    async finish(): Promise<string> {
      socket.write(text.slice(-1));
      await eventually('it is answered', () => socket.closed || heard.endsWith('}'));
      socket.destroy();
      return heard.slice(heard.indexOf('\r\n\r\n') + 4);
    },
  };
}

/** The sum of a metric over all its labels. */
export async function metricOf({ opsUrl }: Process, name: string): Promise<number> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
