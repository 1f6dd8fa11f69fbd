import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Certificates made for one test run and thrown away with their folder. */
export interface Authority {
  caFile: string;
  /** Issues a certificate; `subject` as openssl writes it: `/CN=…/serialNumber=…`; this machine's names unless told otherwise. */
  issue(name: string, subject: string, names?: string): { certFile: string; keyFile: string };
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function makeAuthority(folder: string, name: string): Authority {
  const file = (part: string, kind: string) => join(folder, `${part}.${kind}`);
  const caFile = file(name, 'pem');
  openssl('req', '-x509', ...KEY, '-keyout', file(name, 'key'), '-out', caFile, '-days', '1', '-subj', `/CN=${name}`);
  return {
    caFile,
    issue(part, subject, names = 'DNS:localhost,IP:127.0.0.1') {
      const [certFile, keyFile, request, extensions] = [
        file(part, 'pem'),
        file(part, 'key'),
        file(part, 'csr'),
        file(part, 'ext'),
      ];
      openssl('req', ...KEY, '-keyout', keyFile, '-out', request, '-subj', subject);
      writeFileSync(extensions, `subjectAltName=${names}\n`);
      const sign = [
        '-CA',
        caFile,
        '-CAkey',
        file(name, 'key'),
        '-CAcreateserial',
        '-days',
        '1',
        '-extfile',
        extensions,
      ];
      openssl('x509', '-req', '-in', request, '-out', certFile, ...sign);
      return { certFile, keyFile };
    },
  };
}
