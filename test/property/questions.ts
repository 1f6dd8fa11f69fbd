import fc from 'fast-check';
import type { Question } from '../../src/domain/evaluation.ts';
import type { Identifier } from '../../src/domain/identifier.ts';
import { mostly } from './arbitraries.ts';
import { BRANCHES, CASES, FIRMS, NO_BRANCH, OPERATIONS, PEOPLE, SERVICES, serviceId, serviceUuid } from './world.ts';

const LOGINS = ['eh2', 'eh2plus', 'eh3', 'eh4', 'urn:etoegang:core:assurance-class:loa1', 'gold'];

function identifier(name: string): Identifier {
  return (PEOPLE as readonly string[]).includes(name) ? { scheme: 'bsn', value: name } : { scheme: 'kvk', value: name };
}

const actor: fc.Arbitrary<Identifier> = mostly(
  fc.constantFrom<Identifier>({ scheme: 'bsn', value: 'actor' }, { scheme: 'pseudonym', value: 'actor' }),
  fc.constantFrom<Identifier>({ scheme: 'bsn', value: 'nobody' }, { scheme: 'kvk', value: 'firm' }),
  15,
);

const holder = fc.record({
  id: fc.constantFrom<Identifier>(
    { scheme: 'bsn', value: 'holder' },
    { scheme: 'bsn', value: 'holder' },
    { scheme: 'bsn', value: 'holder' },
    { scheme: 'pseudonym', value: 'holder' },
    { scheme: 'bsn', value: 'other' },
    { scheme: 'bsn', value: 'actor' },
    { scheme: 'bsn', value: 'nobody' },
  ),
  loa: mostly(fc.constant<string | undefined>('eh4'), fc.constantFrom(...LOGINS, undefined), 4),
});

export const questions: fc.Arbitrary<Question> = fc
  .record({
    actor,
    loa: mostly(fc.constant<string | undefined>('eh4'), fc.constantFrom(...LOGINS, undefined), 6),
    represented: mostly(
      fc.constantFrom('firm', 'firm', 'firm', 'client'),
      fc.constantFrom('actor', 'actor', 'actor', 'actor', 'nobody', ...FIRMS),
      5,
    ),
    branch: mostly(fc.constant(undefined), fc.constantFrom(...BRANCHES, ...BRANCHES, NO_BRANCH, '000000000009'), 6),
    service: mostly(
      fc.constantFrom(...SERVICES.map(serviceId)),
      fc.constantFrom(serviceId('none'), ...SERVICES.map(serviceUuid)),
      8,
    ),
    operation: mostly(fc.constant(undefined), fc.constantFrom(...OPERATIONS), 2),
    case: mostly(fc.constant(undefined), fc.constantFrom(...CASES), 6),
    via: mostly(fc.constant(undefined), fc.constantFrom('office', 'office', 'office', 'bureau', 'other', 'nobody'), 6),
    min_loa: mostly(fc.constant(undefined), fc.constantFrom(...LOGINS), 8),
    together: mostly(fc.constant(undefined), fc.array(holder, { maxLength: 3 }), 2),
  })
  .map(({ represented, via, together, loa, service, case: id, ...rest }) => {
    const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const question = {
      ...defined,
      represented: identifier(represented),
      service,
      ...(loa !== undefined && { loa }),
      ...(via !== undefined && { via: identifier(via) }),
      ...(id !== undefined && { case: id }),
      ...(together && {
        together: together.map(({ id: who, loa: at }) => ({ id: who, ...(at !== undefined && { loa: at }) })),
      }),
    };
    return question as Question; // Object.fromEntries forgets the names that went in.
  });
