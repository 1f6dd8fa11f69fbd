import { REFUSALS } from '../../src/policy/bundle-refusal.ts';
import { DISK_FAULTS } from './hostile-disk.ts';
import { archives, tamperings } from './hostile-files.ts';
import { policyAttacks } from './hostile-policies.ts';
import { SERVER_ATTACKS } from './hostile-server.ts';
import { type Loot, signatureAttacks } from './hostile-signatures.ts';

/** docs/bundle-attacks.md: what test/process/bundle-attacks*.test.ts tries, and what comes of it. */

interface Row {
  title: string;
  code: string;
}

const INTRODUCTION = `# Attacks on the roll-out of policies

Generated from the lists by which \`test/process/bundle-attacks.test.ts\` and \`bundle-attacks-disk.test.ts\` attack a running
sidecar; \`npx vitest run test/unit/bundle-attacks-page.test.ts -u\` writes it anew. For whoever judges whether policies can be
trusted on their way. [How a policy is rolled out](sre.md#roll-out-a-policy), [why so](decisions/0018-signed-bundles-and-roll-out.md).

Each line is done to a sidecar in production mode that polls its bundle while four callers ask it without a pause. Passed
means: refused under the code that stands here (\`GET /policy\`), the release in use and its revision unchanged, every
question answered, each by that release. *In use* says that the bundle is the release in use in other clothes: its signature
vouches for what it means, and the answers are the same.

The attacker has the public key, every release ever published, and the server or folder that bundles come from. He has
neither the private key nor the sidecar's machine. What only the signer can make stands for his mistakes.
`;

const OTHERS = `
## Faults besides

| fault | what comes of it |
|---|---|
| A server says "unchanged" to a sidecar that has nothing yet | it does not start: \`source_answer\` |
| A server tags a bundle with \`*\`, or with all tags that will come | the tag is not sent back, so that it cannot make a good server withhold the next release |
| A server tags a bundle with the tag that the next release will have | withheld for an hour at most: once an hour all of it is fetched |
| A server sends the same bytes again and again | recognised: nothing is tried twice |
| A file is written while it is read | half of it is never taken; the whole is |
| The state folder is gone, a file, or full | \`state_unwritable\`: the release does not answer, and does once there is room; no half of it stays |
| The last good bundle on disk is forged, cut short, unsigned, or an older release | it does not start without its source, and says which and why |
| \`state.json\` is altered | it does not start |
| The process is killed while releases come (SIGKILL, at four moments) | it starts with the release before or after, and takes the next |
| The clock is set back, before the release in use was issued | it starts with the release that it had accepted; others are \`future_dated\` |

## What remains

- Who has the private key can sign anything, and who can write in the state folder could as well replace the program.
- A source can withhold releases for as long as it is in wrong hands: \`machtig_policy_issued_at_seconds\` shows how old the policy is.
- Rules are tried on their own cases within 30 s and 16 MiB, in a thread of their own. A question that none of the cases resembles may take longer,
  and holds up the process that answers it.
- A bundle with sound signature and 16 MiB of JSON can take more memory than the process may have. Nobody but the signer can make one.
`;

export function bundleAttacks(loot: Loot): string {
  return [
    INTRODUCTION,
    section('Tampered with after it was signed', tamperings(loot)),
    section('Signed otherwise', signatureAttacks(loot)),
    section('Archives', archives(loot)),
    section('Signed, and yet', policyAttacks(loot, 'opa')),
    section(
      'A server that',
      SERVER_ATTACKS.map(({ title, code }) => ({ title, code })),
    ),
    section(
      'A folder or file that',
      DISK_FAULTS.map(({ title, code }) => ({ title, code })),
    ),
    OTHERS,
  ].join('\n');
}

function section(title: string, rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.title.replaceAll('|', '\\|')} | ${outcomeOf(row.code)} |`);
  return `## ${title}\n\n| attack | outcome |\n|---|---|\n${lines.join('\n')}\n`;
}

function outcomeOf(code: string): string {
  if (code === 'active') return 'in use';
  if (!Object.hasOwn(REFUSALS, code)) throw new Error(`${code} is no code`);
  return `\`${code}\``;
}
