import { setTimeout as sleep } from 'node:timers/promises';
import type { RigProcess } from '../rig/program.ts';
import type { Rig } from '../rig/rig.ts';
import type { Load } from '../rig/under-load.ts';
import type { Dice } from '../support/dice.ts';
import type { RigKind } from './rigs.ts';

/** What goes wrong in one run: everything that is left to chance comes from `dice`. */
export interface Stage {
  rig: Rig;
  load: Load;
  dice: Dice;
  /** How often it has happened, for the report. */
  struck(): void;
  /** So many milliseconds, or a time between two that the dice choose. */
  wait(ms: number, upTo?: number): Promise<void>;
  sidecar(): Rig['sidecars'][number];
  sync(): Rig['syncs'][number];
}

/** One fault, done to real processes under load. The checker of the rig is the oracle of all of them. */
export interface Scenario {
  name: string;
  /** What it happens to; `plain` unless said otherwise. */
  on?: RigKind;
  /** What is done, and what is then to be seen, for whoever reads the page of faults. */
  does: string;
  sees: string;
  /** Makes it happen, once or many times, and undoes what `rig.heal` does not. */
  strike(stage: Stage): Promise<void>;
  /** The register cannot be written to meanwhile: failed commits are part of it. */
  stopsWriters?: boolean;
  /** How far the clock of a sidecar may be off, ms. */
  skewMs?: number;
  /** Why it cannot be done on this machine, or undefined. */
  needs?: () => string | undefined;
  /** Takes longer than a test may. */
  isLong?: boolean;
}

export const times = (count: number) => Array.from({ length: count }, (_, index) => index);

export function makeStage(rig: Rig, load: Load, dice: Dice, struck: () => void): Stage {
  return {
    ...{ rig, load, dice, struck },
    wait: (ms, upTo = ms) => sleep(ms + dice.next() * (upTo - ms)),
    sidecar: () => dice.pick(rig.sidecars),
    sync: () => dice.pick(rig.syncs),
  };
}

export async function restart(one: RigProcess, env: Readonly<Record<string, string>> = {}): Promise<void> {
  await one.kill();
  await one.start(env);
}
