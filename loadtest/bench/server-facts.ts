import type { Lifecycle } from '../../src/process/lifecycle.ts';
import type { Plan } from './plan.ts';
import type { DataClass } from './targets.ts';

/** What every part of a run is given. */
export interface Surroundings {
  plan: Plan;
  folder: string;
  lifecycle: Lifecycle;
}

/** What is known of one server beside what is measured under load. */
export interface ServerFacts {
  server: string;
  dataClass: DataClass;
  mandates?: number;
  store?: string;
  version?: string;
  setting?: string;
  coldStartMs?: number;
  /** Filling the engine; ours is filled by `sync`, see the projections. */
  loadMs?: number;
  bytesPerMandate?: number;
  readyMiB?: number;
  /** While nobody asks: its processes and those of its store, ms of CPU a second. */
  idleCpuMsPerSecond?: number;
  /** After the last measurement: of its processes, and of those of its store. */
  memoryMiB?: number;
  storeMiB?: number;
}

/** A server, or one size of it, that is missing from the tables, and why. */
export interface LeftOut {
  server: string;
  why: string;
}
