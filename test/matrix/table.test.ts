import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OPERATIONS } from '../../src/http/admin/all-operations.ts';
import { CATALOGUE_ATTEMPTS } from './catalogue-attempts.ts';
import { MANDATE_ATTEMPTS } from './mandate-attempts.ts';
import { whoMayWhat } from './page.ts';
import { PARTY_ATTEMPTS } from './party-attempts.ts';
import { LINES } from './who-may-what.ts';

const ATTEMPTS = [...MANDATE_ATTEMPTS, ...PARTY_ATTEMPTS, ...CATALOGUE_ATTEMPTS];

it('covers every operation, and nothing that is none', () => {
  const known = OPERATIONS.map(({ id }) => id).sort();
  expect([...new Set(ATTEMPTS.map(({ operation }) => operation))].sort()).toEqual(known);
});

it('uses every line of the table', () => {
  expect([...new Set(ATTEMPTS.map(({ line }) => line))].sort()).toEqual(LINES.map(({ line }) => line).sort());
});

it('is what the page for readers says', async () => {
  await expect(whoMayWhat(ATTEMPTS)).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/who-may-what.md'));
});
