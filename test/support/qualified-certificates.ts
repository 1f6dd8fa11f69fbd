import { execFileSync } from 'node:child_process';
import { createPrivateKey, type KeyObject, randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlattenedSign } from 'jose';
import { canonicalRequest, type SignedRequest } from '../../src/http/admin/auth/canonical-request.ts';

/** Authorities and certificates for qualified signatures, made for one test run. */
export interface Issuer {
  certificate: X509Certificate;
  pem: string;
  /** An authority below this one. */
  authority(extensions?: readonly string[], days?: number): Issuer;
  person(options?: PersonOptions): Signatory;
}

export interface PersonOptions {
  subject?: string;
  extensions?: readonly string[];
  days?: number;
  /** Over which the certificate is signed. */
  digest?: 'sha256' | 'sha1';
}

export interface Signatory {
  certificate: X509Certificate;
  fingerprint: string;
  key: KeyObject;
  /** From the leaf upwards, without the root. */
  x5c: string[];
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const RSA_KEY = ['-newkey', 'rsa:2048', '-nodes'];
const PSS = ['-sigopt', 'rsa_padding_mode:pss'];
const AUTHORITY = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];

export const QUALIFIED = [
  'basicConstraints=CA:FALSE',
  'keyUsage=critical,nonRepudiation',
  '1.3.6.1.5.5.7.1.3=ASN1:SEQUENCE:statements',
];
const STATEMENTS = `
[statements]
compliance=SEQUENCE:compliance
device=SEQUENCE:device
[compliance]
id=OID:0.4.0.1862.1.1
[device]
id=OID:0.4.0.1862.1.4
`;

/** @param pss an authority with an RSA key that signs with RSASSA-PSS */
export function makeRoot(folder: string, { pss = false, subject = `/CN=${randomUUID()}` } = {}): Issuer {
  const [key, how] = pss ? [RSA_KEY, PSS] : [KEY, []];
  const name = randomUUID();
  const [keyFile, certFile] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const extensions = AUTHORITY.flatMap((one) => ['-addext', one]);
  openssl(
    'req',
    '-x509',
    ...key,
    ...how,
    '-keyout',
    keyFile,
    '-out',
    certFile,
    '-days',
    '2',
    '-subj',
    subject,
    ...extensions,
  );
  return issuerOf(folder, keyFile, certFile, [], how);
}

function issuerOf(
  folder: string,
  keyFile: string,
  certFile: string,
  above: readonly string[],
  sigopt: readonly string[] = [],
): Issuer {
  const certificate = new X509Certificate(readFileSync(certFile));
  const issue = (subject: string, extensions: readonly string[], days: number, digest = 'sha256') => {
    const name = join(folder, randomUUID());
    openssl('req', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    writeFileSync(`${name}.ext`, `[ext]\n${extensions.join('\n')}\n${STATEMENTS}`);
    const from = ['-CA', certFile, '-CAkey', keyFile, '-set_serial', `0x${randomUUID().replaceAll('-', '')}`];
    const how = [`-${digest}`, ...sigopt, '-days', String(days), '-extfile', `${name}.ext`, '-extensions', 'ext'];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...from, ...how);
    return { keyFile: `${name}.key`, certFile: `${name}.pem` };
  };
  const der = (one: X509Certificate) => one.raw.toString('base64');
  return {
    certificate,
    pem: certificate.toString(),
    authority(extensions = AUTHORITY, days = 2) {
      const files = issue(`/CN=${randomUUID()}`, extensions, days);
      const own = der(new X509Certificate(readFileSync(files.certFile)));
      return issuerOf(folder, files.keyFile, files.certFile, [own, ...above]);
    },
    person({ subject = '/CN=Willem/serialNumber=W-1', extensions = QUALIFIED, days = 1, digest } = {}) {
      const files = issue(subject, extensions, days, digest);
      const leaf = new X509Certificate(readFileSync(files.certFile));
      return {
        certificate: leaf,
        fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
        key: createPrivateKey(readFileSync(files.keyFile)),
        x5c: [der(leaf), ...above],
      };
    },
  };
}

export interface SignOptions {
  /** Seconds since 1970. */
  iat?: number;
  header?: Record<string, unknown>;
  key?: KeyObject;
}

/** The value of `Signature-JWS` over a request. */
export async function signRequest(
  request: SignedRequest,
  signatory: Signatory,
  options: SignOptions = {},
): Promise<string> {
  const { iat = Math.floor(Date.now() / 1000), header = {}, key = signatory.key } = options;
  const jws = await new FlattenedSign(Buffer.from(canonicalRequest(request)))
    .setProtectedHeader({ alg: 'ES256', iat, x5c: signatory.x5c, ...header })
    .sign(key, { crit: { demand: true } });
  return `${jws.protected}..${jws.signature}`;
}
