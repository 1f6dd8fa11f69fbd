import { z } from 'zod';
import { CLUSTER_URL } from '../store/redis-cluster.ts';
import { bundleVariables } from './config-bundle.ts';
import { decimal, list, notes, secretBytes, secretText, text, type VariableNotes, whole } from './config-forms.ts';
import { PROJECTION_NAME } from './config-projection.ts';

const anonymous = z
  .string()
  .regex(/^loopback(:(search|bsn|details)(,(search|bsn|details))*)?$/)
  .transform((value) => value.split(/[:,]/))
  .transform((words) => ({
    search: words.includes('search'),
    bsn: words.includes('bsn'),
    details: words.includes('details'),
  }));

/** Every variable that is read, with its form. The table in docs/configuration.md is generated from this schema. */
export const variables = z.object({
  DATABASE_URL: secretText(/^postgres(ql)?:\/\//)
    .optional()
    .meta(notes('PostgreSQL: the register.', 'a URL that begins with postgres:// or postgresql://', { secret: true })),
  REDIS_URL: secretText(new RegExp(`^(rediss?://|unix://|/)|${CLUSTER_URL.source}`))
    .optional()
    .meta(
      notes(
        'Redis: the projection.',
        'a URL that begins with redis://, rediss:// or unix://, or the path of a socket; of a Redis Cluster redis+cluster:// or rediss+cluster:// and host:port of some of its servers, with commas between them',
        { secret: true },
      ),
    ),
  MACHTIG_HMAC_KEY: secretBytes(32, 1024)
    .optional()
    .meta(
      notes('Key under which identifiers are looked up; the same in every process.', 'at least 32 bytes in base64', {
        secret: true,
      }),
    ),
  MACHTIG_HMAC_KEY_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional()
    .meta(
      notes('Name of that key, compared with the one the data was written under.', '1 to 64 letters, digits or ._-', {
        defaultText: '1 (`dev` in the role dev)',
      }),
    ),
  MACHTIG_SEAL_KEY: secretBytes(32, 32)
    .optional()
    .meta(
      notes(
        'Key that seals BSNs and pseudonyms in the register; for the roles that write, and sidecars whose callers search for BSNs.',
        'exactly 32 bytes in base64',
        { secret: true },
      ),
    ),
  MACHTIG_HOST: text.default('127.0.0.1').meta(notes('Address of the decision port.', 'an address or host name')),
  MACHTIG_PORT: z
    .union([z.literal('off'), whole(0, 65535)])
    .default(8181)
    .meta(notes('Decision port.', 'a port number, 0 for any free one, or off (with MACHTIG_SOCKET)')),
  MACHTIG_SOCKET: text
    .startsWith('/')
    .max(100)
    .optional()
    .meta(
      notes('Unix socket for decisions, besides or instead of the port.', 'an absolute path of at most 100 characters'),
    ),
  MACHTIG_SOCKET_MODE: z
    .string()
    .regex(/^0?[0-7]{3}$/)
    .transform((octal) => Number.parseInt(octal, 8))
    .refine((mode) => (mode & 0o007) === 0)
    .default(0o660)
    .meta(
      notes('Its file mode: who may open it is a known caller.', 'three octal digits, the last of which is 0', {
        defaultText: '660',
      }),
    ),
  MACHTIG_ADMIN_HOST: text
    .default('127.0.0.1')
    .meta(notes('Address of the admin port; beyond loopback only with TLS.', 'an address or host name')),
  MACHTIG_ADMIN_PORT: whole(0, 65535).default(8282).meta(notes('Admin port.', 'a port number, or 0 for any free one')),
  MACHTIG_ADMIN_ACCESS: text
    .optional()
    .meta(notes('File that says who may come in at the admin port (see below).', 'the path of a YAML or JSON file')),
  MACHTIG_ADMIN_CONNECTIONS: whole(2, 200)
    .default(10)
    .meta(notes('Connections to PostgreSQL for acts; jobs have two of their own.', '2 to 200')),
  MACHTIG_DEV_LOGIN_PORT: whole(0, 65535)
    .default(8484)
    .meta(notes('Port of the provider of logins that `dev` brings along.', 'a port number, or 0 for any free one')),
  MACHTIG_OPS_HOST: text
    .default('127.0.0.1')
    .meta(
      notes('Address of the ops port (health and metrics; no decisions, no personal data).', 'an address or host name'),
    ),
  MACHTIG_OPS_PORT: whole(0, 65535).default(8383).meta(notes('Ops port.', 'a port number, or 0 for any free one')),
  MACHTIG_TLS_CERT: text
    .optional()
    .meta(notes('PEM file with the server certificate and its chain; with MACHTIG_TLS_KEY.', 'the path of a file')),
  MACHTIG_TLS_KEY: text
    .optional()
    .meta(notes('PEM file with its private key; with MACHTIG_TLS_CERT.', 'the path of a file')),
  MACHTIG_TLS_CLIENT_CA: text
    .optional()
    .meta(notes('PEM file with the authorities whose client certificates are accepted.', 'the path of a file')),
  MACHTIG_ALLOW_PLAIN_REMOTE: z
    .literal('yes')
    .transform(() => true)
    .optional()
    .meta(
      notes('Allows a decision port beyond loopback without TLS, for where something else encrypts.', 'yes, or absent'),
    ),
  MACHTIG_ALLOWED_HOSTS: list
    .default([])
    .meta(
      notes(
        'Names accepted in the Host header, besides the loopback names and that of MACHTIG_PUBLIC_URL.',
        'host names without port, separated by commas',
        { defaultText: 'none' },
      ),
    ),
  MACHTIG_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url))
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .meta(
      notes(
        'Base URL under which callers reach this decision point; needed for AuthZEN discovery.',
        'an http or https URL without query or fragment',
      ),
    ),
  MACHTIG_CALLERS: text
    .optional()
    .meta(notes('File with the known callers (see app-developers.md).', 'the path of a YAML or JSON file')),
  MACHTIG_ANONYMOUS: anonymous
    .optional()
    .meta(
      notes(
        'Allows calls over loopback without credentials, with the rights named: `loopback:bsn,details`.',
        'loopback, or loopback: and any of search, bsn, details separated by commas',
        { defaultText: 'refused (all rights in the role dev)' },
      ),
    ),
  ...bundleVariables,
  MACHTIG_SHADOW_BUNDLE: text
    .optional()
    .meta(notes('A policy bundle to try beside the active one: it never answers (see sre.md).', 'the path of a file')),
  MACHTIG_SHADOW_SHARE: decimal(1)
    .optional()
    .meta(
      notes('Of all decisions, the share that it is tried on.', 'a number above 0, at most 1', {
        defaultText: '0.1',
      }),
    ),
  MACHTIG_SHADOW_CPU: decimal(100)
    .optional()
    .meta(notes('CPU that it may use, in percent of one core.', 'a number above 0, at most 100', { defaultText: '5' })),
  MACHTIG_MAX_STALENESS_MS: whole(100, 3_600_000)
    .default(5000)
    .meta(notes('Beyond this age of the data no decision is given.', 'milliseconds, 100 to 3600000')),
  MACHTIG_MIN_REVISION_WAIT_MS: whole(0, 60_000)
    .default(200)
    .meta(notes('How long a question with min_revision waits for that revision.', 'milliseconds, 0 to 60000')),
  MACHTIG_SEARCH_DEADLINE_MS: whole(100, 60_000)
    .default(3000)
    .meta(
      notes(
        'How long a search looks for one page of results; then the page is short, and its token goes on.',
        'milliseconds, 100 to 60000',
      ),
    ),
  MACHTIG_SEARCHES: whole(1, 100).default(16).meta(notes('Searches at the same time; others are refused.', '1 to 100')),
  MACHTIG_CACHE_MB: whole(1, 4096)
    .default(64)
    .meta(notes('Memory that the in-process cache may take, as one block.', 'megabytes, 1 to 4096')),
  MACHTIG_DOSSIERS_MB: whole(0, 4096)
    .default(24)
    .meta(
      notes('Memory for what was gathered for questions that come again; 0: none is kept.', 'megabytes, 0 to 4096'),
    ),
  MACHTIG_RECORDS: z
    .enum(['written', 'synced', 'full', 'off'])
    .default('written')
    .meta(notes('How decisions are recorded before the answer leaves.', 'written, synced, full or off')),
  MACHTIG_RECORDS_FILE: text.default('decisions.jsonl').meta(notes('Where records are written.', 'the path of a file')),
  MACHTIG_WORKERS: whole(1, 64)
    .default(1)
    .meta(
      notes(
        'Processes of a sidecar that share its doors, one for a core; each has its own cache (see sre.md).',
        '1 to 64',
      ),
    ),
  MACHTIG_RECONCILE_PERCENT: whole(0, 100)
    .default(5)
    .meta(
      notes(
        'Share of one core that `sync` spends on comparing Redis with PostgreSQL (see sre.md); 0: only when asked to.',
        'percent, 0 to 100',
      ),
    ),
  MACHTIG_SHED_AFTER_MS: whole(1, 10_000)
    .default(20)
    .meta(
      notes(
        'Under more load than can be borne: how long decisions may keep those that come next waiting, before these are refused.',
        'milliseconds, 1 to 10000',
      ),
    ),
  MACHTIG_MAX_CONNECTIONS: whole(1, 1_000_000)
    .default(16_384)
    .meta(
      notes('Connections at the same time on each listener for decisions; further ones are closed.', '1 to 1000000'),
    ),
  MACHTIG_DRAIN_MS: whole(0, 600_000)
    .default(10_000)
    .meta(notes('How long open requests may take when the process stops.', 'milliseconds, 0 to 600000')),
  MACHTIG_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta(notes('Least level that is logged.', 'debug, info, warn, error or silent')),
  MACHTIG_PARTITIONS: whole(1, 1024)
    .default(1)
    .meta(
      notes('Hash tags over which the projection is spread; the masters of a Redis Cluster share them.', '1 to 1024'),
    ),
  MACHTIG_PROJECTION: PROJECTION_NAME,
});

export type VariableName = keyof z.output<typeof variables>;
export type Values = z.output<typeof variables>;

const notesForm = z.object({
  says: z.string(),
  allowed: z.string(),
  secret: z.literal(true).optional(),
  defaultText: z.string().optional(),
});

/** The notes of each variable, in the order of the schema. */
export function variableNotes(): (VariableNotes & { name: string })[] {
  return Object.entries(variables.shape).map(([name, schema]) => {
    const { defaultText, secret, ...rest } = notesForm.parse(schema.meta());
    const fallback = defaultText ?? (schema instanceof z.ZodDefault ? String(schema.def.defaultValue) : undefined);
    return { name, ...rest, ...(secret && { secret }), ...(fallback !== undefined && { defaultText: fallback }) };
  });
}
