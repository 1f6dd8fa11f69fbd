import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '../../src/policy/tar.ts';
import { type RigProcess, untilFresh } from '../rig/program.ts';
import type { Rig } from '../rig/rig.ts';
import { COMMITTED, changedBundle } from '../support/changed-bundle.ts';
import { makePair, signedBundle, unpacked } from '../support/signing.ts';
import { restart, type Scenario, type Stage, times } from './scenario.ts';

const BUNDLE_POLL_MS = 100;

/** What lies on a sidecar's own disk: the records that it writes, the bundle that it reads. */
export const DISK: readonly Scenario[] = [
  {
    name: 'disk of the records full',
    does: 'The file system on which a sidecar writes its decision records is filled to the last byte, and emptied again.',
    sees: 'No answer leaves without its record: `records_unavailable` until there is room; half a line is taken back.',
    needs: canMount,
    async strike(stage) {
      const { rig, sidecar, wait, struck } = stage;
      const one = sidecar();
      await onSmallDisk(rig, one, async (folder) => {
        for (const _ of times(4)) {
          await fillUp(folder);
          struck();
          await wait(200, 600);
          await rm(join(folder, 'filler'));
          await wait(200, 500);
        }
      });
    },
  },
  {
    name: 'records file taken away',
    does: 'The file of decision records is renamed or removed under the sidecar, many times.',
    sees: 'It is opened again by its name before the next answer leaves.',
    async strike({ dice, sidecar, wait, struck }) {
      const one = sidecar();
      for (const _ of times(15)) {
        if (dice.next() < 0.5) await rm(one.recordsFile, { force: true });
        else await rename(one.recordsFile, `${one.recordsFile}.old`).catch(() => {});
        struck();
        await wait(20, 150);
      }
    },
  },
  {
    name: 'bundle torn, truncated, unsigned or older',
    does: 'Where a sidecar polls its signed bundle stand in turn: half of one, one written slowly in place, one whose bytes were changed, one that nobody or somebody else signed, an older release; all of them would answer otherwise. And the right one again, signed anew.',
    sees: 'The release in use stays, and answers on; a sidecar that starts meanwhile takes its last good one.',
    strike: (stage) => withWrongBundles(stage),
  },
];

export function canMount(): string | undefined {
  return process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'mounting a small disk needs root';
}

async function onSmallDisk(rig: Rig, one: RigProcess, act: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(rig.folder, 'small-disk');
  await mkdir(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'machtig-faults', folder]);
  try {
    await restart(one, { MACHTIG_RECORDS_FILE: join(folder, 'records.jsonl') });
    await untilFresh(one);
    await act(folder);
  } finally {
    await restart(one);
    execFileSync('umount', [folder]);
  }
}

/** To the last byte. */
async function fillUp(folder: string): Promise<void> {
  for (const bytes of [16 << 20, 1 << 16, 1 << 12]) {
    // Writes what fits, then says that no more does.
    await writeFile(join(folder, 'filler'), Buffer.alloc(bytes), { flag: 'a' }).catch(() => {});
  }
}

async function withWrongBundles(stage: Stage): Promise<void> {
  const { rig, dice, sidecar, wait, struck } = stage;
  const one = sidecar();
  const folder = join(rig.folder, `bundle-${Math.floor(dice.next() * 1e9)}`);
  await mkdir(join(folder, 'state'), { recursive: true });
  const place = join(folder, 'bundle.tar.gz');
  const { pair, good, wrong } = await makeBundles();
  let issuedAt = NOW;
  await writeFile(join(folder, 'release.pub'), pair.publicKey);
  await writeFile(place, await good(issuedAt));
  const env = {
    MACHTIG_BUNDLE: place,
    MACHTIG_BUNDLE_KEY: join(folder, 'release.pub'),
    MACHTIG_BUNDLE_KEY_ID: 'release',
    MACHTIG_BUNDLE_ALGORITHM: pair.algorithm,
    MACHTIG_BUNDLE_STATE: join(folder, 'state'),
    MACHTIG_BUNDLE_POLL_MS: String(BUNDLE_POLL_MS),
  };
  await restart(one, env);
  await untilFresh(one);
  for (const round of times(8)) {
    const bytes = dice.pick(wrong);
    const half = Math.floor(dice.next() * bytes.length);
    await writeFile(place, bytes.subarray(0, half));
    if (dice.next() < 0.5) await wait(0, BUNDLE_POLL_MS * 2);
    if (dice.next() < 0.7) await writeFile(place, bytes);
    struck();
    await wait(BUNDLE_POLL_MS, BUNDLE_POLL_MS * 3);
    if (round === 4) await restart(one, env);
    if (dice.next() < 0.5) await writeFile(place, await good(++issuedAt));
  }
  await restart(one);
}

/** Of the releases: issued so long ago that one may be older still. */
const NOW = Math.floor(Date.now() / 1000) - 3600;

/** The rules as committed, and what must never answer: rules by which other levels suffice, in every way but the right one. */
async function makeBundles() {
  const [pair, stranger] = [makePair(), makePair()];
  const rules = unpacked(COMMITTED);
  const laxBytes = changedBundle({ 'tables.levels.eh3': 'eh2' });
  const lax = new Map(readTar(gunzipSync(laxBytes)));
  const older = await signedBundle(lax, pair, NOW - 1000);
  const altered = Buffer.from(await signedBundle(rules, pair, NOW + 1000));
  const middle = Math.floor(altered.length / 2);
  altered[middle] = (altered[middle] ?? 0) ^ 0x40;
  return {
    pair,
    good: (issuedAt: number) => signedBundle(rules, pair, issuedAt),
    wrong: [laxBytes, await signedBundle(lax, stranger, NOW + 1000), older, altered],
  };
}
