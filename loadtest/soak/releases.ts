import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePair, revised, signedBundle, unpacked } from '../../test/support/signing.ts';

const COMMITTED = 'bundles/mandates.tar.gz';
const POLL_MS = 1000;
/** A release that does not answer by then was refused. */
const GIVEN_UP_MS = 60_000;

export interface Release {
  revision: string;
  /** From the moment its file was there until it answered, the pause between two looks included. */
  activeAfterMs: number;
}

interface Status {
  active: { revision: string; issued_at?: string };
  last_tried?: { outcome: string; says?: string };
}

/** Two bundles with the committed rules that take turns, each signed anew: releases are never of the same second or older. */
export async function prepareReleases(folder: string) {
  const pair = makePair();
  const file = join(folder, 'bundle.tar.gz');
  const keyFile = join(folder, 'release.pub');
  await writeFile(keyFile, pair.publicKey);
  const committed = unpacked(COMMITTED);
  const turns = ['a', 'b'].map((name) => revised(committed, (held) => held.set('release', Buffer.from(name))));
  let published = 0;
  let issuedAt = Math.floor(Date.now() / 1000);

  async function publish(): Promise<string> {
    const files = turns[published++ % turns.length] ?? committed;
    issuedAt = Math.max(issuedAt + 1, Math.floor(Date.now() / 1000));
    await writeFile(`${file}.next`, await signedBundle(files, pair, issuedAt));
    await rename(`${file}.next`, file);
    return new Date(issuedAt * 1000).toISOString();
  }

  await publish();
  return {
    env: {
      MACHTIG_BUNDLE: file,
      MACHTIG_BUNDLE_KEY: keyFile,
      MACHTIG_BUNDLE_KEY_ID: 'release',
      MACHTIG_BUNDLE_ALGORITHM: pair.algorithm,
      MACHTIG_BUNDLE_STATE: join(folder, 'state'),
      MACHTIG_BUNDLE_POLL_MS: String(POLL_MS),
    },
    /** Puts the other one in its place and waits until it answers. @throws Error when it does not */
    async next(opsUrl: string): Promise<Release> {
      const issued = await publish();
      const began = performance.now();
      for (;;) {
        const status = (await (await fetch(`${opsUrl}/policy`)).json()) as Status;
        const activeAfterMs = Math.round(performance.now() - began);
        if (status.active.issued_at === issued) return { revision: status.active.revision, activeAfterMs };
        if (activeAfterMs > GIVEN_UP_MS) {
          throw new Error(`the bundle issued at ${issued} does not answer: ${JSON.stringify(status.last_tried)}`);
        }
        await sleep(50);
      }
    },
  };
}
