import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { AUDIENCE, type LoginProvider, PSEUDONYM, startLoginProvider } from './login-provider.ts';
import { type Process, runMachtig, startMachtig } from './program.ts';

const REGISTER = join(import.meta.dirname, '../../examples/register.yaml');
const LEVELS = 'urn:etoegang:core:assurance-class:loa';

/** The role `admin` as an operator runs it, with a provider of logins, on a migrated and filled database. */
export interface AdminProcess {
  env: Record<string, string>;
  process: Process;
  provider: LoginProvider;
  /** Starts it again, as a service manager would. */
  restart(): Promise<void>;
  /** Calls as somebody of the example register, by the name in his means. */
  call(as: string, method: string, path: string, options?: CallOptions): Promise<Called>;
  end(): Promise<void>;
}

export interface CallOptions {
  body?: unknown;
  loa?: string;
  headers?: Record<string, string>;
  /** More claims of the token. */
  claims?: Record<string, unknown>;
}

export interface Called {
  status: number;
  headers: Headers;
  // What comes out of JSON; each test says what it expects there.
  body: Record<string, unknown>;
}

export interface RegisterContents {
  mandates: Record<string, unknown>[];
}

export async function startAdminProcess(
  databaseUrl: string,
  change: (register: RegisterContents) => void = () => {},
  access: Record<string, unknown> = {},
): Promise<AdminProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-admin-'));
  const provider = await startLoginProvider();
  const key = () => randomBytes(32).toString('base64');
  const accessFile = join(folder, 'access.yaml');
  await writeFile(accessFile, stringify({ ...accessOf(provider.issuer), ...access }));
  const register = parse(await readFile(REGISTER, 'utf8')) as RegisterContents;
  change(register);
  const registerFile = join(folder, 'register.json');
  await writeFile(registerFile, JSON.stringify(register));
  const env = {
    DATABASE_URL: databaseUrl,
    MACHTIG_HMAC_KEY: key(),
    MACHTIG_SEAL_KEY: key(),
    MACHTIG_ADMIN_ACCESS: accessFile,
    MACHTIG_LOG_LEVEL: 'warn',
  };
  for (const args of [['migrate'], ['import', registerFile]]) {
    const { code, err } = await runMachtig(args, env);
    if (code !== 0) throw new Error(err);
  }
  const admin: AdminProcess = {
    env,
    provider,
    process: await started(env),
    async restart() {
      admin.process = await started(env);
    },
    async call(as, method, path, { body, loa = 'eh3', headers, claims } = {}) {
      const acr = LEVELS + loa.slice(2);
      const token = await provider.token({ acr, [PSEUDONYM]: as, ...claims });
      const response = await fetch(`${admin.process.adminUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
    },
    async end() {
      await admin.process.kill('SIGTERM');
      await provider.down();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return admin;
}

async function started(env: Record<string, string>): Promise<Process> {
  const process = await startMachtig('admin', env);
  await process.ready();
  return process;
}

function accessOf(issuer: string) {
  return {
    oidc: {
      issuer,
      audience: AUDIENCE,
      levels: Object.fromEntries(['eh2', 'eh2plus', 'eh3', 'eh4'].map((loa) => [LEVELS + loa.slice(2), loa])),
    },
    manage_service: 'urn:etoegang:DV:00000003800000070000:services:2',
  };
}
