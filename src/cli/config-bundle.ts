import { z } from 'zod';
import type { Fault } from '../domain/errors.ts';
import { ALGORITHMS, type Algorithm } from '../policy/signature.ts';
import { isLoopbackHost, notes, secretText, text, whole } from './config-forms.ts';
import type { Secret } from './config-secret.ts';

/** How a key may be named. */
export const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Where policies come from, and by which key they are believed. */
export const bundleVariables = {
  MACHTIG_MODE: z
    .enum(['production', 'trial'])
    .optional()
    .meta(
      notes('In production a bundle of your own must be signed.', 'production or trial', {
        defaultText: 'production (trial in the role dev)',
      }),
    ),
  MACHTIG_BUNDLE: text
    .optional()
    .meta(
      notes(
        'The policy bundle (see sre.md).',
        'the path of a file, of a folder with a bundle.tar.gz, or an https URL (http on loopback)',
        { defaultText: 'the one that comes with the program' },
      ),
    ),
  MACHTIG_BUNDLE_KEY: text
    .optional()
    .meta(
      notes('Public key by which bundles are believed; private halves stay with the signer.', 'the path of a PEM file'),
    ),
  MACHTIG_BUNDLE_KEY_ID: z
    .string()
    .regex(KEY_ID)
    .optional()
    .meta(notes('Name of that key, as signatures must give it.', '1 to 64 letters, digits or ._-')),
  MACHTIG_BUNDLE_ALGORITHM: z
    .enum(ALGORITHMS)
    .optional()
    .meta(notes('Algorithm of that key: no signature with another counts.', ALGORITHMS.join(', '))),
  MACHTIG_BUNDLE_STATE: text
    .optional()
    .meta(
      notes('Folder of this process alone for the last good bundle and the order of releases.', 'the path of a folder'),
    ),
  MACHTIG_BUNDLE_ROLLBACK: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .meta(notes('Revision that may be taken although it was issued earlier.', '32 hexadecimal digits')),
  MACHTIG_BUNDLE_POLL_MS: whole(100, 3_600_000)
    .default(5000)
    .meta(notes('How often is looked for another bundle.', 'milliseconds, 100 to 3600000')),
  MACHTIG_BUNDLE_TOKEN: secretText(/^[A-Za-z0-9._~+/-]+=*$/)
    .optional()
    .meta(notes('Shown to the server of bundles as bearer token.', 'a token (RFC 6750)', { secret: true })),
  MACHTIG_BUNDLE_CA: text.optional().meta(
    notes('PEM file with the authorities by which the server of bundles is believed.', 'the path of a file', {
      defaultText: 'those that Node knows',
    }),
  ),
};

type Values = z.output<z.ZodObject<typeof bundleVariables>>;

/** How a process comes by its policy. */
export interface BundleConfig {
  /** Path or URL; absent: the bundle that comes with the program. */
  from?: string;
  trust?: { keyFile: string; keyId: string; algorithm: Algorithm };
  stateFolder?: string;
  rollback?: string;
  pollMs: number;
  token?: Secret<string>;
  caFile?: string;
}

export function toBundleConfig(v: Values): BundleConfig {
  const { MACHTIG_BUNDLE_KEY: keyFile, MACHTIG_BUNDLE_KEY_ID: keyId, MACHTIG_BUNDLE_ALGORITHM: algorithm } = v;
  return {
    ...(v.MACHTIG_BUNDLE && { from: v.MACHTIG_BUNDLE }),
    ...(keyFile && keyId && algorithm && { trust: { keyFile, keyId, algorithm } }),
    ...(v.MACHTIG_BUNDLE_STATE && { stateFolder: v.MACHTIG_BUNDLE_STATE }),
    ...(v.MACHTIG_BUNDLE_ROLLBACK && { rollback: v.MACHTIG_BUNDLE_ROLLBACK }),
    pollMs: v.MACHTIG_BUNDLE_POLL_MS,
    ...(v.MACHTIG_BUNDLE_TOKEN && { token: v.MACHTIG_BUNDLE_TOKEN }),
    ...(v.MACHTIG_BUNDLE_CA && { caFile: v.MACHTIG_BUNDLE_CA }),
  };
}

/** What belongs together: without all of it a signature is not checked, or counts for nothing after a restart. */
const TOGETHER = [
  'MACHTIG_BUNDLE_KEY',
  'MACHTIG_BUNDLE_KEY_ID',
  'MACHTIG_BUNDLE_ALGORITHM',
  'MACHTIG_BUNDLE_STATE',
] as const;
/** What says nothing while the program's own bundle is used. */
const OF_OWN = [...TOGETHER, 'MACHTIG_BUNDLE_ROLLBACK', 'MACHTIG_BUNDLE_TOKEN', 'MACHTIG_BUNDLE_CA'] as const;

export function bundleFaults(v: Values, isDev: boolean): Fault[] {
  const from = v.MACHTIG_BUNDLE;
  if (from === undefined) return needing(v, OF_OWN, 'needs MACHTIG_BUNDLE');
  const faults = signingFaults(v, from, isDev);
  if (isUrl(from) && !isBundleUrl(from)) {
    const message = 'must be an https URL (http on loopback only) without password and fragment, or a path';
    faults.push({ at: 'MACHTIG_BUNDLE', message });
  }
  if (!isUrl(from)) faults.push(...needing(v, ['MACHTIG_BUNDLE_TOKEN'], 'needs a MACHTIG_BUNDLE that is a URL'));
  if (!from.startsWith('https:'))
    faults.push(...needing(v, ['MACHTIG_BUNDLE_CA'], 'needs a MACHTIG_BUNDLE with https'));
  return faults;
}

function signingFaults(v: Values, from: string, isDev: boolean): Fault[] {
  const missing = TOGETHER.filter((name) => v[name] === undefined);
  if (missing.length === 0) return [];
  if (missing.length < TOGETHER.length) {
    return missing.map((at) => ({ at, message: `must be given with the others of ${TOGETHER.join(', ')}` }));
  }
  const production = (v.MACHTIG_MODE ?? (isDev ? 'trial' : 'production')) === 'production';
  const faults = needing(v, ['MACHTIG_BUNDLE_ROLLBACK'], 'needs MACHTIG_BUNDLE_KEY: only signed bundles have an order');
  if (isUrl(from)) faults.push({ at: 'MACHTIG_BUNDLE_KEY', message: 'must be given when MACHTIG_BUNDLE is a URL' });
  else if (production) {
    const message = 'must be given with MACHTIG_BUNDLE in production: unsigned bundles are for MACHTIG_MODE=trial';
    faults.push({ at: 'MACHTIG_BUNDLE_KEY', message });
  }
  return faults;
}

function needing(v: Values, names: readonly (keyof Values)[], message: string): Fault[] {
  return names.filter((name) => v[name] !== undefined).map((at) => ({ at, message }));
}

export const isUrl = (value: string): boolean => value.includes('://');

/** Nothing in clear over a wire; no password in an address, which is logged. */
function isBundleUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, hash } = new URL(value);
  if (username || password || hash) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
}
