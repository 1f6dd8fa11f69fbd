import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REFUSALS } from '../../src/policy/bundle-refusal.ts';
import { bundleAttacks } from '../support/bundle-attacks-page.ts';
import { releaseFiles } from '../support/releases.ts';
import { makePair, signed } from '../support/signing.ts';

const PAGE = join(import.meta.dirname, '../../docs/bundle-attacks.md');
/** Not by a bundle, nor by whoever serves it. */
const NO_ATTACK = ['internal'];

it('what is attacked, and what comes of it, stands in docs/bundle-attacks.md; every refusal is met there', async () => {
  const pair = makePair();
  const issuedAt = 1_700_000_000;
  const page = bundleAttacks({ pair, issuedAt, good: await signed(releaseFiles('good'), pair, issuedAt) });
  await expect(page).toMatchFileSnapshot(PAGE);
  const unmet = Object.keys(REFUSALS).filter((code) => !page.includes(`\`${code}\``));
  expect(unmet).toEqual(NO_ATTACK);
});
