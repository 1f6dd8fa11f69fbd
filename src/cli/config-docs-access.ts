import { readFileSync } from 'node:fs';
import { PACKAGE_ROOT } from './version.ts';

/** The part of docs/configuration.md about the access file, around the example that is in `deploy`. */
export function accessPage(): string {
  const example = readFileSync(new URL('deploy/admin-access.yaml', PACKAGE_ROOT), 'utf8');
  return `${HEAD}\`\`\`yaml\n${example}\`\`\`\n${TABLE}`;
}

const HEAD = `
## Who may come in at the admin port

\`MACHTIG_ADMIN_ACCESS\` names a file like this one. It is closed: a key that is not below is a fault, and all faults are
named at once with their places. It is read at the start. It holds no secrets, only digests and names.

`;

const TABLE = `
| where | what it is | default |
|---|---|---|
| \`oidc\` | the OpenID provider at which people log in; absent: only systems come in | |
| \`oidc.issuer\`, \`oidc.audience\` | must stand so, letter for letter, in \`iss\` and \`aud\` | must be given |
| \`oidc.algorithms\` | signatures that are accepted; \`none\` and shared secrets cannot be named | PS256, ES256 |
| \`oidc.token_type\` | \`typ\` of an access token: \`at+jwt\` (RFC 9068), or \`JWT\` for a provider that knows no other | at+jwt |
| \`oidc.clients\` | clients whose tokens are accepted (\`azp\`, \`client_id\`) | any of this issuer with our audience |
| \`oidc.person\` | claims that name the person, and what they hold: \`pseudonym\` or \`bsn\`; exactly one must be there | those of eTD and of the GDI |
| \`oidc.party\` | claims that name the party for which he logged in: \`kvk\`, \`rsin\`, \`oin\` or \`bsn\`; then he acts for no other | those of eTD (KvK) and of the GDI (BSN) |
| \`oidc.levels\` | \`acr\` → eh2, eh2plus, eh3 or eh4; another \`acr\` is refused | must be given |
| \`oidc.max_token_age_seconds\` | since \`iat\`, whatever \`exp\` says; at most 21600 | 900 |
| \`systems\` | what calls on its own account: \`service_owner\` (with its \`oin\`), \`court\`, \`registrar\` | nobody |
| \`systems[].keys\` | SHA-256 of its API keys; two while one replaces the other | |
| \`systems[].certificates\` | by number (\`oin\`) or \`fingerprint\`; needs \`MACHTIG_TLS_CLIENT_CA\` | |
| \`systems[].acts\` | the only acts it may do, of all that its role may | all of its role |
| \`signatures\` | qualified signatures over requests (LoA4); absent: none is accepted | |
| \`signatures.trust\` | PEM file with authorities for qualified certificates, beside this file | must be given |
| \`signatures.algorithms\`, \`signatures.window_seconds\` | accepted signatures, and how old one may be | PS256, ES256; 300 |
| \`signatures.serial_number_claim\` | claim of the token that holds \`serialNumber\` of his certificate's subject | one of these two |
| \`signatures.signers\` | whose certificate is whose: \`means_id\`, \`fingerprint\` | one of these two |
| \`manage_service\` | ServiceID of the register's own service *manage mandates*: who may use it, manages | must be given |
`;
