import type { Session } from '../../../administer/acting.ts';
import type { Identifier } from '../../../domain/identifier.ts';
import type { Connection } from '../../connection.ts';
import type { Authenticate, Unauthenticated } from '../authenticate.ts';
import type { Oidc } from './access-form.ts';
import { personOf } from './claims.ts';
import { notLetIn } from './refusal.ts';
import { type CheckSignature, SIGNATURE_HEADER } from './signature.ts';
import type { Systems } from './systems.ts';
import type { CheckToken } from './token.ts';

export interface AuthenticateDeps {
  systems: Systems;
  /** Absent: no person can come in. */
  login?: { oidc: Oidc; checkToken: CheckToken; checkSignature?: CheckSignature };
  /** Name of an identifier in the register. */
  alias: (identifier: Identifier) => string;
}

type Who = Pick<Session, 'person' | 'system' | 'signature'>;

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
const TOKEN_IN_QUERY = /[?&](access_token|api_key)=/i;

/**
 * Finds out who calls: what stands in `Authorization` counts, else the client certificate of the connection itself.
 * No header but `Authorization` names anybody: what a proxy says of a certificate is not believed.
 */
export function makeAuthenticate({ systems, login, alias }: AuthenticateDeps): Authenticate {
  async function byToken(
    request: Unauthenticated,
    connection: Connection,
    body: Uint8Array,
    token: string,
  ): Promise<Who> {
    const system = systems.byKey(token);
    if (system !== undefined) return withoutSignature(request, { system });
    if (login === undefined || !COMPACT_JWS.test(token)) throw notLetIn('credentials_unknown', 'no known credentials');
    const claims = await login.checkToken(token, connection);
    const person = personOf(claims, login.oidc);
    const jws = request.header(SIGNATURE_HEADER);
    if (jws === undefined) return { person };
    if (login.checkSignature === undefined) return withoutSignature(request, { person });
    const signer = { meansId: alias(person.identifier), claims };
    return { person, signature: await login.checkSignature(jws, request, body, signer) };
  }

  function byConnection(request: Unauthenticated, connection: Connection): Who {
    const system = systems.byCertificate(connection.certificate);
    if (system !== undefined) return withoutSignature(request, { system });
    if (connection.certificate === undefined) throw notLetIn('credentials_missing', 'no credentials');
    throw notLetIn('credentials_unknown', 'no known certificate');
  }

  return async (request, connection, body) => {
    if (TOKEN_IN_QUERY.test(request.target)) throw notLetIn('token_in_query', 'a token does not belong in a URL');
    const authorization = request.header('authorization');
    const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
    if (authorization !== undefined && token === undefined) {
      throw notLetIn('credentials_unknown', 'the Authorization header holds no bearer token');
    }
    const who =
      token === undefined ? byConnection(request, connection) : await byToken(request, connection, body, token);
    const traceparent = request.header('traceparent');
    return { ...who, requestId: request.requestId, ...(traceparent !== undefined && { traceparent }) };
  };
}

/** A signature that nobody checks must not look as if somebody had. */
function withoutSignature(request: Unauthenticated, who: Who): Who {
  if (request.header(SIGNATURE_HEADER) === undefined) return who;
  throw notLetIn('signature_not_accepted_here', 'signatures of such requests are not checked here');
}
