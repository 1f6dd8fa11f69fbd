import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { eventually } from './eventually.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What readers of a guide change; the rest is as it stands here. */
const CHANGED = ['policies', 'bundles', 'examples', '.regal'];
const PORTS = { MACHTIG_PORT: '8181', MACHTIG_ADMIN_PORT: '8282', MACHTIG_OPS_PORT: '8383' };

/** A fenced block: its language, what is to become of it (`run`, `answer`, `file`, …), and its text. */
export interface Block {
  /** Its first line, and where in the page it stands. */
  title: string;
  language: string;
  mark: string;
  /** After `=`, in `file=` and `in=`. */
  path: string;
  text: string;
}

export async function readGuide(page: string): Promise<Block[]> {
  const source = await readFile(join(ROOT, page), 'utf8');
  return [...source.matchAll(/^```(\w+)(?: (\w+)(?:=(\S+))?)?\n(.*?)^```$/gms)].map((found) => {
    const [, language = '', mark = '', path = '', text = ''] = found;
    const line = source.slice(0, found.index).split('\n').length;
    return { title: `line ${line}: ${text.split('\n')[0]}`, language, mark, path, text };
  });
}

export interface Ran {
  code: number;
  /** What is meant to be read on; where there is none, what went wrong. */
  output: string;
}

export interface Clone {
  run(command: string): Promise<Ran>;
  /** Runs on beside what follows, once it is ready; ends what was started before. */
  start(command: string): Promise<void>;
  /** Below the clone, or below home (`~/`). */
  write(path: string, text: string): Promise<void>;
  apply(diff: string): Promise<void>;
  remove(): Promise<void>;
}

/** The project as a reader of a guide has it, to be changed: `machtig` is on the path, ports are free ones. */
export async function makeClone(): Promise<Clone> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'machtig-guide-')));
  const folder = join(home, 'machtig');
  await mkdir(folder);
  for (const name of CHANGED) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await linkOthers('', [...CHANGED, 'test', '.git', 'decisions.jsonl'], folder);
  await mkdir(join(folder, 'test'));
  await linkOthers('test', ['conformance'], folder);
  await cp(join(ROOT, 'test/conformance'), join(folder, 'test/conformance'), { recursive: true });
  await mkdir(join(folder, '.shell'));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'bin/machtig.js')}' "$@"\n`;
  await writeFile(join(folder, '.shell/machtig'), program, { mode: 0o755 });
  const ports = await freePorts();
  const env = {
    ...{ PATH: `${join(folder, '.shell')}:${process.env.PATH}`, HOME: home, MACHTIG_DEV_LOGIN_PORT: '0' },
    // What is measured is not looked at here.
    ROUNDS: '1',
    ...Object.fromEntries(ports.map(([name, port]) => [name, port])),
  };
  const ownPorts = (command: string) =>
    ports.reduce((text, [name, port]) => text.replaceAll(`:${PORTS[name]}`, `:${port}`), command);
  const shell = (command: string) =>
    spawn('sh', ['-c', ownPorts(command)], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const opsPort = new Map(ports).get('MACHTIG_OPS_PORT');
  let running: ChildProcess | undefined;
  const end = async () => {
    const child = running;
    running = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, 'SIGINT');
    await once(child, 'exit');
  };
  const run = async (command: string): Promise<Ran> => {
    const child = shell(command);
    const [out, err] = [collect(child.stdout), collect(child.stderr)];
    const [code] = await once(child, 'close');
    return { code: Number(code), output: out() || err() };
  };
  return {
    run,
    async start(command) {
      await end();
      const child = shell(command);
      running = child;
      const [out, err] = [collect(child.stdout), collect(child.stderr)];
      await eventually(
        `${command} is ready`,
        async () => {
          if (child.exitCode !== null) throw new Error(out() + err());
          return (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).status === 200;
        },
        60_000,
      );
    },
    async write(path, text) {
      const file = path.startsWith('~/') ? join(home, path.slice(2)) : join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    },
    async apply(diff) {
      await writeFile(join(folder, '.shell/edit.diff'), diff);
      const { code, output } = await run('git apply .shell/edit.diff');
      if (code !== 0) throw new Error(output);
    },
    async remove() {
      await end();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Whether output is as a page shows it: numbers may be others, `…` stands for anything, alone on a line for any lines. */
export function shows(page: string, output: string): boolean {
  const lines = page.trimEnd().split('\n');
  const pattern = lines.map((line) => (line.trim() === '…' ? '(?:.*\n)*?' : `${linePattern(line)} *\n`)).join('');
  return new RegExp(`^${pattern}$`).test(`${output.trimEnd()}\n`);
}

function linePattern(line: string): string {
  const literal = line.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return literal.replace(/\d+/g, '\\d+').replaceAll('…', '.*');
}

async function linkOthers(within: string, but: readonly string[], folder: string): Promise<void> {
  for (const name of await readdir(join(ROOT, within))) {
    if (!but.includes(name)) await symlink(join(ROOT, within, name), join(folder, within, name));
  }
}

function collect(stream: Readable | null): () => string {
  let output = '';
  stream?.on('data', (text: Buffer) => {
    output += text.toString();
  });
  return () => output;
}

async function freePorts(): Promise<[name: keyof typeof PORTS, port: string][]> {
  const names: (keyof typeof PORTS)[] = ['MACHTIG_PORT', 'MACHTIG_ADMIN_PORT', 'MACHTIG_OPS_PORT'];
  const servers = names.map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const found = servers.map((server) => server.address());
  for (const server of servers) server.close();
  return names.map((name, index) => {
    const address = found[index];
    if (address === null || typeof address !== 'object') throw new Error('no port');
    return [name, String(address.port)];
  });
}
