import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Fault } from '../domain/errors.ts';
import { AppError, toError } from '../domain/errors.ts';
import type { Identifier } from '../domain/identifier.ts';
import { parseAccess } from '../http/admin/auth/access.ts';
import type { AccessFile } from '../http/admin/auth/access-form.ts';
import { makeAuthenticate } from '../http/admin/auth/make-authenticate.ts';
import { makeProvider, type Provider } from '../http/admin/auth/provider.ts';
import { type CheckSignature, makeCheckSignature } from '../http/admin/auth/signature.ts';
import { makeSystems } from '../http/admin/auth/systems.ts';
import { makeCheckToken } from '../http/admin/auth/token.ts';
import { makeTrust, type Trust } from '../http/admin/auth/trust.ts';
import type { Authenticate } from '../http/admin/authenticate.ts';
import type { Config } from './config.ts';
import { ConfigError } from './config.ts';

/** Who may come in, as read and checked at the start. */
export interface Access {
  file: AccessFile;
  trust?: Trust;
}

/** Reads the access file, and the trust list it names (a path beside it). @throws ConfigError with every fault */
export async function readAccess({ accessFile }: Config['admin'], clientCaFile: string | undefined): Promise<Access> {
  const path = accessFile ?? '';
  const file = await attempt(async () => parseAccess(await readFile(path, 'utf8')));
  if (file.systems.some(({ certificates }) => certificates.length > 0) && clientCaFile === undefined) {
    throw refused([{ at: '/systems', message: 'name certificates, but MACHTIG_TLS_CLIENT_CA is not given' }]);
  }
  const { signatures } = file;
  if (signatures === undefined) return { file };
  const trust = await attempt(
    async () => makeTrust(await readFile(resolve(dirname(path), signatures.trust), 'utf8')),
    '/signatures/trust',
  );
  return { file, trust };
}

async function attempt<T>(act: () => Promise<T>, at = ''): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.faults.length > 0) throw refused(thrown.faults);
    throw refused([{ at, message: `cannot be used: ${toError(thrown).message}` }]);
  }
}

function refused(faults: readonly Fault[]): ConfigError {
  return new ConfigError(faults.map(({ at, message }) => ({ at: `MACHTIG_ADMIN_ACCESS ${at || '/'}`, message })));
}

export interface AccessDeps {
  alias: (identifier: Identifier) => string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Told whenever the provider of logins cannot be reached. */
  onError: (error: Error) => void;
}

/** What the admin port asks of each request; `provider` is absent where nobody logs in. */
export function openAccess(
  { file, trust }: Access,
  deps: AccessDeps,
): { authenticate: Authenticate; provider?: Provider } {
  const { alias, now, onError } = deps;
  const systems = makeSystems(file.systems);
  const { oidc, signatures } = file;
  if (oidc === undefined) return { authenticate: makeAuthenticate({ systems, alias }) };
  const provider = makeProvider({ issuer: oidc.issuer, onError });
  const checkToken = makeCheckToken({ oidc, provider, now });
  const checkSignature: CheckSignature | undefined =
    signatures && trust && makeCheckSignature({ signatures, audience: oidc.audience, trust, now });
  const login = { oidc, checkToken, ...(checkSignature && { checkSignature }) };
  return { authenticate: makeAuthenticate({ systems, alias, login }), provider };
}
