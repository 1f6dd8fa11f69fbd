import { createHash, timingSafeEqual } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import { AppError } from '../domain/errors.ts';
import type { Connection } from './connection.ts';
import { faultsOf } from './fields.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest: 64 lower-case hex digits');
const oin = z.string().regex(/^[0-9]{20}$/, 'must be twenty digits');
/** Whoever calls without credentials: nobody who is known may be taken for him, nor lead on where he ended. */
export const ANONYMOUS = 'anonymous';
const entry = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits or ._-')
      .refine((name) => name !== ANONYMOUS, 'is the name of whoever calls without credentials'),
    owners: z.union([z.literal('all'), z.array(z.string().min(1)).min(1)]),
    rights: z.array(z.enum(['search', 'bsn', 'details'])).default([]),
    tokens: z.array(digest).default([]),
    certificates: z.array(z.union([z.strictObject({ fingerprint: digest }), z.strictObject({ oin })])).default([]),
    socket: z.boolean().default(false),
  })
  .refine(({ tokens, certificates, socket }) => tokens.length + certificates.length > 0 || socket, {
    error: 'needs tokens, certificates or socket: true; without them nobody can be this caller',
  });
const callersFile = z.strictObject({ callers: z.array(entry).min(1) }).superRefine(({ callers }, context) => {
  const once = (what: string, values: string[]) => {
    if (new Set(values).size < values.length)
      context.addIssue({ code: 'custom', path: ['callers'], message: `${what} must not stand twice` });
  };
  once(
    'a name',
    callers.map(({ name }) => name),
  );
  once(
    'a token',
    callers.flatMap(({ tokens }) => tokens),
  );
  once(
    'a certificate',
    callers.flatMap(({ certificates }) => certificates.map((certificate) => JSON.stringify(certificate))),
  );
  once(
    'socket: true',
    callers.filter(({ socket }) => socket).map(() => 'socket'),
  );
});

/** The callers file, parsed: who is known, and by what. */
export interface KnownCallers {
  byToken: { digest: Buffer; caller: Caller }[];
  byFingerprint: Map<string, Caller>;
  byOin: Map<string, Caller>;
  bySocket?: Caller;
}

/**
 * Parses the callers file (YAML or JSON).
 * @throws AppError `invalid_request` with every fault and its place in the file.
 */
export function parseCallers(text: string): KnownCallers {
  let body: unknown;
  try {
    body = parse(text);
  } catch (cause) {
    const faults = [{ at: '', message: 'is neither YAML nor JSON' }];
    throw new AppError('invalid_request', 'the callers file cannot be read', { faults, cause });
  }
  const parsed = callersFile.safeParse(body);
  if (!parsed.success) {
    const faults = faultsOf(callersFile, body);
    throw new AppError('invalid_request', 'the callers file is not as it should be', { faults });
  }
  const known: KnownCallers = { byToken: [], byFingerprint: new Map(), byOin: new Map() };
  for (const { name, owners, rights, tokens, certificates, socket } of parsed.data.callers) {
    const has = (right: 'search' | 'bsn' | 'details') => rights.includes(right);
    const caller: Caller = {
      name,
      owners,
      rights: { search: has('search'), bsn: has('bsn'), details: has('details') },
    };
    for (const token of tokens) known.byToken.push({ digest: Buffer.from(token, 'hex'), caller });
    for (const certificate of certificates) {
      if ('oin' in certificate) known.byOin.set(certificate.oin, caller);
      else known.byFingerprint.set(certificate.fingerprint, caller);
    }
    if (socket) known.bySocket = caller;
  }
  return known;
}

/** Finds out who calls. @throws AppError `unauthenticated` */
export type Identify = (connection: Connection, authorization: string | undefined) => Caller;

export interface IdentifyOptions {
  known?: KnownCallers;
  /** Whoever connects over loopback without credentials; absent: nobody. */
  anonymous?: Caller;
}

/** What a caller presents is what counts: a wrong token is refused, also where anonymous calls are allowed. */
export function makeIdentify({ known, anonymous }: IdentifyOptions): Identify {
  return function identify(connection, authorization) {
    const caller =
      authorization !== undefined
        ? byToken(known, authorization)
        : (byConnection(known, connection) ?? openTo(connection, anonymous));
    if (caller === undefined) throw new AppError('unauthenticated', 'no known caller');
    return caller;
  };
}

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i;

/** Compares with every known token, so that the time taken does not tell which one was nearly right. */
function byToken(known: KnownCallers | undefined, authorization: string): Caller | undefined {
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined || known === undefined) return undefined;
  const given = createHash('sha256').update(token).digest();
  let found: Caller | undefined;
  for (const { digest, caller } of known.byToken) if (timingSafeEqual(given, digest)) found = caller;
  return found;
}

function byConnection(known: KnownCallers | undefined, { certificate, unixSocket }: Connection): Caller | undefined {
  if (certificate === 'refused') return undefined;
  if (certificate !== undefined) {
    const { fingerprint, serialNumber } = certificate;
    return (
      known?.byFingerprint.get(fingerprint) ?? (serialNumber === undefined ? undefined : known?.byOin.get(serialNumber))
    );
  }
  return unixSocket ? known?.bySocket : undefined;
}

function openTo({ loopback, certificate }: Connection, anonymous: Caller | undefined): Caller | undefined {
  return loopback && certificate === undefined ? anonymous : undefined;
}
