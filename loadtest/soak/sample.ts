import { readdirSync } from 'node:fs';
import { treeOf } from '../bench/counting.ts';
import { cpuTimeUs, residentMiB } from '../bench/processes.ts';
import type { LoadWindow } from './load-window.ts';

/** What is looked at: one process of the program, from outside and by what it tells. */
export interface Watched {
  pid(): number;
  opsUrl: string;
}

/** One process at one moment. */
export interface ProcessSample {
  /** Resident memory with that of its workers, MiB. */
  rss: number;
  heap: number;
  /** Buffers and WebAssembly memory, MiB. */
  external: number;
  handles: number;
  /** Share of one core since the sample before. */
  busy: number;
  /** Of the event loop since the sample before, ms. */
  loopP99Ms: number;
  loopMaxMs: number;
}

/** Everything at one moment. */
export interface Sample {
  /** Minutes since the load began. */
  minute: number;
  load: LoadWindow;
  sidecar: ProcessSample;
  sync: ProcessSample;
  dataAgeMs: number;
  /** Held in the process: bytes and entries now; share of look-ups answered from it since the sample before. */
  cache: HeldSample;
  dossiers: HeldSample;
  /** Requests refused because there were too many, since the start. */
  shed: number;
  redisMiB: number;
  /** Changes of the register since the load began, and the share of all processors that was in use since the sample before. */
  changes: number;
  machineBusy: number;
  /** Of this process, which keeps the history. */
  observerMiB: number;
}

export interface HeldSample {
  mib: number;
  entries: number;
  hitShare: number;
}

const MIB = 2 ** 20;
const round = (value: number) => Math.round(value * 100) / 100;

export type Series = Record<string, number>;

/** Every series of a scrape under its full name, labels included. */
export async function scrapeAll(opsUrl: string): Promise<Series> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const series: Series = {};
  for (const [, name, value] of text.matchAll(/^([a-z]\S*) (\S+)$/gm)) {
    if (name !== undefined) series[name] = Number(value);
  }
  return series;
}

/** Looks at a process again and again; what is counted since its start is told since the look before. */
export function watchProcess({ pid, opsUrl }: Watched) {
  let cpuUs = cpuTimeUs(pid());
  let at = performance.now();
  let before: Series = {};
  return async (): Promise<{ sample: ProcessSample; series: Series; held: (store: string) => HeldSample }> => {
    const series = await scrapeAll(opsUrl);
    const [now, all] = [performance.now(), treeOf(pid())];
    const spentUs = all.reduce((sum, one) => sum + cpuTimeUs(one), 0);
    const of = (name: string) => series[name] ?? Number.NaN;
    const sample: ProcessSample = {
      rss: round(all.reduce((sum, one) => sum + residentMiB(one), 0)),
      heap: round(of('nodejs_heap_size_used_bytes') / MIB),
      external: round(of('nodejs_external_memory_bytes') / MIB),
      handles: all.reduce((sum, one) => sum + readdirSync(`/proc/${one}/fd`).length, 0),
      busy: round((spentUs - cpuUs) / 1000 / (now - at)),
      loopP99Ms: round(of('nodejs_eventloop_lag_p99_seconds') * 1000),
      loopMaxMs: round(of('nodejs_eventloop_lag_max_seconds') * 1000),
    };
    const since = before;
    [cpuUs, at, before] = [spentUs, now, series];
    return { sample, series, held: (store) => heldOf(store, series, since) };
  };
}

function heldOf(store: string, series: Series, before: Series): HeldSample {
  const name = (what: string) => `machtig_${store}{what="${what}"}`;
  const of = (what: string) => series[name(what)] ?? 0;
  const grown = (what: string) => of(what) - (before[name(what)] ?? 0);
  const asked = grown('hits') + grown('misses');
  return {
    mib: round(of('bytes') / MIB),
    entries: of('entries'),
    hitShare: asked > 0 ? round(grown('hits') / asked) : 0,
  };
}
