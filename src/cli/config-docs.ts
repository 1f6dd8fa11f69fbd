import { accessPage } from './config-docs-access.ts';
import { variableNotes } from './config-variables.ts';

/** docs/configuration.md, from the schema that the process runs on. */
export function configurationPage(): string {
  const rows = variableNotes().map(
    ({ name, says, allowed, secret, defaultText }) =>
      `| \`${name}\`${secret ? ' (secret)' : ''} | ${says} | ${allowed} | ${defaultText ?? ''} |`,
  );
  return `${HEAD}
| variable | what it is | must be | default |
|---|---|---|---|
${rows.join('\n')}
${TAIL}${accessPage()}`;
}

const HEAD = `# Configuration

Generated from \`src/cli/config-variables.ts\`; \`npx vitest run test/unit/config.test.ts -u\` writes it anew.

All configuration comes from the environment. It is read once, at the start; every fault is listed at once, and the
process ends with exit code 78. A variable that begins with \`MACHTIG_\` and is not in this table is a fault, so that a
typo never goes unnoticed. An empty variable counts as absent. A secret may come from a file: give \`<NAME>_FILE\`
instead of \`<NAME>\`. Secrets print as \`[redacted]\`.
`;

const TAIL = `
## What a role cannot do without

| role | needs |
|---|---|
| \`dev\` | nothing: embedded stores, keys of its own, anonymous calls over loopback |
| \`sidecar\` | \`REDIS_URL\`, \`MACHTIG_HMAC_KEY\`, and \`MACHTIG_CALLERS\` or \`MACHTIG_ANONYMOUS\` |
| \`sync\` | \`DATABASE_URL\`, \`REDIS_URL\`, \`MACHTIG_HMAC_KEY\` |
| \`admin\` | \`DATABASE_URL\`, \`MACHTIG_HMAC_KEY\`, \`MACHTIG_SEAL_KEY\`, \`MACHTIG_ADMIN_ACCESS\` |
| \`migrate\`, \`revoke\`, \`suspend\`, \`reactivate\`, \`audit\` | \`DATABASE_URL\` |
| \`import\`, \`seed\` | \`DATABASE_URL\`, \`MACHTIG_HMAC_KEY\`, \`MACHTIG_SEAL_KEY\` |

## What is refused at the start

- Half a TLS pair: \`MACHTIG_TLS_CERT\` without \`MACHTIG_TLS_KEY\` or the other way round, or a client authority without both.
- A decision port beyond loopback without TLS, unless \`MACHTIG_ALLOW_PLAIN_REMOTE=yes\` says that something else encrypts.
- A decision port beyond loopback without the host names by which it is addressed: an unknown \`Host\` header is answered
  with 421, so that a page in somebody's browser cannot reach a sidecar by rebinding a name of its own to 127.0.0.1.
- No callers at all: neither \`MACHTIG_CALLERS\` nor \`MACHTIG_ANONYMOUS=loopback\` (the role \`dev\` allows anonymous loopback).
- A caller with both rights \`search\` and \`bsn\`, without the \`MACHTIG_SEAL_KEY\` that opens what BSNs rest under.
- An admin port beyond loopback without TLS, whatever else encrypts: people log in there. In \`dev\` it never leaves
  loopback.
- Half an access file: see below.
- A bundle of your own in production without a key by which it is believed. The program's own bundle needs none; what
  comes from a URL always does. \`MACHTIG_MODE=trial\` uses unsigned files, and says so in the log.
- Half of what checks signatures: \`MACHTIG_BUNDLE_KEY\`, \`_KEY_ID\`, \`_ALGORITHM\` and \`_STATE\` go together. A private
  key in \`MACHTIG_BUNDLE_KEY\`. No policy to begin with: neither from the source nor in \`MACHTIG_BUNDLE_STATE\`.
- No key: there is no default for \`MACHTIG_HMAC_KEY\` and \`MACHTIG_SEAL_KEY\` outside \`dev\`. \`openssl rand -base64 32\` makes one.
`;
