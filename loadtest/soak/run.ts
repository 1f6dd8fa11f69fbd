import { toError } from '../../src/domain/errors.ts';
import { pause } from '../../src/process/loop.ts';
import { startProgress } from '../../src/process/progress.ts';
import type { Rig, RigSidecar, RigSync } from '../../test/rig/rig.ts';
import { cpuTicks } from '../revocation/cpu.ts';
import { type LoadWindow, type SteadyLoad, startSteadyLoad } from './load-window.ts';
import type { prepareReleases, Release } from './releases.ts';
import { rotateRecords } from './rotation.ts';
import { type Sample, watchProcess } from './sample.ts';
import type { Setting } from './setting.ts';

export interface SoakDeps {
  rig: Rig;
  sidecar: RigSidecar;
  sync: RigSync;
  releases: Awaited<ReturnType<typeof prepareReleases>>;
  setting: Setting;
  steady: Omit<SteadyLoad, 'windowSeconds'>;
  /** Ends it early. */
  signal: AbortSignal;
}

export interface Soaked {
  samples: Sample[];
  releases: Release[];
  recordsMiB: number;
  /** What ended it before its time; what was seen until then is kept. */
  gaveUp?: string;
}

const ROTATE_SECONDS = 60;
const SHOWN_MS = 30_000;
const MIB = 2 ** 20;

/** Loads, reloads and rotates, and looks at everything at each end of a window, until anything gives up. */
export async function soak(deps: SoakDeps): Promise<Soaked> {
  const { sidecar, releases, setting, steady, signal } = deps;
  const { minutes, sampleSeconds, reloadSeconds } = setting;
  const soaked: Soaked = { samples: [], releases: [], recordsMiB: 0 };
  const chores = startChores();
  const generator = startSteadyLoad({ ...steady, windowSeconds: sampleSeconds });
  const shown = { unit: 'seconds', total: minutes * 60, screen: process.stderr, everyMs: SHOWN_MS };
  const progress = startProgress({ label: 'soak', ...shown });
  chores.every(reloadSeconds, async () => {
    soaked.releases.push(await releases.next(sidecar.opsUrl));
  });
  chores.every(ROTATE_SECONDS, async () => {
    soaked.recordsMiB += (await rotateRecords(sidecar.recordsFile, sidecar.pid())) / MIB;
  });
  const take = startSampling(deps);
  const startedAt = performance.now();
  try {
    for await (const window of generator.windows()) {
      const seconds = (performance.now() - startedAt) / 1000;
      soaked.samples.push(await take(window, seconds / 60));
      progress.reach(Math.round(seconds));
      chores.check();
      if (seconds >= minutes * 60 || signal.aborted) return soaked;
    }
    return { ...soaked, gaveUp: 'the generator ended before its time' };
  } catch (thrown) {
    const ended = sidecar.isRunning() ? '' : `the sidecar ended, last: ${sidecar.output().trim().split('\n').at(-1)}; `;
    return { ...soaked, gaveUp: ended + toError(thrown).message };
  } finally {
    progress.end();
    await generator.stop();
    await chores.stop();
  }
}

/** Work done again and again beside the load; its first failure is told by `check`. */
function startChores() {
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  const failures: unknown[] = [];

  async function repeat(seconds: number, act: () => Promise<void>): Promise<void> {
    for (let dueAt = performance.now() + seconds * 1000; ; dueAt += seconds * 1000) {
      await pause(Math.max(0, dueAt - performance.now()), stop.signal);
      if (stop.signal.aborted) return;
      await act();
    }
  }

  return {
    every(seconds: number, act: () => Promise<void>): void {
      running.push(repeat(seconds, act).catch((thrown) => void failures.push(thrown)));
    },
    check(): void {
      if (failures.length > 0) throw failures[0];
    },
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(running);
    },
  };
}

function startSampling({ rig, sidecar, sync }: SoakDeps) {
  const [lookAtSidecar, lookAtSync] = [watchProcess(sidecar), watchProcess(sync)];
  const began = rig.recorder.history.latest().n;
  let ticks = cpuTicks();
  const redisMiB = async () => {
    const said = String(await rig.redis.primary().call('info', 'memory'));
    return Number(/^used_memory:(\d+)/m.exec(said)?.[1]) / MIB;
  };
  return async (window: LoadWindow, minute: number): Promise<Sample> => {
    const [of, ofSync, redis] = await Promise.all([lookAtSidecar(), lookAtSync(), redisMiB()]);
    const shed = Object.entries(of.series).filter(([name]) => name.startsWith('machtig_shed_total'));
    const [before, now] = [ticks, cpuTicks()];
    ticks = now;
    return {
      minute: round(minute),
      load: window,
      sidecar: of.sample,
      sync: ofSync.sample,
      dataAgeMs: round((of.series.machtig_data_age_seconds ?? Number.NaN) * 1000),
      cache: of.held('cache'),
      dossiers: of.held('dossiers'),
      shed: shed.reduce((sum, [, value]) => sum + value, 0),
      redisMiB: round(redis),
      changes: rig.recorder.history.latest().n - began,
      machineBusy: round((now.busy - before.busy) / (now.all - before.all)),
      observerMiB: round(process.memoryUsage.rss() / MIB),
    };
  };
}

const round = (value: number) => Math.round(value * 100) / 100;
