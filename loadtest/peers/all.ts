import { CEDAR } from './cedar.ts';
import { CERBOS } from './cerbos.ts';
import { OPA } from './opa.ts';
import type { Peer } from './peer.ts';

/** Every engine in every setting that the benchmark knows. */
export const PEERS: readonly Peer[] = [...OPA, ...CERBOS, ...CEDAR];
