import { AppError } from '../domain/errors.ts';
import { formatRevision, type Revision } from '../domain/revision.ts';
import type { Lookups } from './lookups.ts';
import { type Copy, makeCopy } from './memory-copy.ts';
import { makeMemoryReach } from './memory-reach.ts';
import type { Notice } from './notice.ts';
import type { Header, Projection, Reached, Rebuild } from './projection.ts';
import type { Reach } from './reach.ts';
import { touchedKey } from './writes.ts';

/** The whole projection in this process: for `dev` and tests, and for one process that does everything. */
export interface MemoryStore {
  /** `peek` always answers, once there is a live projection. */
  lookups: Lookups;
  reach: Reach;
  projection: Projection;
  /** Hands every notice to `listener`, after what it tells of has happened, until the returned function is called. */
  watch(listener: (notice: Notice) => void): () => void;
}

interface Live extends Reached {
  copy: Copy;
  header: Header;
  lineage: string;
}

const CONTENTS_CHUNK = 1000;

/** `atOnce`: how many a chunk of `reach` holds. */
export function makeMemoryStore(now: () => number = Date.now, atOnce = 1000): MemoryStore {
  const { tell, watch } = makeNotices();
  const { admit, seen } = makeFence();
  let live: Live | undefined;
  let generation = 0;

  function expectAt(revision: Revision): Live {
    if (live === undefined) throw new AppError('conflict', 'there is no live projection');
    if (formatRevision(live.revision) === formatRevision(revision)) return live;
    throw new AppError('conflict', `the projection is at ${formatRevision(live.revision)}`);
  }

  function swap(next: Live): void {
    live = next;
    tell({ notice: 'swap', generation: ++generation, at: next.revision });
  }

  return {
    lookups: {
      peek: (key) => live?.copy.find(key),
      async read(keys) {
        if (live === undefined) throw new AppError('not_ready', 'there is no live projection');
        return keys.map(live.copy.find);
      },
    },
    reach: makeMemoryReach(() => live?.copy.pairs, atOnce),
    projection: {
      async state() {
        if (live === undefined) return undefined;
        const { header, revision, hash, lineage } = live;
        return {
          header,
          revision,
          hash,
          fence: seen(),
          copy: String(generation),
          lineage,
          parts: [{ revision, hash }],
        };
      },
      async apply({ from, to, hash, writes }, given) {
        admit(given);
        const at = expectAt(from);
        for (const write of writes) at.copy.write(write);
        live = { ...at, revision: to, hash };
        tell({ notice: 'change', from, to, keys: [...new Set(writes.map(touchedKey))] });
      },
      async renew({ copy, revision, hash, lineage }, epoch, given) {
        admit(given);
        const at = expectAt(revision);
        if (copy !== String(generation) || hash !== at.hash || lineage !== at.lineage) {
          throw new AppError('conflict', 'the projection is another one');
        }
        live = { ...at, revision: { epoch, n: revision.n } };
        tell({ notice: 'swap', generation, at: live.revision });
      },
      rebuild: async (header, given) => beginRebuild(header, () => admit(given), swap),
      time: async () => now(),
      async heartbeat(stampMs, revision, given) {
        admit(given);
        expectAt(revision);
        tell({ notice: 'heartbeat', stampMs, at: revision });
      },
      contents: () => chunksOf(live?.copy.contents() ?? []),
      keys: () => chunksOf(live?.copy.keys() ?? []),
      async held(keys) {
        if (live === undefined) throw new AppError('not_ready', 'there is no live projection');
        const { copy, revision } = live;
        return { from: revision, to: revision, records: keys.map(copy.putsUnder) };
      },
    },
    watch,
  };
}

function beginRebuild(header: Header, admit: () => void, swap: (next: Live) => void): Rebuild {
  admit();
  const copy = makeCopy();
  return {
    async load(writes) {
      admit();
      for (const write of writes) copy.write(write);
    },
    async swap(revision, hash, lineage = '') {
      admit();
      swap({ copy, header, revision, hash, lineage });
    },
    async abandon() {},
  };
}

/** Whoever comes with a lower number than was seen before is no longer the leader. */
function makeFence() {
  let fence = 0;
  return {
    seen: () => fence,
    admit(given: number): void {
      if (given < fence) throw new AppError('conflict', `fence ${given} is lower than ${fence}, which was seen before`);
      fence = given;
    },
  };
}

function makeNotices() {
  const listeners = new Set<(notice: Notice) => void>();
  return {
    tell(notice: Notice): void {
      for (const listener of listeners) listener(notice);
    },
    watch(listener: (notice: Notice) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function* chunksOf<T>(all: Iterable<T>): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for (const one of all) {
    chunk.push(one);
    if (chunk.length < CONTENTS_CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
