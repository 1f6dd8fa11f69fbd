import { it } from 'vitest';
import { expectToAgree } from './agree.ts';
import { CATALOGUE_ATTEMPTS } from './catalogue-attempts.ts';
import { PARTY_ATTEMPTS } from './party-attempts.ts';

it('everybody on everything else', { timeout: 600_000 }, () =>
  expectToAgree([...PARTY_ATTEMPTS, ...CATALOGUE_ATTEMPTS]),
);
