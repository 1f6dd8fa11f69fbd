import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { freePort } from './free-port.ts';

export const AUDIENCE = 'urn:machtig:admin';
export const PSEUDONYM = 'urn:etoegang:core:ActingSubjectID';

/** A real OpenID provider on loopback, whose keys this test holds as well. */
export interface LoginProvider {
  issuer: string;
  key: SigningKey;
  /** An access token from its token endpoint, with these claims. */
  token(claims?: Record<string, unknown>, client?: string, audience?: string): Promise<string>;
  /** Signs whatever the test wants with the present key. */
  sign(payload: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** Replaces its key by another. */
  rotate(): Promise<void>;
  down(): Promise<void>;
  up(): Promise<void>;
  /** How often its keys were fetched. */
  keysFetched(): number;
}

interface SigningKey {
  privateKey: CryptoKey;
  jwk: JWK;
}

async function makeKey(kid: string): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('PS256', { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(privateKey)), kid, alg: 'PS256', use: 'sig' } };
}

const WILLEM = { acr: 'urn:etoegang:core:assurance-class:loa3', [PSEUDONYM]: 'willem@weide' };

export async function startLoginProvider(options: { up?: boolean } = {}): Promise<LoginProvider> {
  let server: Server | undefined;
  let handle: ReturnType<Provider['callback']> | undefined;
  let claims: Record<string, unknown> = {};
  let fetched = 0;
  let keyNumber = 1;
  let key = await makeKey('key-1');
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;

  function renew(): void {
    const provider = new Provider(issuer, {
      jwks: { keys: [key.jwk] },
      clients: ['portal', 'stranger'].map((client_id) => ({
        client_id,
        client_secret: `${client_id}-secret`,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      })),
      clientDefaults: { id_token_signed_response_alg: 'PS256' },
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, audience) => ({
            scope: 'admin',
            audience,
            accessTokenFormat: 'jwt' as const,
            accessTokenTTL: 600,
            jwt: { sign: { alg: 'PS256' as const } },
          }),
        },
      },
      ttl: { ClientCredentials: 600 },
      extraTokenClaims: () => claims,
    });
    handle = provider.callback();
  }

  const provider: LoginProvider = {
    issuer,
    get key() {
      return key;
    },
    async token(wanted = WILLEM, client = 'portal', audience = AUDIENCE) {
      claims = wanted;
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${client}:${client}-secret`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope: 'admin' }),
      });
      const body = (await response.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(JSON.stringify(body));
      return body.access_token;
    },
    sign: (payload, header = {}) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: 'PS256', typ: 'at+jwt', kid: key.jwk.kid ?? '', ...header })
        .sign(key.privateKey, { crit: { demand: true } }),
    async rotate() {
      key = await makeKey(`key-${++keyNumber}`);
      renew();
    },
    async down() {
      server?.closeAllConnections();
      if (server) await new Promise((resolve) => server?.close(resolve));
      server = undefined;
    },
    async up() {
      server = createServer((request, response) => {
        if (request.url === '/jwks') fetched++;
        void handle?.(request, response);
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    keysFetched: () => fetched,
  };
  renew();
  if (options.up !== false) await provider.up();
  return provider;
}
