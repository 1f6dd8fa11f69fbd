import type { Identifier } from '../domain/identifier.ts';
import type { Alias } from './gather.ts';

/**
 * Remembers the HMACs of the identifiers last asked about: at most twice `max`, dropping the older half at once.
 * Identifiers stay in this process's memory no longer than they are in use.
 */
export function rememberAliases(alias: Alias, max = 10_000): Alias {
  let recent = new Map<string, string>();
  let older = new Map<string, string>();
  return (identifier: Identifier) => {
    const name = identifier.scheme + identifier.value;
    const known = recent.get(name);
    if (known !== undefined) return known;
    const hmac = older.get(name) ?? alias(identifier);
    if (recent.size >= max) {
      older = recent;
      recent = new Map();
    }
    recent.set(name, hmac);
    return hmac;
  };
}
