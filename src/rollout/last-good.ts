import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Seen, seenAfter } from './order.ts';

/** The last good bundle and the order of releases, in a folder of this process alone. */
export interface LastGood {
  seen(): Seen | undefined;
  /** The bytes of the release in use, to be verified like any other; undefined when there is none. */
  read(): Promise<Uint8Array | undefined>;
  /** After this a restart finds the release and its place in the order, or what was there before: never half of it. */
  keep(packed: Uint8Array, issued: { revision: string; issuedAt: number }): Promise<void>;
  /** Takes over release and order of another folder, if newer releases were seen there. */
  adopt(other: LastGood): Promise<void>;
}

const STATE = 'state.json';
const BUNDLE = /^bundle-[0-9a-f]{32}-[0-9]+\.tar\.gz$/;
const OURS = /^(?:bundle-|state\.json\.)/;

const State = z.strictObject({
  newest_issued_at: z.int().nonnegative(),
  bundle: z.strictObject({
    file: z.string().regex(BUNDLE),
    revision: z.string(),
    issued_at: z.int().nonnegative(),
  }),
});
type State = z.infer<typeof State>;

/** @throws Error with a sentence when the folder cannot be used, or holds what machtig did not write */
export async function openLastGood(folder: string): Promise<LastGood> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let state = await readState(folder);

  /** Without its bytes a release is still one that no older may follow. */
  async function put(packed: Uint8Array | undefined, { newest, accepted: { revision, issuedAt } }: Seen) {
    const file = `bundle-${revision}-${issuedAt}.tar.gz`;
    if (packed) await write(folder, file, packed);
    const next: State = { newest_issued_at: newest, bundle: { file, revision, issued_at: issuedAt } };
    await write(folder, STATE, Buffer.from(`${JSON.stringify(next, null, 2)}\n`));
    state = next;
    await tidy(folder, file);
  }

  const seen = (): Seen | undefined =>
    state && {
      newest: state.newest_issued_at,
      accepted: { revision: state.bundle.revision, issuedAt: state.bundle.issued_at },
    };
  return {
    seen,
    async read() {
      return state && absentOr(readFile(join(folder, state.bundle.file)));
    },
    keep: (packed, issued) => put(packed, seenAfter(seen(), issued)),
    async adopt(other) {
      const theirs = other.seen();
      if (theirs !== undefined && theirs.newest > (seen()?.newest ?? -1)) await put(await other.read(), theirs);
    },
  };
}

async function readState(folder: string): Promise<State | undefined> {
  const text = await absentOr(readFile(join(folder, STATE), 'utf8'));
  if (text === undefined) return undefined;
  try {
    return State.parse(JSON.parse(text));
  } catch (thrown) {
    throw new Error(
      `${join(folder, STATE)} is not what was written there, so that it is unknown which releases are older: ` +
        'put it back, or remove the folder to accept whatever signed bundle comes first',
      { cause: thrown },
    );
  }
}

/** Whole or not at all, also when the power fails. */
async function write(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const unfinished = join(folder, `${name}.${process.pid}.tmp`);
  try {
    await withHandle(unfinished, 'w', async (handle) => {
      await handle.writeFile(bytes);
      await handle.sync();
    });
    await rename(unfinished, join(folder, name));
  } catch (thrown) {
    // A half of it must not take the room that the next one needs.
    await rm(unfinished, { force: true });
    throw thrown;
  }
  await withHandle(folder, 'r', (handle) => handle.sync());
}

async function withHandle(path: string, flags: string, act: (handle: Handle) => Promise<void>): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await act(handle);
  } finally {
    await handle.close();
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

/** Earlier releases, and what a crash left. */
async function tidy(folder: string, inUse: string): Promise<void> {
  const old = (await readdir(folder)).filter((name) => name !== STATE && name !== inUse && OURS.test(name));
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
}

async function absentOr<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
}
