import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeLifecycle } from '../../src/process/lifecycle.ts';
import { startCounting } from './counting.ts';
import { startPeers, writePeerQuestions } from './peer-targets.ts';
import { residentMiB } from './processes.ts';
import type { LeftOut, ServerFacts, Surroundings } from './server-facts.ts';
import { SEED, type SidecarTarget, startSidecarTarget, writeQuestions } from './sidecars.ts';
import { type Projection, startProjection, startRegisters } from './stack.ts';
import { startConstants, type Target } from './targets.ts';

/** Targets that are asked the same questions in the same order; the sidecar is the one that the others must agree with. */
export interface Circle {
  sidecar: Target;
  others: Target[];
}

/** Everything that is measured in one run. */
export interface Field {
  targets: Target[];
  circles: Circle[];
  /** One for each size. */
  projections: Projection[];
  servers: ServerFacts[];
  leftOut: LeftOut[];
  /** Ends all but the sidecar of the smallest register and its stores: what follows needs the memory. */
  stopOthers(): Promise<void>;
}

const SERVER_CPU = 0;
const count = (n: number) => n.toLocaleString('en');

/** Fills the registers and starts every server; they stay up, so that they can be measured in turn. */
export async function startField(surroundings: Surroundings): Promise<Field> {
  const { plan, folder, lifecycle } = surroundings;
  const createRegister = await startRegisters(lifecycle);
  const others = makeLifecycle();
  lifecycle.onClose('all but the first sidecar', others.close);
  const beside: Surroundings = { ...surroundings, lifecycle: others };
  const floors = await startConstants({ names: ['bare', 'hono'], folder, lifecycle: others, cpu: SERVER_CPU });
  const field: Field = {
    targets: [...floors],
    circles: [],
    projections: [],
    servers: [],
    leftOut: [],
    stopOthers: others.close,
  };
  for (const mandates of plan.sizes) {
    const isFirst = mandates === plan.sizes[0];
    const own = isFirst ? surroundings : beside;
    const databaseUrl = await createRegister(mandates);
    const projection = await startProjection({ ...own, mandates, seed: SEED, databaseUrl });
    field.projections.push(projection);
    const sidecar = await addSidecar(field, own, projection);
    if (isFirst) await addWorkers(field, beside, projection, sidecar.bodies);
    if (plan.peerSizes.includes(mandates)) await addPeers(field, beside, sidecar);
  }
  const [first] = field.circles;
  if (first !== undefined) for (const floor of floors) floor.bodies = first.sidecar.bodies;
  return field;
}

async function addSidecar(field: Field, surroundings: Surroundings, projection: Projection): Promise<SidecarTarget> {
  const { plan, folder, lifecycle } = surroundings;
  const { mandates } = projection;
  const sidecar = await startSidecarTarget({
    name: `sidecar, ${count(mandates)}`,
    label: String(mandates),
    projection,
    folder,
    lifecycle,
    cpu: SERVER_CPU,
    bodies: writeQuestions(folder, { mandates, count: plan.questions }),
  });
  field.targets.push(sidecar);
  field.circles.push({ sidecar, others: [] });
  field.servers.push(factsOf(sidecar, projection.facts.bytesOfAll));
  return sidecar;
}

function factsOf({ name, dataClass, mandates, sidecar }: SidecarTarget, bytesPerMandate: number): ServerFacts {
  const { coldStartMs, readyMiB } = sidecar;
  return { server: name, dataClass, mandates: mandates ?? 0, store: 'Redis', coldStartMs, readyMiB, bytesPerMandate };
}

/** Two worker processes share both cores with the generator: a lower bound of what they do. */
async function addWorkers(
  field: Field,
  { folder, lifecycle }: Surroundings,
  projection: Projection,
  bodies: string,
): Promise<void> {
  const name = `sidecar, ${count(projection.mandates)}, 2 workers`;
  const variables = readFileSync(fileURLToPath(new URL('../../docs/configuration.md', import.meta.url)), 'utf8');
  if (!variables.includes('MACHTIG_WORKERS')) {
    field.leftOut.push({ server: name, why: 'this version knows one process only' });
    return;
  }
  const workers = await startSidecarTarget({
    name,
    label: 'workers',
    projection,
    folder,
    lifecycle,
    cpu: 'any',
    bodies,
    env: { MACHTIG_WORKERS: '2' },
  });
  // After so many times few questions have come to one of two workers less than twice.
  workers.askedBefore = 8;
  field.targets.push(workers);
  field.servers.push(factsOf(workers, projection.facts.bytesOfAll));
  field.circles.at(-1)?.others.push(workers);
}

/** The other engines on the same register, and the sidecar on the questions that all of them can be asked. */
async function addPeers(field: Field, surroundings: Surroundings, sidecar: SidecarTarget): Promise<void> {
  const { plan, folder } = surroundings;
  const mandates = sidecar.mandates ?? 0;
  const started = await startPeers({ ...surroundings, mandates, cpu: SERVER_CPU });
  field.leftOut.push(...started.leftOut);
  if (started.peers.length === 0) return;
  const questions = await writePeerQuestions(folder, { mandates, count: plan.questions, peers: started.peers });
  const { sidecar: _, ...same } = sidecar;
  const ours: Target = { ...same, name: `${sidecar.name}, shared rules`, bodies: join(folder, questions.ours) };
  const others = started.peers.map(({ target }) => target);
  field.targets.push(ours, ...others);
  field.circles.push({ sidecar: ours, others });
  field.servers.push(...started.peers.map(({ facts }) => facts));
}

const IDLE_MS = 3000;

/** Says of every server what it uses while nobody asks: the others are measured beside it. */
export async function noteIdleCpu({ targets, servers }: Field): Promise<void> {
  const counted = servers.flatMap((facts) => {
    const target = targets.find(({ name }) => name === facts.server);
    return target === undefined ? [] : { facts, stop: startCounting([...target.pids(), ...target.storePids()]) };
  });
  await sleep(IDLE_MS);
  for (const { facts, stop } of counted) facts.idleCpuMsPerSecond = Math.round((await stop()).cpuUs / IDLE_MS);
}

/** Says of every server how much memory it takes now. */
export function noteMemory({ targets, servers }: Field): void {
  const sum = (pids: readonly number[]) => Math.round(pids.reduce((mib, pid) => mib + residentMiB(pid), 0));
  for (const facts of servers) {
    const target = targets.find(({ name }) => name === facts.server);
    if (target === undefined) continue;
    facts.memoryMiB = sum(target.pids());
    if (target.storePids().length > 0) facts.storeMiB = sum(target.storePids());
  }
}
