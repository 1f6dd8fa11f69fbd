import { join } from 'node:path';

/** A bundle under test/fixtures/policy, built from the folder of the same name by build.ts there. */
export const fixtureBundle = (name: 'echo' | 'mini' | 'clock' | 'release'): string =>
  join(import.meta.dirname, '../fixtures/policy', `${name}.tar.gz`);
