import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startProgress } from '../../src/process/progress.ts';
import { PEERS } from '../peers/all.ts';
import { machtigTravels } from '../peers/machtig.ts';
import { DoesNotFit, type Peer, type RunningPeer } from '../peers/peer.ts';
import { drawPeerQuestions, seededRegister } from '../peers/seeded.ts';
import { residentMiB } from './processes.ts';
import { lacksRoom } from './room.ts';
import type { LeftOut, ServerFacts, Surroundings } from './server-facts.ts';
import { SEED, toAuthzen } from './sidecars.ts';
import { PROGRAM } from './stack.ts';
import type { Target } from './targets.ts';

export interface StartedPeer {
  running: RunningPeer;
  target: Target;
  facts: ServerFacts;
}

const count = (n: number) => n.toLocaleString('en');

/** Starts every engine that is installed, our own sidecar with mandates that travel among them, and fills it with the register; says of the others why they are not there. */
export async function startPeers(
  surroundings: Surroundings & { mandates: number; cpu: number },
): Promise<{ peers: StartedPeer[]; leftOut: LeftOut[] }> {
  const { mandates, plan } = surroundings;
  const peers: StartedPeer[] = [];
  const leftOut: LeftOut[] = [];
  const wanted = ({ name }: Peer) =>
    plan.only.length === 0 || plan.only.some((word) => name.toLowerCase().includes(word));
  for (const peer of [...PEERS, machtigTravels(PROGRAM)]) {
    const server = `${peer.name}, ${count(mandates)}`;
    const found = peer.available();
    if (plan.quick && peer.store === 'Postgres')
      leftOut.push({ server, why: 'a quick run asks no engine on Postgres' });
    else if (!wanted(peer)) leftOut.push({ server, why: 'not asked for' });
    else if ('missing' in found) leftOut.push({ server, why: found.missing });
    else {
      const tight = lacksRoom(peer, mandates);
      const started = tight === undefined ? await startOne(peer, server, surroundings) : { server, why: tight };
      if ('why' in started) leftOut.push(started);
      else peers.push({ ...started, facts: { ...started.facts, version: found.version } });
    }
  }
  return { peers, leftOut };
}

async function startOne(
  peer: Peer,
  server: string,
  { mandates, plan, folder, lifecycle, cpu }: Surroundings & { mandates: number; cpu: number },
): Promise<StartedPeer | LeftOut> {
  const register = seededRegister({ mandates, seed: SEED });
  // Where the data travels nothing is loaded.
  const total = peer.dataClass === 'data held' ? register.size : undefined;
  const progress = startProgress({ label: server, unit: 'mandates', ...(total && { total }), screen: process.stderr });
  try {
    const { loadSeconds } = plan;
    const onProgress = (loaded: number) => progress.reach(loaded);
    const running = await peer.start({ register, folder, lifecycle, cpu, loadSeconds, onProgress });
    if (total) progress.reach(total); // Some engines are not told of mandates that nobody may use any more.
    return {
      running,
      target: targetOf(server, peer, running, mandates),
      facts: factsOf(server, peer, running, mandates),
    };
  } catch (error) {
    if (error instanceof DoesNotFit) return { server, why: error.message };
    // One engine that does not start must not cost the figures of all others.
    const said = error instanceof Error ? error.message : String(error);
    return { server, why: `could not be started: ${said.split('\n', 2).join(' ')}` };
  } finally {
    progress.end();
  }
}

function targetOf(name: string, peer: Peer, running: RunningPeer, mandates: number): Target {
  const { port, path, headers, allowed, denied, pids, storePids } = running;
  return {
    name,
    dataClass: peer.dataClass,
    mandates,
    pids,
    storePids,
    port,
    path,
    headers: { ...headers },
    markers: { allowed, denied },
    bodies: '',
    counters: async () => ({}),
    shares: () => ({}),
  };
}

function factsOf(server: string, peer: Peer, running: RunningPeer, mandates: number): ServerFacts {
  const { dataClass, store, setting } = peer;
  const { coldStartMs, loadMs, bytesPerMandate } = running;
  const readyMiB = Math.round(running.pids().reduce((mib, pid) => mib + residentMiB(pid), 0));
  return {
    server,
    dataClass,
    mandates,
    store,
    setting,
    coldStartMs: Math.round(coldStartMs),
    loadMs: Math.round(loadMs),
    readyMiB,
    ...(bytesPerMandate !== undefined && { bytesPerMandate: Math.round(bytesPerMandate) }),
  };
}

/** Writes the questions that all engines can be asked, in one order: a file for the sidecar, one for each engine. */
export async function writePeerQuestions(
  folder: string,
  { mandates, count: wanted, peers }: { mandates: number; count: number; peers: readonly StartedPeer[] },
): Promise<{ ours: string }> {
  const ours = `shared-${mandates}.ndjson`;
  const file = openSync(join(folder, ours), 'w');
  const files = peers.map(({ target }, index) => {
    target.bodies = join(folder, `peer-${mandates}-${index}.ndjson`);
    return openSync(target.bodies, 'w');
  });
  let written = 0;
  for (const { question, asked } of drawPeerQuestions({ mandates, seed: SEED, count: wanted })) {
    if (++written % 100 === 0) await nextTurn(); // It takes minutes: whoever interrupts it must not wait for the end.
    writeSync(file, `${JSON.stringify(toAuthzen(asked))}\n`);
    for (const [index, { running }] of peers.entries()) writeSync(files[index] ?? -1, `${running.body(question)}\n`);
  }
  for (const open of [file, ...files]) closeSync(open);
  return { ours };
}
