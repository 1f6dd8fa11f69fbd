import { join } from 'node:path';
import type { Place } from './place.ts';
import { type Environment, until } from './processes.ts';

export interface Sidecar {
  url: string;
  /** What `GET /policy` says. */
  status(): Promise<Status>;
}

export interface Status {
  active: { revision: string; from: string; since: string; issued_at?: string; key_id?: string };
  last_tried?: { outcome: string; says?: string; revision?: string };
}

/** As an operator sets it, and the walk shows it. */
export const SETTINGS: Environment = {
  MACHTIG_MODE: 'production',
  MACHTIG_BUNDLE: '../sidecar/bundle.tar.gz',
  MACHTIG_BUNDLE_KEY: '../keys/release.pub',
  MACHTIG_BUNDLE_KEY_ID: 'release-2026',
  MACHTIG_BUNDLE_ALGORITHM: 'ES256',
  MACHTIG_BUNDLE_STATE: '../sidecar/state',
  MACHTIG_BUNDLE_POLL_MS: '1000',
};

/** The register in Postgres, sync, and a sidecar that answers from Redis: each a process of its own. */
export async function startSidecar(place: Place): Promise<Sidecar> {
  const { databaseUrl, redisUrl } = await place.stores();
  const shared = { REDIS_URL: redisUrl, MACHTIG_HMAC_KEY_FILE: '../keys/hmac' };
  const free = { MACHTIG_PORT: '0', MACHTIG_OPS_PORT: '0' };
  const withDatabase = { ...shared, ...free, DATABASE_URL: databaseUrl, MACHTIG_SEAL_KEY_FILE: '../keys/seal' };
  for (const command of ['migrate', 'import ../register.yaml']) {
    const { code, seen } = await place.machtig(command, withDatabase);
    if (code !== 0) throw new Error(seen);
  }
  place.starts('sync', withDatabase);
  const running = place.starts('sidecar', {
    ...shared,
    ...free,
    ...SETTINGS,
    MACHTIG_ANONYMOUS: 'loopback:bsn,details',
    MACHTIG_RECORDS_FILE: join(place.folder, 'sidecar/decisions.jsonl'),
  });
  const [, url = '', opsUrl = ''] = await running.says(/"url":"([^"]+)","opsUrl":"([^"]+)"/);
  await until('the data is fresh', async () => ((await fetch(`${opsUrl}/freshz`)).ok ? true : undefined));
  return { url, status: async () => (await (await fetch(`${opsUrl}/policy`)).json()) as Status };
}
