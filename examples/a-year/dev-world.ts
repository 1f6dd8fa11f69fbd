import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchToken } from '../../src/cli/dev-client.ts';
import type { World } from './world.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/machtig.js', import.meta.url));

/** What is running here, by the variables that `machtig dev` itself reads. */
export function devWorld(env: Readonly<Record<string, string | undefined>>): World {
  const at = (port: string | undefined, usual: number) => `http://127.0.0.1:${port ?? usual}`;
  const login = at(env.MACHTIG_DEV_LOGIN_PORT, 8484);
  return {
    admin: at(env.MACHTIG_ADMIN_PORT, 8282),
    sidecar: at(env.MACHTIG_PORT, 8181),
    // As `machtig token` does.
    token: (wish) => fetchToken(login, wish),
    async machtig(...args) {
      return run(args, { ...env, DATABASE_URL: env.DATABASE_URL ?? (await databaseOf(login)) });
    },
  };
}

async function run(args: string[], env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], { env });
  return stdout.trim();
}

/** `dev` tells where its embedded Postgres is. */
async function databaseOf(login: string): Promise<string> {
  const response = await fetch(`${login}/database`);
  if (!response.ok) throw new Error(`give DATABASE_URL as it was given to machtig dev: ${login} has none of its own`);
  return response.text();
}
