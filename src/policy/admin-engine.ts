import type { AdminVerdict } from '../domain/administration.ts';
import { readAdminVerdict } from './admin-result.ts';
import { ADMIN_ENTRYPOINT, type Bundle } from './bundle.ts';
import { type Engine, type EngineOptions, makeEngine } from './engine.ts';

/**
 * Decides who may do what to the register; reads an `AdminInput`.
 * @throws Error when the bundle only decides who may act for whom: start-up must fail
 */
export function makeAdminEngine(bundle: Bundle, options: Omit<EngineOptions, 'entrypoint'> = {}): Engine<AdminVerdict> {
  if (bundle.input !== 'mandates' || !bundle.others.includes(ADMIN_ENTRYPOINT)) {
    throw new Error(`the policy bundle has no entrypoint ${ADMIN_ENTRYPOINT}`);
  }
  return makeEngine(bundle, readAdminVerdict, { ...options, entrypoint: ADMIN_ENTRYPOINT });
}
