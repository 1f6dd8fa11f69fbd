import type { Session } from '../../../administer/acting.ts';
import { type Identifier, parseIdentifier, type Scheme, toUrn } from '../../../domain/identifier.ts';
import type { Oidc } from './access-form.ts';
import { notLetIn } from './refusal.ts';

type Claims = Readonly<Record<string, unknown>>;

/**
 * Who logged in, at which level, and for which party if the token says so.
 * @throws AppError `unauthenticated`: a claim that is there and cannot be read is never passed over
 */
export function personOf(claims: Claims, { person, party, levels }: Oidc): NonNullable<Session['person']> {
  const identifier = only(claims, person);
  if (identifier === undefined) throw notLetIn('identifier_missing', 'the token names no person');
  const { acr } = claims;
  const loa = typeof acr === 'string' && Object.hasOwn(levels, acr) ? levels[acr] : undefined;
  if (loa === undefined) throw notLetIn('level_unknown', 'the level of the login is none of the configured ones');
  const bound = only(claims, party);
  return { identifier, loa, ...(bound && { party: bound }) };
}

function only(claims: Claims, known: readonly { claim: string; scheme: Scheme }[]): Identifier | undefined {
  const found = known.filter(({ claim }) => Object.hasOwn(claims, claim) && claims[claim] !== null);
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  if (others.length > 0) throw notLetIn('identifier_ambiguous', 'the token names more than one');
  const value = claims[first.claim];
  const parsed = typeof value === 'string' ? parseIdentifier(toUrn({ scheme: first.scheme, value })) : 'no text';
  if (typeof parsed !== 'string') return parsed;
  throw notLetIn('identifier_invalid', 'the token names somebody by what is no identifier');
}
