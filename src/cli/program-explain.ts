import { type Command, Option } from 'commander';
import type { ExplainWishes } from './explain.ts';
import type { Terminal } from './terminal.ts';

/** `machtig explain`: why a sidecar answers as it does, as a tree. */
export function addExplain(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .description('asks a running sidecar, or dev, why: every rule on every path, and what would turn the answer')
    .argument('[request]', 'body of POST /v1/explain, a JSON file, or - for standard input; options below go first')
    .option('--actor <urn>', 'who acts')
    .option('--represented <urn>', 'for whom')
    .option('--service <name>', 'ServiceID, or ServiceUUID with one active instance')
    .option('--loa <level>', 'of the login')
    .option('--branch <number>', 'branch of the represented')
    .option('--operation <name>', 'what is done')
    .option('--case <id>', 'one case of the service')
    .option('--via <urn>', 'the intermediary')
    .option('--min-loa <level>', 'the level that the caller asks')
    .option('--at <moment>', 'another moment: what would be answered then, on the facts of now')
    .addOption(new Option('--url <url>', 'of the decision port; by default that of dev').conflicts('socket'))
    .option('--socket <path>', 'the Unix socket of the sidecar')
    .option('--token-file <file>', 'with the token of a caller that has the right details')
    .option('--token-env <name>', 'variable of the environment that holds it')
    .option('--all', 'the rules that hold too, each in full', false)
    .option('--json', 'as the sidecar answers', false)
    .addHelpText(
      'after',
      '\nA BSN does not belong on a command line, which everybody on the machine can read: write the request in a file.' +
        '\nExit codes: 0 explained, whatever the answer; 65 the request has faults; 69 nobody answers; 1 refused.',
    )
    .action(async (request: string | undefined, wishes: ExplainWishes) => {
      const { runExplain } = await import('./explain.ts');
      await runExplain(terminal, request, wishes);
    });
}
