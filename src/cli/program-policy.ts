import type { Command } from 'commander';
import type { DiffWish, ReplayWish } from '../workbench/wishes.ts';
import type { KeygenWish, SignWish, VerifyWish } from './policy-sign.ts';
import { addExplain } from './program-explain.ts';
import type { Terminal } from './terminal.ts';

/** What a policy author does, from the first edit to a signed bundle: docs/policy-authors.md. */
export function addPolicy(program: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  const policy = program.command('policy').description('writes, checks, compares and signs the rules');
  addWriting(policy, terminal, exitWith);
  addSigning(policy, terminal, exitWith);
  addExplain(program, terminal);
  policy
    .command('diff <old> <new>')
    .description('which answers differ between two bundles: over the conformance cases and a generated register')
    .option('--questions <n>', 'about the generated register', Number, 20_000)
    .option('--seed <n>', 'of the generated register', Number, 1)
    .option('--json', 'as JSON')
    .action(async (old: string, next: string, wish: DiffWish) => {
      const { runPolicyDiff } = await import('./policy-diff.ts');
      exitWith(await runPolicyDiff(terminal, old, next, wish));
    });
  program
    .command('replay <records...>')
    .description('which recorded decisions another bundle would change; of records in mode full')
    .requiredOption('--bundle <file>', 'the other bundle')
    .option('--threads <n>', 'to replay in besides the one that reads; by default one a core, 4 at most', Number)
    .option('--json', 'as JSON')
    .action(async (records: string[], wish: ReplayWish) => {
      const { runReplay } = await import('./replay.ts');
      exitWith(await runReplay(terminal, records, wish));
    });
}

function addWriting(policy: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  policy
    .command('dev [folder]')
    .description(
      'watches the rules; at each save says within seconds what is wrong, and which cases answer differently',
    )
    .option('--output <file>', 'write the bundle there whenever all is well: MACHTIG_BUNDLE of a dev that follows it')
    .action(async (folder: string | undefined, { output }: { output?: string }) => {
      const { runPolicyDev } = await import('./policy-dev.ts');
      exitWith(await runPolicyDev(terminal, folder, output));
    });
  policy
    .command('check [folder]')
    .description('the same once')
    .action(async (folder: string | undefined) => {
      const { runPolicyCheck } = await import('./policy-dev.ts');
      exitWith(await runPolicyCheck(terminal, folder));
    });
  policy
    .command('build [folder]')
    .description('compiles rules into a bundle that carries its own cases')
    .requiredOption('--output <file>', 'the bundle')
    .action(async (folder: string | undefined, { output }: { output: string }) => {
      const { runPolicyBuild } = await import('./policy-dev.ts');
      exitWith(await runPolicyBuild(terminal, folder, output));
    });
}

function addSigning(policy: Command, terminal: Terminal, exitWith: (code: number) => void): void {
  policy
    .command('keygen')
    .description('a key pair to sign bundles with; the public half is what sidecars are configured with')
    .requiredOption('--private <file>', 'keep it where only the signer reads it')
    .requiredOption('--public <file>', 'PEM')
    .option('--algorithm <name>', 'ES256, ES384, RS256, PS256 or EdDSA', 'ES256')
    .action(async (wish: KeygenWish) => {
      const { runPolicyKeygen } = await import('./policy-sign.ts');
      await runPolicyKeygen(terminal, wish);
    });
  policy
    .command('sign <bundle>')
    .description('signs every file of a bundle (.signatures.json); what was issued later is the newer release')
    .requiredOption('--key <file>', 'private key, PEM')
    .requiredOption('--key-id <name>', 'under which sidecars know its public half')
    .requiredOption('--output <file>', 'the signed bundle')
    .option('--issued-at <moment>', 'ISO 8601; now unless said otherwise')
    .option('--algorithm <name>', 'as the key', 'ES256')
    .action(async (bundle: string, wish: SignWish) => {
      const { runPolicySign } = await import('./policy-sign.ts');
      await runPolicySign(terminal, bundle, wish);
    });
  policy
    .command('verify <bundle>')
    .description('what a sidecar would say of a bundle: signature, files, entrypoints, its own cases')
    .option('--key <file>', 'public key, PEM; without it only what is inside is checked')
    .option('--key-id <name>', 'of that key')
    .option('--algorithm <name>', 'as the key', 'ES256')
    .action(async (bundle: string, wish: VerifyWish) => {
      const { runPolicyVerify } = await import('./policy-sign.ts');
      exitWith(await runPolicyVerify(terminal, bundle, wish));
    });
}
