import { z } from 'zod';
import { ACTS } from '../../../domain/administration.ts';
import { LOAS } from '../../../domain/facts.ts';

/** Signatures of a provider: asymmetric only, so that no public key can pass for a shared secret. */
const ALGORITHMS = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'RS256', 'RS384', 'RS512'] as const;
/** What qualified certificates sign with. */
const SIGNATURE_ALGORITHMS = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512'] as const;

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest: 64 lower-case hex digits');
const oin = z.string().regex(/^[0-9]{20}$/, 'must be twenty digits');
const claim = z.string().min(1).max(200);
const text = z.string().min(1).max(512);
const seconds = (max: number) => z.int().min(1).max(max);
const LOOPBACK = /^http:\/\/(127\.[0-9]+\.[0-9]+\.[0-9]+|localhost|\[::1\])(:[0-9]+)?(\/|$)/;
/** Compared letter for letter with `iss`: nothing is normalised. Plain http never leaves this machine. */
const issuer = z
  .url({ protocol: /^https?$/ })
  .refine((url) => url.startsWith('https://') || LOOPBACK.test(url), 'must be https, or http on loopback')
  .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment');

const PERSON_CLAIMS = [
  { claim: 'urn:etoegang:core:ActingSubjectID', scheme: 'pseudonym' },
  { claim: 'urn:nl-eid-gdi:1.0:ActingSubjectID', scheme: 'bsn' },
] as const;
const PARTY_CLAIMS = [
  { claim: 'urn:etoegang:core:LegalSubjectID', scheme: 'kvk' },
  { claim: 'urn:nl-eid-gdi:1.0:LegalSubjectID', scheme: 'bsn' },
] as const;
const personClaim = z.strictObject({ claim, scheme: z.enum(['pseudonym', 'bsn']) });
const partyClaim = z.strictObject({ claim, scheme: z.enum(['kvk', 'rsin', 'oin', 'bsn']) });

const oidc = z.strictObject({
  issuer,
  audience: text,
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(['PS256', 'ES256']),
  token_type: z.enum(['at+jwt', 'JWT']).default('at+jwt'),
  clients: z.array(text).min(1).optional(),
  person: z
    .array(personClaim)
    .min(1)
    .default([...PERSON_CLAIMS]),
  party: z.array(partyClaim).default([...PARTY_CLAIMS]),
  levels: z.record(text, z.enum(LOAS)).refine((levels) => Object.keys(levels).length > 0, 'must name at least one acr'),
  max_token_age_seconds: seconds(21_600).default(900),
});

const system = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits or ._-'),
    role: z.enum(['service_owner', 'court', 'registrar']),
    oin: oin.optional(),
    keys: z.array(digest).default([]),
    certificates: z.array(z.union([z.strictObject({ fingerprint: digest }), z.strictObject({ oin })])).default([]),
    acts: z.array(z.enum(ACTS)).min(1).optional(),
  })
  .refine(({ keys, certificates }) => keys.length + certificates.length > 0, {
    error: 'needs keys or certificates; without them nobody can be this system',
  })
  .refine(({ role, oin: own }) => (role === 'service_owner') === (own !== undefined), {
    error: 'must be given for a service_owner, and for nobody else',
    path: ['oin'],
  });

const signatures = z
  .strictObject({
    trust: text,
    algorithms: z.array(z.enum(SIGNATURE_ALGORITHMS)).min(1).default(['PS256', 'ES256']),
    window_seconds: seconds(3600).default(300),
    serial_number_claim: claim.optional(),
    signers: z.array(z.strictObject({ means_id: z.string().regex(/^[0-9a-f]{32}$/), fingerprint: digest })).default([]),
  })
  .refine(({ serial_number_claim, signers }) => serial_number_claim !== undefined || signers.length > 0, {
    error: 'needs serial_number_claim or signers: a signature that is nobody’s shows nothing',
  });

const SERVICE_ID = /^urn:etoegang:DV:[0-9]{20}:services:[0-9]{1,10}$/;

/** The access file. Closed: a misspelt key would leave a door in another state than was meant. */
export const accessFile = z
  .strictObject({
    oidc: oidc.optional(),
    systems: z.array(system).default([]),
    signatures: signatures.optional(),
    manage_service: z.string().regex(SERVICE_ID, 'must be a ServiceID'),
  })
  .refine(({ oidc: login, systems }) => login !== undefined || systems.length > 0, {
    error: 'needs oidc or systems; without them nobody can come in',
  })
  .refine(({ oidc: login, signatures: signed }) => signed === undefined || login !== undefined, {
    error: 'needs oidc: only who has logged in can sign',
    path: ['signatures'],
  })
  .superRefine(({ systems }, context) => {
    const once = (what: string, values: readonly string[]) => {
      if (new Set(values).size === values.length) return;
      context.addIssue({ code: 'custom', path: ['systems'], message: `${what} must not stand twice` });
    };
    once(
      'a name',
      systems.map(({ name }) => name),
    );
    once(
      'a key',
      systems.flatMap(({ keys }) => keys),
    );
    once(
      'a certificate',
      systems.flatMap(({ certificates }) => certificates.map((one) => JSON.stringify(one))),
    );
  });

export type AccessFile = z.output<typeof accessFile>;
export type Oidc = NonNullable<AccessFile['oidc']>;
export type System = AccessFile['systems'][number];
export type Signatures = NonNullable<AccessFile['signatures']>;
