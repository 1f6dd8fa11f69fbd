import type { Lifecycle } from '../../src/process/lifecycle.ts';
import type { PeerQuestion, PeerRegister } from './register.ts';

/** Who brings the mandates: the engine keeps them, or every question carries the few that matter to it. */
export type DataClass = 'data held' | 'data travels';

/** One engine in one setting. Engines are only found here, never installed: that does `loadtest/peers/install.ts`. */
export interface Peer {
  /** Unique, such as `OpenFGA, Postgres, cache off`. */
  name: string;
  engine: 'OPA' | 'Cerbos' | 'OpenFGA' | 'SpiceDB' | 'Cedar' | 'machtig';
  dataClass: DataClass;
  store: 'memory' | 'Postgres' | 'Redis' | 'request';
  /** How the setting differs from the other ones of this engine, and from its defaults, with the reason. */
  setting: string;
  /** The version that would run, or why none can. */
  available(): { version: string } | { missing: string };
  /**
   * Starts the engine and puts the register into it; what is opened is closed with `lifecycle`.
   * @throws DoesNotFit when the register cannot be loaded within `loadSeconds` or the engine's limits
   */
  start(options: PeerOptions): Promise<RunningPeer>;
}

export interface PeerOptions {
  register: PeerRegister;
  /** For files and sockets of this run. */
  folder: string;
  lifecycle: Lifecycle;
  /** The core for the engine and its store; without it they are not pinned. */
  cpu?: number;
  loadSeconds: number;
  /** Mandates loaded so far. */
  onProgress?: (loaded: number) => void;
}

/** Questions are POSTs to one address with one set of headers; only the body differs. */
export interface RunningPeer {
  /** On the loopback; HTTP/1.1 with keep-alive. */
  port: number;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Without line ends. */
  body(question: PeerQuestion): string;
  /** What stands in the body of an answer of 200 that allows, or denies. One with neither is no answer. */
  allowed: string;
  denied: string;
  /** The engine's processes, and those of its store, where it has one: their CPU counts as well. */
  pids(): number[];
  storePids(): number[];
  /** From the start of the process to its first answer, without any load. */
  coldStartMs: number;
  /** From the first mandate to the last; 0 where the data travels. */
  loadMs: number;
  /** Mandates that count for this engine: those that are in force by their status. */
  loaded: number;
  /** What the store holds for a mandate; undefined in memory (there, compare the resident memory) and in the request. */
  bytesPerMandate?: number;
  /** Takes the mandates between two parties away, where the engine holds them; resolves when it has said so. */
  revoke?(represented: string, delegate: string): Promise<void>;
}

/** A register that an engine cannot hold, or not soon enough: the size is then reported as such, with this sentence. */
export class DoesNotFit extends Error {
  override name = 'DoesNotFit';
}
