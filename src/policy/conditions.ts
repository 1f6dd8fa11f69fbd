import type { Bundle } from './bundle.ts';

/**
 * The operations that the conditions of a service may name (`tables.conditions` of the bundle's data), for whoever looks
 * for those that may be done: which of them, is the policy's to say.
 */
export function operationsNamed({ data }: Pick<Bundle, 'data'>, serviceId: string): readonly string[] {
  return Object.values(at(data, 'tables', 'conditions', serviceId)).flatMap((wanted) => Object.keys(at(wanted)));
}

/** What stands under these names; nothing where there is no object. */
function at(value: unknown, ...names: readonly string[]): object {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const [name, ...further] = names;
  if (name === undefined) return plain;
  return at(Object.getOwnPropertyDescriptor(plain, name)?.value, ...further);
}
