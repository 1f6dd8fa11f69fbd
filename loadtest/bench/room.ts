import type { Peer } from '../peers/peer.ts';

const MIB = 2 ** 20;

/** Stays free for generators, the profile and whatever else the machine does. */
const KEPT_MIB = 2048;

/** MiB to begin with, and bytes for each mandate: what was found at 10,000 and 100,000, rounded up. OPA says more of its own (its JSON). */
const TAKES: Record<Peer['store'], { base: number; perMandate: number }> = {
  request: { base: 200, perMandate: 0 },
  Redis: { base: 300, perMandate: 300 },
  // Kept by garbage-collected maps: as much again while they grow.
  memory: { base: 300, perMandate: 12_000 },
  // Buffers of its database (512 MiB) and its connections; the rest is on the disk.
  Postgres: { base: 1300, perMandate: 0 },
};

/** Why an engine with so many mandates is not to be started, by what is free; undefined when it fits. */
export function lacksRoom(
  { store }: Pick<Peer, 'store'>,
  mandates: number,
  freeBytes: number = process.availableMemory(),
): string | undefined {
  const { base, perMandate } = TAKES[store];
  const needed = base + (perMandate * mandates) / MIB;
  const free = freeBytes / MIB;
  if (needed + KEPT_MIB <= free) return undefined;
  const [some, left] = [needed, free].map((mib) => (mib / 1024).toFixed(1));
  return `would take some ${some} GiB; ${left} GiB are free, of which ${KEPT_MIB / 1024} are kept`;
}
