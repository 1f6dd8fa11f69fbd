import { expect, it, vi } from 'vitest';
import { makeValueInstance } from '../../src/policy/value-instance.ts';
import { committedBundle } from '../support/policy.ts';

// As an OPA would be that marks numbers in another way.
vi.mock('../../src/policy/value-layout.ts', async (original) => ({ ...(await original<object>()), DIGITS: 1 }));

it('asks as text where values are laid out in another way', async () => {
  const { module, data, entrypoint } = await committedBundle();
  expect(makeValueInstance(module, data, entrypoint).evaluateInput).toBeUndefined();
});
