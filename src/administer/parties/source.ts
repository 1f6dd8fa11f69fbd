import type { Acting } from '../acting.ts';

/**
 * Under which name the register keeps what this caller says of a party: what one source takes back, another may still
 * say. An organisation keeps its name over all its systems.
 */
export function sourceOf({ session, actor }: Acting): string {
  const { system } = session;
  if (system === undefined) return `person ${actor ?? 'unknown'}`;
  return `${system.role} ${system.oin ?? system.name}`;
}
