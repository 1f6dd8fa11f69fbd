import type { X509Certificate } from 'node:crypto';
import { readElement, readElements, readOid, TAG } from './der.ts';

/** What node:crypto does not tell of a certificate (RFC 5280, ETSI EN 319 412-5). */
export interface Extensions {
  /** May sign what binds its subject: nonRepudiation, now contentCommitment. */
  commits: boolean;
  /** Says of itself that it is an authority, whatever else it may not do. */
  authority: boolean;
  /** May sign certificates. */
  signsCertificates: boolean;
  /** How many authorities may stand between this one and the last certificate. */
  pathLength: number | undefined;
  /** Says of itself that it is qualified, and that its key lives in a device made for that (QcCompliance, QcSSCD). */
  qualified: boolean;
  /** Signed over a digest that nobody can find a second text for; not SHA-1 or MD5. */
  strong: boolean;
  /** Object identifiers of critical extensions that are not understood here: such a certificate must be refused. */
  unknownCritical: string[];
}

const OID = {
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  certificatePolicies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
  qcStatements: '1.3.6.1.5.5.7.1.3',
} as const;
const UNDERSTOOD: readonly string[] = Object.values(OID);
const QC_COMPLIANCE = '0.4.0.1862.1.1';
const QC_SSCD = '0.4.0.1862.1.4';
const EXTENSIONS = 0xa3;
const KEY_USAGE = { contentCommitment: 0x40, keyCertSign: 0x04 } as const;

/** @throws Error for what is no certificate */
export function extensionsOf(certificate: X509Certificate): Extensions {
  const found = readExtensions(certificate.raw);
  const usage = found.get(OID.keyUsage);
  const bits = usage === undefined ? 0 : (readElement(usage.value).contents[1] ?? 0);
  const statements = statementsIn(found.get(OID.qcStatements)?.value);
  return {
    commits: (bits & KEY_USAGE.contentCommitment) !== 0,
    authority: constraintsIn(found)?.some(({ tag, contents }) => tag === TAG.boolean && contents[0] !== 0) ?? false,
    signsCertificates: (bits & KEY_USAGE.keyCertSign) !== 0,
    pathLength: pathLengthIn(found),
    qualified: statements.includes(QC_COMPLIANCE) && statements.includes(QC_SSCD),
    strong: isStrong(certificate.raw),
    unknownCritical: [...found].flatMap(([oid, { critical }]) => (critical && !UNDERSTOOD.includes(oid) ? [oid] : [])),
  };
}

/** SHA-256, 384 and 512 with RSA, with ECDSA, and as the digest of RSASSA-PSS; Ed25519. */
const STRONG = /^(1\.2\.840\.113549\.1\.1\.1[123]|1\.2\.840\.10045\.4\.3\.[234]|1\.3\.101\.112)$/;
const PSS = '1.2.840.113549.1.1.10';
/** DER of 2.16.840.1.101.3.4.2, the arc of the SHA-2 digests. */
const SHA2 = Buffer.from('06096086480165030402', 'hex');

function isStrong(raw: Buffer): boolean {
  const algorithm = readElements(readElement(raw).contents)[1];
  const [oid, parameters] = readElements(algorithm?.contents ?? Buffer.alloc(0));
  if (oid?.tag !== TAG.oid) return false;
  const name = readOid(oid.contents);
  return STRONG.test(name) || (name === PSS && parameters?.contents.includes(SHA2) === true);
}

function readExtensions(raw: Buffer): Map<string, { critical: boolean; value: Buffer }> {
  const found = new Map<string, { critical: boolean; value: Buffer }>();
  const [body] = readElements(readElement(raw).contents);
  const list = body && readElements(body.contents).find(({ tag }) => tag === EXTENSIONS);
  if (list === undefined) return found;
  for (const { contents } of readElements(readElement(list.contents).contents)) {
    const parts = readElements(contents);
    const [oid, value] = [parts[0], parts.at(-1)];
    if (oid?.tag !== TAG.oid || value?.tag !== TAG.octetString) throw new Error('an extension that is none');
    const critical = parts.some(({ tag, contents: flag }) => tag === TAG.boolean && flag[0] !== 0);
    found.set(readOid(oid.contents), { critical, value: value.contents });
  }
  return found;
}

function constraintsIn(found: ReturnType<typeof readExtensions>) {
  const value = found.get(OID.basicConstraints)?.value;
  return value && readElements(readElement(value).contents);
}

function pathLengthIn(found: ReturnType<typeof readExtensions>): number | undefined {
  const limit = constraintsIn(found)?.find(({ tag }) => tag === TAG.integer)?.contents;
  return limit && limit.length > 0 ? limit.readUIntBE(0, Math.min(limit.length, 4)) : undefined;
}

function statementsIn(value: Buffer | undefined): string[] {
  if (value === undefined) return [];
  return readElements(readElement(value).contents).flatMap(({ contents }) => {
    const oid = readElement(contents);
    return oid.tag === TAG.oid ? [readOid(oid.contents)] : [];
  });
}
