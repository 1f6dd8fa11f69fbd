import { packBundle } from '../../src/policy/pack.ts';
import { fixtureBundle } from './policy-fixtures.ts';
import { type Held, jsonBytes, type Pair, revised, signed, unpacked } from './signing.ts';

export interface ReleaseWish {
  allows?: boolean;
  /** Cases that it demands of itself. */
  selfTest?: object[];
  /** More files, by path. */
  more?: Record<string, Uint8Array>;
}

/** Files of a bundle that answers `{decision, context: {release: name}}`, whatever it is asked. */
export function releaseFiles(name: string, { allows = true, selfTest, more = {} }: ReleaseWish = {}): Held {
  return revised(unpacked(fixtureBundle('release')), (held) => {
    held.set('data.json', jsonBytes({ release: { name, allows } }));
    if (selfTest) held.set('self_test.json', jsonBytes(selfTest));
    for (const [path, bytes] of Object.entries(more)) held.set(path, bytes);
  });
}

export const revisionIn = (files: Held): string =>
  JSON.parse(new TextDecoder().decode(files.get('.manifest'))).revision;

/** Such a bundle, signed; `issuedAt` in seconds since 1970. */
export async function release(name: string, pair: Pair, issuedAt: number, wish: ReleaseWish = {}): Promise<Uint8Array> {
  return packBundle(await signed(releaseFiles(name, wish), pair, issuedAt));
}
