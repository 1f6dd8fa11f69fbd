import { CEDAR } from './cedar.ts';
import { CERBOS } from './cerbos.ts';
import { contained } from './contained.ts';
import { OPA } from './opa.ts';
import { OPENFGA } from './openfga.ts';
import type { Peer } from './peer.ts';
import { SPICEDB } from './spicedb.ts';

/** Every engine in every setting that the benchmark knows. */
export const PEERS: readonly Peer[] = [...OPA, ...CERBOS, ...CEDAR, ...OPENFGA, ...SPICEDB].map(contained);
