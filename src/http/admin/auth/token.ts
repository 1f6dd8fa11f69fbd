import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Connection } from '../../connection.ts';
import type { Oidc } from './access-form.ts';
import type { Provider } from './provider.ts';
import { notLetIn, type Refusal } from './refusal.ts';

/** Between the provider's clock and ours. */
const TOLERANCE_SECONDS = 5;

export interface TokenDeps {
  oidc: Oidc;
  provider: Pick<Provider, 'key'>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Checks an access token (RFC 9068, NL GOV assurance profile for OAuth 2.0) and answers what it claims.
 * @throws AppError `unauthenticated` with the reason | `login_unavailable` while the provider's keys cannot be had
 */
export type CheckToken = (token: string, connection: Connection) => Promise<JWTPayload>;

export function makeCheckToken({ oidc, provider, now }: TokenDeps): CheckToken {
  return async (token, connection) => {
    const payload = await verify(token);
    if (oidc.token_type === 'JWT' && ['nonce', 'at_hash', 'c_hash'].some((name) => name in payload)) {
      throw notLetIn('token_type', 'an id token is no access token');
    }
    checkClient(payload, oidc.clients);
    checkBinding(payload, connection);
    return payload;
  };

  async function verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, provider.key, {
        algorithms: oidc.algorithms,
        issuer: oidc.issuer,
        audience: oidc.audience,
        typ: oidc.token_type,
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: oidc.max_token_age_seconds,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(now()),
      });
      return payload;
    } catch (thrown) {
      if (!(thrown instanceof errors.JOSEError)) throw thrown;
      // The error itself holds what the token claims, personal numbers and all; its sentence does not.
      throw notLetIn(refusalOf(thrown), `the access token is refused: ${thrown.message}`);
    }
  }
}

const CLAIMS: Readonly<Record<string, Refusal>> = {
  iss: 'token_issuer',
  aud: 'token_audience',
  typ: 'token_type',
  nbf: 'token_not_yet_valid',
  iat: 'token_not_yet_valid',
};

function refusalOf(error: errors.JOSEError): Refusal {
  // Its class is that of a token past `exp`, and of one older than we take.
  if (error instanceof errors.JWTExpired) return error.claim === 'iat' ? 'token_too_old' : 'token_expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === 'missing' ? 'token_malformed' : (CLAIMS[error.claim] ?? 'token_malformed');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token_algorithm';
  const isOfNoKey =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return isOfNoKey ? 'token_signature' : 'token_malformed';
}

/** To whom the provider gave it: a token that another client got is not for use here, although we are its audience. */
function checkClient(payload: JWTPayload, clients: readonly string[] | undefined): void {
  if (clients === undefined) return;
  const named = [payload.azp, payload.client_id].filter((client) => client !== undefined);
  if (named.length > 0 && named.every((client) => typeof client === 'string' && clients.includes(client))) return;
  throw notLetIn('token_client', 'the access token was given to a client that is none of ours');
}

/** A token bound to a key counts with proof of that key alone (RFC 8705); other proofs are not known here. */
function checkBinding({ cnf }: JWTPayload, { certificate }: Connection): void {
  if (cnf === undefined) return;
  const bound = typeof cnf === 'object' && cnf !== null ? Object.entries(cnf) : [];
  const shown =
    typeof certificate === 'object' ? Buffer.from(certificate.fingerprint, 'hex').toString('base64url') : '';
  const [only, ...others] = bound;
  if (shown !== '' && others.length === 0 && only?.[0] === 'x5t#S256' && only[1] === shown) return;
  throw notLetIn('token_bound_elsewhere', 'the access token is bound to a key that was not shown');
}
