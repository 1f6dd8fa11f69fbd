import { X509Certificate } from 'node:crypto';
import { extensionsOf } from './certificate.ts';
import { notLetIn } from './refusal.ts';

/** Leaf, authorities, and no more: a longer chain is a mistake or an attack. */
const MAX_CHAIN = 5;

/** The certificate that signed, believed. @throws AppError `unauthenticated` */
export type Trust = (x5c: readonly string[], now: Date) => X509Certificate;

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads a trust list: authorities for qualified certificates, or such certificates themselves, in PEM.
 * @throws Error when it holds none
 */
export function makeTrust(pem: string): Trust {
  const anchors = (pem.match(PEM) ?? []).map((one) => new X509Certificate(one));
  if (anchors.length === 0) throw new Error('it holds no certificate in PEM');
  for (const anchor of anchors) extensionsOf(anchor);
  return (x5c, now) => {
    const [leaf, ...others] = parseChain(x5c);
    if (leaf === undefined) throw notLetIn('signature_malformed', 'the signature names no certificate');
    if (!isInTime(leaf, now) || !isTrue(() => leadsTo(anchors, leaf, others, now))) {
      throw notLetIn('certificate_not_trusted', 'no chain leads from the certificate to one of the trust list');
    }
    const { authority, commits, qualified, unknownCritical } = extensionsOf(leaf);
    if (authority || !commits || !qualified || unknownCritical.length > 0) {
      throw notLetIn('certificate_not_qualified', 'the certificate is not for qualified signatures');
    }
    return leaf;
  };
}

function parseChain(x5c: readonly string[]): X509Certificate[] {
  if (x5c.length > MAX_CHAIN) throw notLetIn('signature_malformed', 'the chain of certificates is too long');
  try {
    return x5c.map((der) => {
      const certificate = new X509Certificate(Buffer.from(der, 'base64'));
      extensionsOf(certificate);
      return certificate;
    });
  } catch {
    throw notLetIn('signature_malformed', 'the signature names what is no certificate');
  }
}

/** Follows the chain as it was sent, link by link, until a certificate of the trust list stands for the rest. */
function leadsTo(
  anchors: readonly X509Certificate[],
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  now: Date,
): boolean {
  let current = leaf;
  for (let below = 0; below <= others.length; below++) {
    if (anchors.some((anchor) => anchor.fingerprint256 === current.fingerprint256)) return true;
    if (anchors.some((anchor) => isInTime(anchor, now) && signs(anchor, current, below))) return true;
    const next = others[below];
    if (next === undefined || !isInTime(next, now) || !signs(next, current, below)) return false;
    current = next;
  }
  return false;
}

/** @param below authorities between this one and the certificate at the end */
function signs(issuer: X509Certificate, issued: X509Certificate, below: number): boolean {
  if (!issuer.ca || !issued.checkIssued(issuer) || !extensionsOf(issued).strong) return false;
  const { signsCertificates, pathLength = Number.POSITIVE_INFINITY, unknownCritical } = extensionsOf(issuer);
  return signsCertificates && below <= pathLength && unknownCritical.length === 0 && issued.verify(issuer.publicKey);
}

/** Keys of a kind that is not known here are an error of OpenSSL, and no reason to believe a certificate. */
function isTrue(ask: () => boolean): boolean {
  try {
    return ask();
  } catch {
    return false;
  }
}

function isInTime({ validFrom, validTo }: X509Certificate, now: Date): boolean {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return from <= now.getTime() && now.getTime() <= to;
}
