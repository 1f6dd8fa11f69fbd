import { createHash, timingSafeEqual } from 'node:crypto';
import type { Session } from '../../../administer/acting.ts';
import type { Connection } from '../../connection.ts';
import type { System } from './access-form.ts';

type SystemSession = NonNullable<Session['system']>;

/** Systems by what they show. */
export interface Systems {
  byKey(key: string): SystemSession | undefined;
  byCertificate(certificate: Connection['certificate']): SystemSession | undefined;
}

export function makeSystems(systems: readonly System[]): Systems {
  const keys: { digest: Buffer; system: SystemSession }[] = [];
  const certificates = new Map<string, SystemSession>();
  for (const { name, role, oin, acts, keys: digests, certificates: shown } of systems) {
    const system = { name, role, ...(oin && { oin }), ...(acts && { acts }) };
    for (const digest of digests) keys.push({ digest: Buffer.from(digest, 'hex'), system });
    for (const one of shown)
      certificates.set('oin' in one ? `oin ${one.oin}` : `certificate ${one.fingerprint}`, system);
  }
  return {
    /** Compares with every known key, so that the time taken does not tell which one was nearly right. */
    byKey(key) {
      const given = createHash('sha256').update(key).digest();
      let found: SystemSession | undefined;
      for (const { digest, system } of keys) if (timingSafeEqual(given, digest)) found = system;
      return found;
    },
    byCertificate(certificate) {
      if (certificate === undefined || certificate === 'refused') return undefined;
      const { fingerprint, serialNumber } = certificate;
      return (
        certificates.get(`certificate ${fingerprint}`) ??
        (serialNumber === undefined ? undefined : certificates.get(`oin ${serialNumber}`))
      );
    },
  };
}
