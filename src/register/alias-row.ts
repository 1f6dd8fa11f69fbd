import type { PartyKind } from '../domain/facts.ts';
import type { Identifier } from '../domain/identifier.ts';
import type { Keys } from '../store/keys.ts';

/**
 * The row of `aliases` by which a party is found: a public number also in clear, a personal one sealed where there is
 * a key to seal with, and otherwise nowhere at all.
 */
export function toAliasRow(
  identifier: Identifier,
  party: { partyId: string; kind: PartyKind },
  keys: Keys,
): Record<string, unknown> {
  const alias = keys.alias(identifier);
  const personal = identifier.scheme === 'bsn' || identifier.scheme === 'pseudonym';
  return {
    alias: `\\x${alias}`,
    key_id: keys.keyId,
    party_id: party.partyId,
    party_kind: party.kind,
    scheme: identifier.scheme,
    public_value: personal ? undefined : identifier.value,
    sealed: personal && keys.canSeal ? `\\x${keys.seal(identifier, alias).toString('hex')}` : undefined,
  };
}
