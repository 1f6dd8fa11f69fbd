import { it } from 'vitest';
import { expectToAgree } from './agree.ts';
import { MANDATE_ATTEMPTS } from './mandate-attempts.ts';

it('everybody on the mandates of an organisation, with every login', { timeout: 600_000 }, () =>
  expectToAgree(MANDATE_ATTEMPTS.filter(({ facts, few }) => facts.represented === 'molen' && !few)),
);
