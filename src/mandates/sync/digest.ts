import { hash } from 'node:crypto';
import type { Projection, Write } from '../projection.ts';
import { writesOf } from '../writes.ts';
import { canonical } from './canonical.ts';
import type { Cursor, RebuildProgress } from './projector.ts';
import { openSnapshot } from './snapshot.ts';

/** How many records there are of each kind, and a hash of them that does not depend on their order. */
export type Digest = Record<string, { count: number; hash: string }>;

export interface Verification {
  /** Equal record for record, at one revision. */
  equal: boolean;
  postgres: { revision: Cursor; digest: Digest };
  /** Undefined revision: there is no projection. */
  projection: { revision: Pick<Cursor, 'epoch' | 'n'> | undefined; digest: Digest };
  /** The projection moved while it was read, or is elsewhere than Postgres was: compare again. */
  moved: boolean;
}

export interface VerifyOptions {
  databaseUrl: string;
  projection: Pick<Projection, 'state' | 'contents'>;
  onProgress?: (progress: RebuildProgress) => void;
}

const CHUNK = 2000;

/** Reads both sides whole, streaming, and compares what they hold. */
export async function verify({ databaseUrl, projection, onProgress }: VerifyOptions): Promise<Verification> {
  const before = await projection.state();
  const postgres = await digestPostgres(databaseUrl, onProgress);
  const digester = makeDigester();
  for await (const writes of projection.contents()) digester.add(writes);
  const after = await projection.state();
  const digest = digester.digest();
  const moved = [before, after].some(
    (state) => state?.revision.n !== postgres.revision.n || state.revision.epoch !== postgres.revision.epoch,
  );
  const equal = !moved && JSON.stringify(digest) === JSON.stringify(postgres.digest);
  return { equal, moved, postgres, projection: { revision: after?.revision, digest } };
}

async function digestPostgres(databaseUrl: string, onProgress: VerifyOptions['onProgress']) {
  const snapshot = await openSnapshot(databaseUrl);
  try {
    const digester = makeDigester();
    for (const { entity, view, total } of snapshot.views) {
      let done = 0;
      for await (const rows of snapshot.rows(entity, CHUNK)) {
        digester.add(rows.flatMap((row) => writesOf(entity, row)));
        done += rows.length;
        onProgress?.({ view, done, total });
      }
    }
    return { revision: snapshot.at, digest: digester.digest() };
  } finally {
    await snapshot.close();
  }
}

/** Adds up a hash of each record, in 32-bit lanes: a sum is the same in any order, and a record held twice shows. */
function makeDigester() {
  const kinds = new Map<string, { count: number; lanes: Uint32Array }>();
  return {
    add(writes: readonly Write[]): void {
      for (const write of writes) {
        const kind = 'put' in write ? write.put : `drop ${write.drop}`;
        const sum = kinds.get(kind) ?? { count: 0, lanes: new Uint32Array(8) };
        kinds.set(kind, sum);
        sum.count++;
        const sha = hash('sha256', canonical(write), 'buffer');
        for (let lane = 0; lane < 8; lane++) sum.lanes[lane] = (sum.lanes[lane] ?? 0) + sha.readUInt32LE(lane * 4);
      }
    },
    digest(): Digest {
      const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(
        sorted.map(([kind, { count, lanes }]) => [kind, { count, hash: Buffer.from(lanes.buffer).toString('hex') }]),
      );
    },
  };
}
