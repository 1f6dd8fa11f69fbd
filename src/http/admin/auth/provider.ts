import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, type RemoteJWKSet } from 'jose';
import { z } from 'zod';
import { AppError, toError } from '../../../domain/errors.ts';

const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;
/** After a failure nobody asks again for so long: a provider that is down is not helped by more questions. */
const PAUSE_MS = 1000;
/** How long keys count without being fetched again. */
const KEYS_MAX_AGE_MS = 600_000;
/** An unknown key id has the keys fetched again, at most this often: anybody can make up key ids. */
const COOLDOWN_MS = 5000;

export interface ProviderOptions {
  issuer: string;
  now?: () => number;
  /** Told of every failure to reach the provider. */
  onError?: (error: Error) => void;
  pauseMs?: number;
  cooldownMs?: number;
}

export interface Provider {
  /**
   * The key that a token names.
   * @throws AppError `login_unavailable` while the provider cannot be reached, never a refusal of the token
   */
  key: JWTVerifyGetKey;
  /** Fetches what is needed to check the first token. @throws AppError `login_unavailable` */
  prepare(): Promise<void>;
}

const metadataForm = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** An OpenID provider: its metadata and its keys, found when needed and kept for a while. */
export function makeProvider(options: ProviderOptions): Provider {
  const { issuer, onError = () => {}, cooldownMs = COOLDOWN_MS } = options;
  const fetchOnce = makeFetch(options);
  let keys: Promise<RemoteJWKSet> | undefined;

  async function discover(): Promise<RemoteJWKSet> {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetchOnce(url, { headers: { accept: 'application/json' } });
    if (response.status !== 200) throw new Error(`its metadata answers ${response.status}`);
    const metadata = metadataForm.parse(await response.json());
    // A document that speaks for another issuer would have us take that one's keys for this one's.
    if (metadata.issuer !== issuer) throw new Error('its metadata are of another issuer');
    if (issuer.startsWith('https://') && !metadata.jwks_uri.startsWith('https://')) {
      throw new Error('its keys are not served over https');
    }
    return createRemoteJWKSet(new URL(metadata.jwks_uri), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: cooldownMs,
      cacheMaxAge: KEYS_MAX_AGE_MS,
      [customFetch]: fetchOnce,
    });
  }

  const key: JWTVerifyGetKey = async (header, token) => {
    let found: RemoteJWKSet | undefined;
    try {
      keys ??= discover();
      found = await keys;
      return await found(header, token);
    } catch (thrown) {
      if (isAboutTheToken(thrown)) throw thrown;
      // They may have moved. Keys that still count stay: made-up key ids must not drop them while the provider is down.
      if (found?.fresh !== true) keys = undefined;
      const cause = toError(thrown);
      onError(cause);
      throw new AppError('login_unavailable', `the provider ${issuer} cannot be used: ${cause.message}`, { cause });
    }
  };

  return {
    key,
    async prepare() {
      try {
        // A key id that nobody has: what counts is that the keys were fetched.
        await key({ alg: 'PS256', kid: '' }, { payload: '', signature: '' });
      } catch (thrown) {
        if (!isAboutTheToken(thrown)) throw thrown;
      }
    },
  };
}

function isAboutTheToken(thrown: unknown): boolean {
  return (
    thrown instanceof errors.JWKSNoMatchingKey ||
    thrown instanceof errors.JWKSMultipleMatchingKeys ||
    thrown instanceof errors.JOSENotSupported
  );
}

/** Bounded in time and size, follows no redirect, and rests after a failure. */
function makeFetch({ now = Date.now, pauseMs = PAUSE_MS }: ProviderOptions) {
  let restUntil = 0;
  return async (url: string, init: RequestInit): Promise<Response> => {
    if (now() < restUntil) throw new Error('it could not be reached a moment ago');
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(url, { ...init, redirect: 'error', signal });
      const body = await readBounded(response);
      if (response.status >= 500) throw new Error(`it answers ${response.status}`);
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (thrown) {
      restUntil = now() + pauseMs;
      throw thrown;
    }
  };
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_BYTES) throw new Error(`it answers more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
