import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { AppError } from '../domain/errors.ts';
import { parseAccess } from '../http/admin/auth/access.ts';
import type { AccessFile } from '../http/admin/auth/access-form.ts';
import { connectionOf } from '../http/connection.ts';
import { makeHostCheck } from '../http/hosts.ts';
import { drain, listen, SERVER_OPTIONS, toUrl } from '../http/server.ts';
import type { Config } from './config.ts';
import { CLIENT_ID, GRANT_TYPE } from './dev-client.ts';
import { loginPage } from './dev-login-page.ts';
import { claimsFor, DEV_LEVELS, type DevLogin, type DevPeople, isLoa } from './dev-people.ts';

const AUDIENCE = 'urn:machtig:dev:admin';
/** Service by which mandates are managed in the example register. */
const MANAGE_SERVICE = 'urn:etoegang:DV:00000003800000070000:services:2';
const LIFE_SECONDS = 900;

/** What is used of oidc-provider, which is there for development alone. */
interface OpenIdProvider {
  AccessToken: new (fields: object) => { resourceServer?: object; save(): Promise<string> };
  ResourceServer: new (identifier: string, fields: object) => object;
  registerGrantType(name: string, handler: (context: TokenContext) => Promise<void>, parameters: string[]): void;
  callback(): (request: object, response: object) => Promise<void>;
}
interface TokenContext {
  body: unknown;
  status: number;
  oidc: { client: object; params: Readonly<Record<string, unknown>> };
}

export interface LoginOfDev {
  url: string;
  access: AccessFile;
}

/** A real OpenID provider on loopback that lets everybody be whom he likes. Only ever in `dev`. */
export async function startDevLogin(
  people: DevPeople,
  { loginPort }: Pick<Config['admin'], 'loginPort'>,
  embeddedDatabase?: string,
): Promise<LoginOfDev & { close(): Promise<void> }> {
  const checkHost = makeHostCheck([]);
  let handle: ReturnType<OpenIdProvider['callback']> | undefined;
  const server = createServer(SERVER_OPTIONS, (request, response) => {
    try {
      checkHost(request.headers.host, connectionOf(request.socket, false));
    } catch {
      response.writeHead(421).end();
      return;
    }
    if (request.method === 'GET' && request.url === '/') {
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY };
      response.writeHead(200, headers).end(loginPage(people));
    } else if (request.method === 'GET' && request.url === '/database' && embeddedDatabase !== undefined) {
      // A socket that nobody but this user can reach; no page of another origin can read this answer.
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(embeddedDatabase);
    } else handle?.(request, response).catch(() => response.destroy());
  });
  await listen(server, () => server.listen({ host: '127.0.0.1', port: loginPort }));
  const url = toUrl('http', server.address());
  handle = (await makeOpenIdProvider(url, people)).callback();
  return { url, access: accessFor(url, people), close: () => drain(server, 0) };
}

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

async function makeOpenIdProvider(issuer: string, people: DevPeople): Promise<OpenIdProvider> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const resource = {
    scope: 'admin',
    audience: AUDIENCE,
    accessTokenFormat: 'jwt',
    accessTokenTTL: LIFE_SECONDS,
    jwt: { sign: { alg: 'ES256' } },
  };
  const Provider = await loadProvider();
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        grant_types: [GRANT_TYPE],
        redirect_uris: [],
        response_types: [],
      },
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    adapter: NothingKept,
    features: { devInteractions: { enabled: false }, resourceIndicators: { enabled: true } },
    ttl: { AccessToken: LIFE_SECONDS },
    extraTokenClaims: (_context: unknown, { accountId }: { accountId?: string }) =>
      claimsFor(people, loginOf(accountId ?? '')),
  });
  const parameters = ['as', 'loa', 'party', 'with'];
  provider.registerGrantType(GRANT_TYPE, (context) => give(provider, people, resource, context), parameters);
  return provider;
}

/** Tokens are signed, not kept. */
class NothingKept {
  async upsert(): Promise<void> {}
  async find(): Promise<undefined> {}
  async destroy(): Promise<void> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
}

async function give(provider: OpenIdProvider, people: DevPeople, resource: object, context: TokenContext) {
  const { client, params } = context.oidc;
  const asked = (name: string) => (typeof params[name] === 'string' && params[name] !== '' ? params[name] : undefined);
  const as = asked('as') ?? '';
  const system = people.systems.find(({ key }) => key === as);
  if (system) {
    context.body = { access_token: system.apiKey, token_type: 'Bearer' };
    return;
  }
  const loa = asked('loa') ?? 'eh3';
  const party = asked('party');
  const login = {
    as,
    loa: isLoa(loa) ? loa : 'eh3',
    digid: asked('with') === 'digid',
    ...(party && { party }),
  } as const;
  const claims = isLoa(loa)
    ? claimsFor(people, login)
    : `${loa} is no level: one of ${Object.keys(DEV_LEVELS).join(', ')}`;
  if (typeof claims === 'string') {
    context.status = 400;
    context.body = { error: 'invalid_request', error_description: claims };
    return;
  }
  const token = new provider.AccessToken({ accountId: subjectOf(login), client, scope: 'admin', gty: GRANT_TYPE });
  token.resourceServer = new provider.ResourceServer(AUDIENCE, resource);
  context.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: LIFE_SECONDS };
}

function subjectOf({ as, loa, digid, party }: DevLogin): string {
  return [as, loa, digid ? 'digid' : 'means', ...(party ? [party] : [])].join(' ');
}

function loginOf(subject: string): DevLogin {
  const [as = '', loa = '', how, party] = subject.split(' ');
  return { as, loa: isLoa(loa) ? loa : 'eh2', digid: how === 'digid', ...(party && { party }) };
}

/** The module behind its front page, which warns of each version of Node that is not its own. */
async function loadProvider(): Promise<new (issuer: string, configuration: object) => OpenIdProvider> {
  let front: string;
  try {
    front = createRequire(import.meta.url).resolve('oidc-provider');
  } catch (cause) {
    throw new AppError('invalid_request', 'dev needs oidc-provider: npm install with development dependencies', {
      cause,
    });
  }
  const { Provider } = await import(new URL('provider.js', pathToFileURL(front)).href);
  return Provider;
}

/** What an operator would write into the access file for this provider. */
function accessFor(issuer: string, people: DevPeople): AccessFile {
  const levels = Object.fromEntries(Object.entries(DEV_LEVELS).map(([loa, acr]) => [acr, loa]));
  return parseAccess(
    JSON.stringify({
      oidc: { issuer, audience: AUDIENCE, algorithms: ['ES256'], clients: [CLIENT_ID], levels },
      systems: people.systems.map(({ key, role, oin, apiKey }) => ({
        name: key,
        role,
        ...(oin && { oin }),
        keys: [createHash('sha256').update(apiKey).digest('hex')],
      })),
      manage_service: MANAGE_SERVICE,
    }),
  );
}
