import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { loadByClosedLoop } from './generators.ts';
import type { Measurement } from './measurement.ts';
import type { Surroundings } from './server-facts.ts';
import { startSidecarTarget } from './sidecars.ts';
import type { Projection } from './stack.ts';
import { stageOf } from './stages.ts';

/** Where the CPU of a decision goes, from a profile of the built sidecar under full load. */
export interface Waterfall {
  server: string;
  /** Of the same server without a profiler. */
  cpuUs: number;
  /** Samples of the profile that the shares rest on. */
  samples: number;
  /** In the order in which a decision goes through them. */
  stages: { stage: string; us: number }[];
}

const profileShape = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  /** µs of the monotonic clock. */
  startTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export type Profile = z.infer<typeof profileShape>;

/** µs of the monotonic clock, as profiles have them. */
const nowUs = () => Number(process.hrtime.bigint() / 1000n);

/** µs of each stage within a window of the profile; what the process was idle counts for none. */
export function timeByStage(profile: Profile, [from, to]: readonly [number, number]): Map<string, number> {
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const stages = new Map<number, string | undefined>();
  const stageAt = (leaf: number): string | undefined => {
    const stack: Profile['nodes'][number]['callFrame'][] = [];
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const frame = frames.get(id);
      if (frame !== undefined) stack.push(frame);
    }
    return stageOf(stack);
  };
  const spent = new Map<string, number>();
  let at = profile.startTime;
  for (const [index, leaf] of profile.samples.entries()) {
    const us = profile.timeDeltas[index] ?? 0;
    at += us;
    if (at < from || at > to) continue;
    if (!stages.has(leaf)) stages.set(leaf, stageAt(leaf));
    const stage = stages.get(leaf);
    if (stage !== undefined) spent.set(stage, (spent.get(stage) ?? 0) + us);
  }
  return spent;
}

/** The profile of the main thread; other threads leave their own beside it. */
function readProfile(folder: string): Profile {
  const name = readdirSync(folder).find((file) => /\.\d+\.0\.\d+\.cpuprofile$/.test(file));
  if (name === undefined) throw new Error(`no profile of a main thread in ${folder}`);
  return profileShape.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

const SECONDS = 6;
/** Until everything was asked some times, as before every other measurement. */
const BEFORE_SECONDS = 25;

/** Loads a sidecar of its own with the profiler on; `row` says what a decision costs without. */
export async function profileSidecar(
  { folder, lifecycle }: Surroundings,
  { projection, bodies, row }: { projection: Projection; bodies: string; row: Measurement },
): Promise<Waterfall> {
  const profiles = join(folder, 'profiles');
  await mkdir(profiles);
  const target = await startSidecarTarget({
    name: row.server,
    label: 'profiled',
    projection,
    folder,
    lifecycle,
    cpu: 0,
    bodies,
    nodeArgs: ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=250'],
  });
  const load = { target: { port: target.port }, connections: 64, path: target.path, bodies, offset: 0 };
  await loadByClosedLoop({ ...load, seconds: BEFORE_SECONDS });
  const from = nowUs();
  await loadByClosedLoop({ ...load, seconds: SECONDS });
  const to = nowUs();
  await target.sidecar.child.stop();
  const profile = readProfile(profiles);
  const spent = timeByStage(profile, [from, to]);
  const all = [...spent.values()].reduce((sum, us) => sum + us, 0);
  const stages = [...spent]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([stage, us]) => ({ stage: stage.replace(/^\d+ /, ''), us: (us / all) * row.cpuUs }));
  return { server: row.server, cpuUs: row.cpuUs, samples: profile.samples.length, stages };
}
