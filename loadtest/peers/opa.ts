import { cpSync, createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { writeInput } from '../../src/policy/input-json.ts';
import { freePort } from '../../test/support/free-port.ts';
import { policyInput } from './facts.ts';
import { writeOwnData, writeSharedData } from './opa-data.ts';
import { DoesNotFit, type Peer, type PeerOptions, type RunningPeer } from './peer.ts';
import { answers, findProgram, startServer, versionOf } from './process.ts';
import { LEVELS, type PeerQuestion, type PeerRegister } from './register.ts';
import { askOf, candidatesOf } from './wire.ts';

interface Way {
  name: string;
  setting: string;
  /** Below /v1/data. */
  path: string;
  answer: { allowed: string; denied: string };
  input(register: PeerRegister, question: PeerQuestion): string;
  /** Writes what OPA holds. */
  data?: (file: string, register: PeerRegister) => Promise<number>;
  /** Where the mandates between two parties lie. */
  places?: readonly string[];
}

const verdict = { allowed: '"allow":true', denied: '"allow":false' };
const truth = { allowed: '"result":true', denied: '"result":false' };
const PLAIN = 'decision logs off, in-memory store';
/** What OPA needs for JSON while it reads it, as a multiple of its size; measured at 100,000 mandates. */
const TIMES_JSON = 15;
const READS = '--optimize-store-for-read-speed';

/** OPA server with the rules of machtig and with a short writing of the shared rules; mandates in it or in the question. */
export const OPA: readonly Peer[] = [
  {
    name: 'OPA, our rules, data travels',
    setting: `${PLAIN}; the rules of machtig, asked with the very input that the sidecar puts together`,
    path: 'authz/decision',
    answer: verdict,
    input: (register: PeerRegister, question: PeerQuestion) => writeInput(policyInput(register, question)),
  },
  {
    name: 'OPA, our rules, data held',
    setting: `${PLAIN}, ${READS}; the rules of machtig on facts found by key in \`data\``,
    path: 'peers/own/decision',
    answer: verdict,
    input: (_: PeerRegister, { actor, represented, service, branch, operation, level, now }: PeerQuestion) =>
      JSON.stringify({ actor, represented, service, branch, operation, now, loa: LEVELS[level] }),
    data: writeOwnData,
    places: ['mandates'],
  },
  {
    name: 'OPA, shared rules, data travels',
    setting: `${PLAIN}; the shared rules in some forty lines of Rego`,
    path: 'peers/travels/allow',
    answer: truth,
    input: (register: PeerRegister, question: PeerQuestion) =>
      JSON.stringify({ ask: askOf(register, question), ...candidatesOf(register, question) }),
  },
  {
    name: 'OPA, shared rules, data held',
    setting: `${PLAIN}, ${READS}; the shared rules in some forty lines of Rego, mandates by key in \`data\``,
    path: 'peers/held/allow',
    answer: truth,
    input: (_: PeerRegister, { actor, represented, ...question }: PeerQuestion) =>
      JSON.stringify({ branch: '', operation: '', ...question, actor, represented }),
    data: writeSharedData,
    places: ['direct', 'first'],
  },
].map(makePeer);

function makePeer(way: Way): Peer {
  return {
    name: way.name,
    engine: 'OPA',
    dataClass: way.data ? 'data held' : 'data travels',
    store: way.data ? 'memory' : 'request',
    setting: way.setting,
    available() {
      const program = findProgram('opa');
      const version = program && versionOf(program, ['version'], /^Version: (\S+)/m);
      return version ? { version } : { missing: 'opa is not installed: npx tsx loadtest/peers/install.ts opa' };
    },
    start: (options) => start(way, options),
  };
}

async function start(way: Way, options: PeerOptions): Promise<RunningPeer> {
  const { register, folder, lifecycle, cpu, loadSeconds } = options;
  const port = await freePort();
  const base = `http://127.0.0.1:${port}/v1/data`;
  const server = await startServer(way.name, lifecycle, {
    program: findProgram('opa') ?? 'opa',
    args: [
      ...['run', '--server', '--addr', `127.0.0.1:${port}`, '--log-level', 'error', '--skip-version-check'],
      ...(way.data ? [READS] : []),
      ...['--bundle', writeBundle(join(folder, way.name.replaceAll(/\W+/g, '-')))],
    ],
    ...(cpu !== undefined && { cpu }),
    ready: () => answers(`http://127.0.0.1:${port}/health?bundles=true`),
  });
  const began = performance.now();
  const loaded = way.data ? await load(way.data, base, options) : 0;
  const remove = (represented: string, delegate: string, place: string) =>
    fetch(`${base}/register/${[place, represented, delegate].map(encodeURIComponent).join('/')}`, { method: 'DELETE' });
  return {
    port,
    path: `/v1/data/${way.path}`,
    headers: { 'content-type': 'application/json' },
    body: (question) => `{"input":${way.input(register, question)}}`,
    ...way.answer,
    pids: () => [server.pid],
    storePids: () => [],
    coldStartMs: server.startedMs,
    loadMs: way.data ? Math.round(performance.now() - began) : 0,
    loaded,
    ...(way.places && {
      async revoke(represented, delegate) {
        const responses = await Promise.all((way.places ?? []).map((place) => remove(represented, delegate, place)));
        if (!responses.some(({ ok }) => ok)) throw new Error(`OPA holds no mandate of ${represented} to ${delegate}`);
      },
    }),
  };

  async function load(write: NonNullable<Way['data']>, url: string, { onProgress }: PeerOptions): Promise<number> {
    const file = join(folder, `${way.name.replaceAll(/\W+/g, '-')}.json`);
    const count = await write(file, register);
    const bytes = statSync(file).size;
    const needed = bytes * TIMES_JSON;
    if (needed > process.availableMemory() / 2) {
      const [megabytes, gigabytes] = [bytes / 1e6, needed / 1e9].map(Math.round);
      throw new DoesNotFit(`${megabytes} MB of JSON would take some ${gigabytes} GB, more than half of what is free`);
    }
    await put(`${url}/register`, file, loadSeconds);
    onProgress?.(count);
    return count;
  }
}

async function put(url: string, file: string, seconds: number): Promise<void> {
  const response = await fetch(url, {
    method: 'PUT',
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
    duplex: 'half',
    signal: AbortSignal.timeout(seconds * 1000),
  } as RequestInit).catch((thrown) => {
    if (thrown instanceof Error && thrown.name === 'TimeoutError')
      throw new DoesNotFit(`not loaded within ${seconds} s`);
    throw thrown;
  });
  if (!response.ok) throw new Error(`OPA did not take the register: ${response.status} ${await response.text()}`);
}

/** The rules of machtig as they are committed, and those beside this file; not the root of the register. */
function writeBundle(folder: string): string {
  const rules = fileURLToPath(new URL('../../policies', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const part of ['authz', 'calendar', 'services', 'data.json']) {
    cpSync(join(rules, part), join(folder, part), { recursive: true, filter: (path) => !path.endsWith('_test.rego') });
  }
  cpSync(fileURLToPath(new URL('policies', import.meta.url)), join(folder, 'peers'), { recursive: true });
  const roots = ['authz', 'calendar', 'services', 'peers', 'tables', 'settings'];
  writeFileSync(join(folder, '.manifest'), JSON.stringify({ roots }));
  return folder;
}
