import type { Session } from '../../administer/acting.ts';
import type { Connection } from '../connection.ts';
import type { Header } from '../exchange.ts';

/** What is known of a request before anybody knows who sent it. */
export interface Unauthenticated {
  /** Upper case. */
  method: string;
  /** Path and query as they were sent; a signature over the request covers them (R96). */
  target: string;
  header: Header;
  requestId: string;
}

/**
 * Finds out who calls: an access token, a client certificate or an API key, and any signature over the request.
 * @param body the bytes as they came, for the signature
 * @throws AppError `unauthenticated` | `invalid_request` (a signature that is none) | `store_unavailable`
 */
export type Authenticate = (request: Unauthenticated, connection: Connection, body: Uint8Array) => Promise<Session>;
